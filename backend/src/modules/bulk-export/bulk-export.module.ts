import { Module } from '@nestjs/common'
import { ExportsModule } from '../exports/exports.module.js'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { PublicationsModule } from '../publications/publications.module.js'
import { ReportsModule } from '../reports/reports.module.js'
import { TasksModule } from '../tasks/tasks.module.js'
import { BulkArchive } from './bulk-archive.js'
import { BulkExportController } from './bulk-export.controller.js'
import { BulkExportService } from './bulk-export.service.js'
import { BulkExporter } from './bulk-exporter.js'
import { ExportAccess } from './export-access.js'
import { ExportedFiles } from './exported-files.js'
import { ProjectExporter } from './project-exporter.js'

@Module({
  imports: [ExportsModule, IamModule, ProjectsModule, PublicationsModule, ReportsModule, TasksModule],
  controllers: [BulkExportController],
  providers: [BulkArchive, BulkExporter, BulkExportService, ExportAccess, ExportedFiles, ProjectExporter],
})
export class BulkExportModule {}
