import { Module } from '@nestjs/common'
import { MongoSizeRepository } from './size.mongo.js'
import { SizeRepository } from './size.repository.js'
import { SizesController } from './sizes.controller.js'
import { SizesService } from './sizes.service.js'

@Module({
  controllers: [SizesController],
  providers: [{ provide: SizeRepository, useClass: MongoSizeRepository }, SizesService],
  exports: [SizesService],
})
export class SizesModule {}
