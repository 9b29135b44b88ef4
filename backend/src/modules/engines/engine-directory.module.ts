import { Module } from '@nestjs/common'
import { ProjectsModule } from '../projects/projects.module.js'
import { EngineDirectory } from './engine.directory.js'
import { MongoEngineRepository } from './engine.mongo.js'
import { EngineRepository } from './engine.repository.js'

/** What is known of apps, without anything that acts on them. */
@Module({
  imports: [ProjectsModule],
  providers: [{ provide: EngineRepository, useClass: MongoEngineRepository }, EngineDirectory],
  exports: [EngineRepository, EngineDirectory],
})
export class EngineDirectoryModule {}
