import { Injectable } from '@nestjs/common'
import { AssetUse } from '../assets/asset-use.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { ReportRepository } from './report.repository.js'

/** What goes with a project, and what must not go while a report shows it. */
@Injectable()
export class ReportCleanup {
  constructor(reports: ReportRepository, projects: ProjectCleanup, assets: AssetUse) {
    projects.register('reports', (projectId) => reports.removeAllOf(projectId))
    assets.register('reports', (projectId) => reports.assetsOf(projectId))
  }
}
