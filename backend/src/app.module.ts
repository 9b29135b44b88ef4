import { Module, type DynamicModule } from '@nestjs/common'
import { LoggerModule } from 'nestjs-pino'
import { HealthModule } from './common/health.js'
import { ConfigModule } from './config/config.module.js'
import type { Config } from './config/config.js'
import { loggerOptions } from './logger.js'
import { AssetsModule } from './modules/assets/assets.module.js'
import { AuditModule } from './modules/audit/audit.module.js'
import { AuthModule } from './modules/auth/auth.module.js'
import { BulkExportModule } from './modules/bulk-export/bulk-export.module.js'
import { CatalogueModule } from './modules/catalogue/catalogue.module.js'
import { EnginesModule } from './modules/engines/engines.module.js'
import { EventStreamsModule } from './modules/events/event-streams.module.js'
import { EventsModule } from './modules/events/events.module.js'
import { ExportsModule } from './modules/exports/exports.module.js'
import { IamModule } from './modules/iam/iam.module.js'
import { FiguresModule } from './modules/figures/figures.module.js'
import { GatewayModule } from './modules/gateway/gateway.module.js'
import { LogsModule } from './modules/logs/logs.module.js'
import { PublicationsModule } from './modules/publications/publications.module.js'
import { QuotasModule } from './modules/quotas/quotas.module.js'
import { SizesModule } from './modules/sizes/sizes.module.js'
import { SystemModule } from './modules/system/system.module.js'
import { KubernetesModule } from './platform/kubernetes/kubernetes.module.js'
import { ManifestsModule } from './platform/manifests/manifests.module.js'
import { MongoModule } from './platform/mongo/mongo.module.js'
import { ObjectStoreModule } from './platform/object-store/object-store.module.js'
import { RegistryModule } from './platform/registry/registry.module.js'
import { DatasetsModule } from './modules/datasets/datasets.module.js'
import { ProjectsModule } from './modules/projects/projects.module.js'
import { RegistriesModule } from './modules/registries/registries.module.js'
import { ReportsModule } from './modules/reports/reports.module.js'
import { TasksModule } from './modules/tasks/tasks.module.js'
import { UploadsModule } from './modules/uploads/uploads.module.js'

/** The only list of modules. */
@Module({})
export class AppModule {
  static of(config: Config): DynamicModule {
    // What the gateway needs to know who may open which app; it acts on nothing.
    const shared = [
      ConfigModule.of(config),
      LoggerModule.forRoot(loggerOptions(config)),
      HealthModule,
      MongoModule,
      KubernetesModule,
      EventsModule,
      AuditModule,
      IamModule,
      AuthModule,
      ProjectsModule,
      GatewayModule,
    ]
    const portal = [
      ObjectStoreModule,
      ManifestsModule,
      RegistryModule,
      RegistriesModule,
      DatasetsModule,
      UploadsModule,
      AssetsModule,
      ReportsModule,
      FiguresModule,
      QuotasModule,
      SizesModule,
      EnginesModule,
      LogsModule,
      CatalogueModule,
      PublicationsModule,
      ExportsModule,
      TasksModule,
      BulkExportModule,
      EventStreamsModule,
      SystemModule,
    ]
    return { module: AppModule, imports: config.role === 'gateway' ? shared : [...shared, ...portal] }
  }
}
