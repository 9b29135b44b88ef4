import { Module } from '@nestjs/common'
import { FigureDirectory } from './figure-directory.js'
import { MongoFigureRepository } from './figure.mongo.js'
import { FigureRepository } from './figure.repository.js'

/** What is known of figures, without anything that acts on them; it needs no other module, so that every one can use it. */
@Module({
  providers: [{ provide: FigureRepository, useClass: MongoFigureRepository }, FigureDirectory],
  exports: [FigureRepository, FigureDirectory],
})
export class FigureDirectoryModule {}
