import { Module } from '@nestjs/common'
import { ProjectsModule } from '../projects/projects.module.js'
import { EngineDeployer } from './engine.deployer.js'
import { MongoEngineRepository } from './engine.mongo.js'
import { EngineReconciler } from './engine.reconciler.js'
import { EngineRepository } from './engine.repository.js'
import { EngineSweeper } from './engine.sweeper.js'
import { EnginesController } from './engines.controller.js'
import { EnginesService } from './engines.service.js'

@Module({
  imports: [ProjectsModule],
  controllers: [EnginesController],
  providers: [
    { provide: EngineRepository, useClass: MongoEngineRepository },
    EngineDeployer,
    EngineReconciler,
    EngineSweeper,
    EnginesService,
  ],
  exports: [EnginesService],
})
export class EnginesModule {}
