import { Inject, Module } from '@nestjs/common'
import { Health } from '../../common/health.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { RegistryModule } from '../../platform/registry/registry.module.js'
import { AuditModule } from '../audit/audit.module.js'
import { IamModule } from '../iam/iam.module.js'
import { InstanceModule } from '../instance/instance.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { QuotasModule } from '../quotas/quotas.module.js'
import { RegistriesModule } from '../registries/registries.module.js'
import { SizesModule } from '../sizes/sizes.module.js'
import { EngineDirectoryModule } from './engine-directory.module.js'
import { EngineCleanup } from './engine.cleanup.js'
import { EngineDeployer } from './engine.deployer.js'
import { EngineQuotas } from './engine.quotas.js'
import { EngineReconciler } from './engine.reconciler.js'
import { EngineRetries } from './engine.retries.js'
import { EngineSweeper } from './engine.sweeper.js'
import { EnginesController } from './engines.controller.js'
import { EnginesService } from './engines.service.js'
import { EngineViews } from './engine.views.js'
import { LifecycleController } from './lifecycle/lifecycle.controller.js'
import { LifecycleService } from './lifecycle/lifecycle.service.js'
import { PreviewsService } from './lifecycle/previews.service.js'
import { OverviewController } from './overview/overview.controller.js'
import { OverviewService } from './overview/overview.service.js'
import { EngineTrial } from './preflight/engine-trial.js'
import { PreflightController } from './preflight/preflight.controller.js'
import { PreflightService } from './preflight/preflight.service.js'
import { MongoEngineRevisionRepository } from './revisions/engine-revision.mongo.js'
import { EngineRevisionRepository } from './revisions/engine-revision.repository.js'
import { RevisionsService } from './revisions/revisions.service.js'
import { ProjectNamespaces } from './project-namespaces.js'
import { OrphanFinder } from './sweep/orphan-finder.js'
import { SweepController } from './sweep/sweep.controller.js'
import { SweepService } from './sweep/sweep.service.js'
import { SpecResolver } from './spec.resolver.js'

@Module({
  imports: [
    AuditModule,
    EngineDirectoryModule,
    IamModule,
    InstanceModule,
    ProjectsModule,
    QuotasModule,
    RegistriesModule,
    RegistryModule,
    SizesModule,
  ],
  controllers: [OverviewController, SweepController, PreflightController, EnginesController, LifecycleController],
  providers: [
    { provide: EngineRevisionRepository, useClass: MongoEngineRevisionRepository },
    EngineCleanup,
    EngineDeployer,
    EngineQuotas,
    EngineReconciler,
    EngineRetries,
    EngineSweeper,
    EngineTrial,
    EnginesService,
    EngineViews,
    LifecycleService,
    OrphanFinder,
    OverviewService,
    PreflightService,
    PreviewsService,
    RevisionsService,
    ProjectNamespaces,
    SpecResolver,
    SweepService,
  ],
  exports: [EnginesService],
})
export class EnginesModule {
  constructor(@Inject(CONFIG) config: Config, health: Health, { progress }: EngineReconciler) {
    // Required by no request: it says that what is told of apps may still be old.
    if (config.kubeconfig !== null) health.register({ name: 'apps', required: false, check: async () => progress.requireDone() })
  }
}
