import { Module } from '@nestjs/common'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { QuotasModule } from '../quotas/quotas.module.js'
import { SizesModule } from '../sizes/sizes.module.js'
import { EngineDirectoryModule } from './engine-directory.module.js'
import { EngineDeployer } from './engine.deployer.js'
import { EngineQuotas } from './engine.quotas.js'
import { EngineReconciler } from './engine.reconciler.js'
import { EngineSweeper } from './engine.sweeper.js'
import { EnginesController } from './engines.controller.js'
import { EnginesService } from './engines.service.js'
import { EngineViews } from './engine.views.js'
import { LifecycleController } from './lifecycle/lifecycle.controller.js'
import { LifecycleService } from './lifecycle/lifecycle.service.js'
import { PreviewsService } from './lifecycle/previews.service.js'
import { OverviewController } from './overview/overview.controller.js'
import { OverviewService } from './overview/overview.service.js'
import { MongoEngineRevisionRepository } from './revisions/engine-revision.mongo.js'
import { EngineRevisionRepository } from './revisions/engine-revision.repository.js'
import { RevisionsService } from './revisions/revisions.service.js'
import { SpecResolver } from './spec.resolver.js'

@Module({
  imports: [EngineDirectoryModule, IamModule, ProjectsModule, QuotasModule, SizesModule],
  controllers: [OverviewController, EnginesController, LifecycleController],
  providers: [
    { provide: EngineRevisionRepository, useClass: MongoEngineRevisionRepository },
    EngineDeployer,
    EngineQuotas,
    EngineReconciler,
    EngineSweeper,
    EnginesService,
    EngineViews,
    LifecycleService,
    OverviewService,
    PreviewsService,
    RevisionsService,
    SpecResolver,
  ],
  exports: [EnginesService],
})
export class EnginesModule {}
