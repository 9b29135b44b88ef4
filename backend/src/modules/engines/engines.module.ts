import { Module } from '@nestjs/common'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { SizesModule } from '../sizes/sizes.module.js'
import { EngineDirectoryModule } from './engine-directory.module.js'
import { EngineDeployer } from './engine.deployer.js'
import { EngineReconciler } from './engine.reconciler.js'
import { EngineSweeper } from './engine.sweeper.js'
import { EnginesController } from './engines.controller.js'
import { EnginesService } from './engines.service.js'
import { EngineViews } from './engine.views.js'
import { SpecResolver } from './spec.resolver.js'

@Module({
  imports: [EngineDirectoryModule, IamModule, ProjectsModule, SizesModule],
  controllers: [EnginesController],
  providers: [
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
