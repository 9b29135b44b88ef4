import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ProjectsService } from '../projects/projects.service.js'
import { VersionsService } from '../publications/versions.service.js'
import { ReportsService } from '../reports/reports.service.js'
import { fileNameOf, reportDocument, versionDocument, type ExportDocument, type ExportFormat } from './export-document.js'
import type { ExportLanguage } from './export-language.js'
import { ExportPress } from './export-press.js'

/** A file for someone to keep. */
export interface ExportFile {
  name: string
  contentType: string
  bytes: Buffer
}

/** How someone wants it. */
export interface ExportWish {
  format: ExportFormat
  language: ExportLanguage
}

/** The use cases of exports. */
@Injectable()
export class ExportsService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'publicUrl'>,
    private readonly projects: ProjectsService,
    private readonly reports: ReportsService,
    private readonly versions: VersionsService,
    private readonly press: ExportPress,
  ) {}

  /** A report as it is now. @param signal nobody waits for it any more */
  async report(auth: AuthContext, id: string, { format, language }: ExportWish, signal: AbortSignal): Promise<ExportFile> {
    const report = await this.reports.get(auth, id)
    const project = await this.projects.require(auth, 'project:read', report.projectId)
    return this.file(reportDocument(report, project, this.config.publicUrl, language), format, signal)
  }

  /** A version as it was published. @throws DomainError `version-not-found`, `version-withdrawn` */
  async version(
    auth: AuthContext,
    projectId: string,
    number: string,
    { format, language }: ExportWish,
    signal: AbortSignal,
  ): Promise<ExportFile> {
    const version = await this.versions.get(auth, projectId, number)
    if (version.withdrawn) throw new DomainError('version-withdrawn', { number: version.number, reason: version.withdrawn.reason })
    return this.file(versionDocument(version, this.config.publicUrl, language), format, signal)
  }

  private async file(document: ExportDocument, format: ExportFormat, signal: AbortSignal): Promise<ExportFile> {
    const bytes = format === 'pdf' ? await this.press.pdf(document, signal) : await this.press.html(document, signal)
    return { name: fileNameOf(document, format), contentType: format === 'pdf' ? 'application/pdf' : 'text/html; charset=utf-8', bytes }
  }
}
