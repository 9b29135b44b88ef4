import { Module } from '@nestjs/common'
import { AssetDirectoryModule } from '../assets/asset-directory.module.js'
import { AssetsModule } from '../assets/assets.module.js'
import { EngineDirectoryModule } from '../engines/engine-directory.module.js'
import { FigureDirectoryModule } from '../figures/figure-directory.module.js'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { HtmlImportService } from './html-import.service.js'
import { MongoPresenceRepository } from './presence.mongo.js'
import { PresenceRepository } from './presence.repository.js'
import { ReportCleanup } from './report-cleanup.js'
import { ReportContents } from './report-contents.js'
import { ReportLinks } from './report-links.js'
import { ReportPresence } from './report-presence.js'
import { ReportView } from './report-view.js'
import { MongoReportRepository } from './report.mongo.js'
import { ReportRepository } from './report.repository.js'
import { ReportsController } from './reports.controller.js'
import { ReportsService } from './reports.service.js'

@Module({
  imports: [IamModule, ProjectsModule, EngineDirectoryModule, FigureDirectoryModule, AssetDirectoryModule, AssetsModule],
  controllers: [ReportsController],
  providers: [
    { provide: ReportRepository, useClass: MongoReportRepository },
    { provide: PresenceRepository, useClass: MongoPresenceRepository },
    ReportPresence,
    ReportContents,
    ReportLinks,
    ReportView,
    ReportCleanup,
    ReportsService,
    HtmlImportService,
  ],
  exports: [ReportsService],
})
export class ReportsModule {}
