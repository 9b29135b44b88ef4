import { Module } from '@nestjs/common'
import { MongoInstanceRepository } from './instance.mongo.js'
import { InstanceRepository } from './instance.repository.js'
import { InstanceService } from './instance.service.js'

@Module({
  providers: [{ provide: InstanceRepository, useClass: MongoInstanceRepository }, InstanceService],
  exports: [InstanceService],
})
export class InstanceModule {}
