import { Module } from '@nestjs/common'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { SizesModule } from '../sizes/sizes.module.js'
import { EngineDeployer } from './engine.deployer.js'
import { MongoEngineRepository } from './engine.mongo.js'
import { EngineReconciler } from './engine.reconciler.js'
import { EngineRepository } from './engine.repository.js'
import { EngineSweeper } from './engine.sweeper.js'
import { EnginesController } from './engines.controller.js'
import { EnginesService } from './engines.service.js'
import { EngineViews } from './engine.views.js'
import { SpecResolver } from './spec.resolver.js'

@Module({
  imports: [IamModule, ProjectsModule, SizesModule],
  controllers: [EnginesController],
  providers: [
    { provide: EngineRepository, useClass: MongoEngineRepository },
    EngineDeployer,
    EngineReconciler,
    EngineSweeper,
    EnginesService,
    EngineViews,
    SpecResolver,
  ],
  exports: [EnginesService],
})
export class EnginesModule {}
