import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { cardDocument, reportDocument, versionDocument, type ExportDocument } from '../exports/export-document.js'
import type { ExportLanguage } from '../exports/export-language.js'
import { UserRepository } from '../iam/users/user.repository.js'
import { CardsService } from '../projects/card/cards.service.js'
import type { Project } from '../projects/project.js'
import { VersionsService } from '../publications/versions.service.js'
import { ReportsService } from '../reports/reports.service.js'
import { safeName, UniqueNames } from './bulk-names.js'
import type { BulkExport, SkipReason } from './bulk-export.js'

/** A file that is to be made. */
export interface ExportPage {
  /** Its path in the folder of the project, without its ending. */
  path: string
  /** Read when it is its turn, so that no two are in memory; null when it is gone. */
  read: () => Promise<ExportDocument | null>
}

/** What of a project there is to be exported; a reason where there is nothing. */
export type ProjectPages = { pages: ExportPage[]; skipped: null } | { pages: []; skipped: SkipReason }

/** Finds out which files a project becomes. */
@Injectable()
export class ProjectExporter {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'publicUrl'>,
    private readonly cards: CardsService,
    private readonly reports: ReportsService,
    private readonly versions: VersionsService,
    private readonly users: UserRepository,
  ) {}

  /** @param auth of who exports @throws DomainError `project-not-found` */
  pagesOf(auth: AuthContext, project: Project, { what, lang }: Pick<BulkExport, 'what' | 'lang'>): Promise<ProjectPages> {
    return what === 'published' ? this.published(auth, project, lang) : this.drafts(auth, project, lang)
  }

  private async published(auth: AuthContext, { id, slug }: Project, lang: ExportLanguage): Promise<ProjectPages> {
    const { items } = await this.versions.list(auth, id)
    const newest = items.find(({ withdrawn }) => withdrawn === null)
    if (newest) {
      const read = () => this.version(auth, id, newest.number, lang)
      return { pages: [{ path: `${slug}-v${newest.number}`, read }], skipped: null }
    }
    return { pages: [], skipped: items.length === 0 ? 'not-published' : 'versions-withdrawn' }
  }

  private async version(auth: AuthContext, id: string, number: number, lang: ExportLanguage): Promise<ExportDocument> {
    const version = await this.versions.get(auth, id, String(number))
    if (version.withdrawn) throw new DomainError('version-withdrawn', { number, reason: version.withdrawn.reason })
    return versionDocument(version, this.config.publicUrl, lang)
  }

  private async drafts(auth: AuthContext, project: Project, lang: ExportLanguage): Promise<ProjectPages> {
    const { items } = await this.reports.list(auth, project.id)
    const names = new UniqueNames()
    const reports = items.map(({ id, title }): ExportPage => ({
      path: `reports/${names.of(safeName(title, 'report'))}`,
      read: () => this.report(auth, project, id, lang),
    }))
    return { pages: [{ path: 'card', read: () => this.card(auth, project, lang) }, ...reports], skipped: null }
  }

  private async report(auth: AuthContext, project: Project, id: string, lang: ExportLanguage): Promise<ExportDocument | null> {
    try {
      return reportDocument(await this.reports.get(auth, id), project, this.config.publicUrl, lang)
    } catch (error) {
      if (error instanceof DomainError && error.code === 'report-not-found') return null
      throw error
    }
  }

  private async card(auth: AuthContext, project: Project, lang: ExportLanguage): Promise<ExportDocument> {
    // Asks again whether it may be read: this is later.
    await this.cards.get(auth, project.id)
    const [card, owner] = await Promise.all([this.cards.find(project.id), this.users.findById(project.ownerId)])
    return cardDocument(project, card, owner, this.config.publicUrl, lang)
  }
}
