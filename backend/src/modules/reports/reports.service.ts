import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import type { Action } from '../../common/policy/actions.js'
import { notThere, withinProject } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import type { Project } from '../projects/project.js'
import { ProjectsService } from '../projects/projects.service.js'
import { diffRichText } from '../richtext/diff.js'
import { EMPTY, isWorthKeeping, MAX_REPORTS, reportTextOf, revisionOf, surplusOf, type Report, type ReportRevision } from './report.js'
import { isSame, ReportContents } from './report-contents.js'
import { ReportLinks } from './report-links.js'
import { ReportView } from './report-view.js'
import { ReportRepository } from './report.repository.js'
import type {
  CreateReportDto,
  ReportDto,
  ReportHtmlDto,
  ReportListDto,
  ReportRevisionDiffDto,
  ReportRevisionDiffQuery,
  ReportRevisionDto,
  ReportRevisionListDto,
  UpdateReportDto,
} from './reports.dto.js'

// Who writes changes the project every few seconds; its readers need not read it again as often.
const TOUCH_EVERY_MS = 60_000

/** The use cases of reports. */
@Injectable()
export class ReportsService {
  constructor(
    private readonly reports: ReportRepository,
    private readonly projects: ProjectsService,
    private readonly contents: ReportContents,
    private readonly view: ReportView,
    private readonly links: ReportLinks,
  ) {}

  async list(auth: AuthContext, projectId: string): Promise<ReportListDto> {
    await this.projects.require(auth, 'project:read', projectId)
    return { items: await this.view.summaries(await this.reports.findOf(projectId)) }
  }

  async create(auth: AuthContext, projectId: string, { title, content = { ...EMPTY } }: CreateReportDto): Promise<ReportDto> {
    const project = await this.projects.require(auth, 'project:update', projectId)
    if ((await this.reports.count(projectId)) >= MAX_REPORTS) throw new DomainError('too-many-reports', { limit: MAX_REPORTS })
    const text = await this.contents.accept(projectId, title, content)
    const at = now()
    const report: Report = {
      ...text,
      ...{ id: newId(at), projectId, authorId: auth.user.id, lastEditorId: auth.user.id },
      ...{ keptAt: at, createdAt: at, updatedAt: at, revision: 1 },
    }
    await this.reports.insert(report)
    // The project may have been deleted in between, and its clean-up may not have seen this report.
    if (!(await this.projects.find(projectId))) {
      await this.reports.remove(report.id)
      throw new DomainError('project-not-found')
    }
    auth.trail.change({ resource: resourceOf(report), after: { projectId, title } })
    this.links.changed(report)
    await this.projects.touched(projectId)
    return this.view.report(auth, project, report)
  }

  async get(auth: AuthContext, id: string): Promise<ReportDto> {
    const { report, project } = await this.require(auth, 'project:read', id)
    return this.view.report(auth, project, report)
  }

  /**
   * Stores what the editor has, if nobody has stored anything since it was read. What is there already (an answer was lost, and the editor sends again)
   * is no conflict.
   * @throws DomainError `report-revision-conflict`, `rich-text-invalid`
   */
  async update(auth: AuthContext, id: string, dto: UpdateReportDto): Promise<ReportDto> {
    const { report, project } = await this.require(auth, 'report:save', id)
    const { revision, title = report.title, content = report.content, keep, putBack } = dto
    if (title === report.title && isSame(report.content, content)) return this.view.report(auth, project, report)
    if (report.revision !== revision) throw conflict(revision, report)
    const text = await this.contents.accept(report.projectId, title, content, await this.shownBy(report, putBack))
    const at = now()
    const isKept = keep || isWorthKeeping(report, auth.user.id, at)
    // Before it is replaced: killed in between, a state is kept that is the present one, too.
    if (isKept) await this.reports.keep(revisionOf(report))
    const change = { ...text, lastEditorId: auth.user.id, keptAt: isKept ? at : report.keptAt, updatedAt: at }
    const saved = await this.reports.save(id, revision, change)
    if (!saved) throw conflict(revision, (await this.require(auth, 'report:save', id)).report)
    if (isKept) await this.prune(id)
    // One entry for some minutes of one person's work rather than for each of its hundred saves.
    if (isKept || title !== report.title)
      auth.trail.change({
        resource: resourceOf(saved),
        before: { title: report.title, words: report.words, revision },
        after: { title, words: saved.words, revision: saved.revision },
      })
    this.links.changed(saved)
    if (at.getTime() - project.updatedAt.getTime() >= TOUCH_EVERY_MS) await this.projects.touched(project.id)
    return this.view.report(auth, project, saved)
  }

  async delete(auth: AuthContext, id: string): Promise<void> {
    const { report } = await this.require(auth, 'project:update', id)
    await this.reports.removeAllRevisions(id)
    await this.reports.remove(id)
    auth.trail.change({ resource: resourceOf(report), before: { projectId: report.projectId, title: report.title, words: report.words } })
    this.links.changed({ ...report, revision: report.revision + 1 })
    await this.projects.touched(report.projectId)
  }

  /** The page of the caller has the report open in the editor, for some seconds more. */
  async present(auth: AuthContext, id: string): Promise<void> {
    const { report } = await this.require(auth, 'report:save', id)
    await this.links.present(report, auth.user.id)
  }

  /** The page of the caller has closed the editor of the report. */
  async absent(auth: AuthContext, id: string): Promise<void> {
    const { report } = await this.require(auth, 'report:save', id)
    await this.links.absent(report, auth.user.id)
  }

  async html(auth: AuthContext, id: string): Promise<ReportHtmlDto> {
    const { report } = await this.require(auth, 'project:read', id)
    return { html: await this.contents.html(report) }
  }

  /** The earlier states that are kept, the newest first; for those who may write, since something may have been taken out for a reason. */
  async revisions(auth: AuthContext, id: string): Promise<ReportRevisionListDto> {
    await this.require(auth, 'project:update', id)
    return { items: await this.view.revisions(await this.reports.findRevisions(id)) }
  }

  /** One state: one that is kept, or the present one. */
  async revision(auth: AuthContext, id: string, number: number): Promise<ReportRevisionDto> {
    const { report } = await this.require(auth, 'project:update', id)
    return this.view.revision(await this.stateOf(report, number))
  }

  /** What was changed from one state to a later one, or to the present one. */
  async diff(auth: AuthContext, id: string, number: number, { to }: ReportRevisionDiffQuery): Promise<ReportRevisionDiffDto> {
    const { report } = await this.require(auth, 'project:update', id)
    const [before, after] = await Promise.all([this.stateOf(report, number), this.stateOf(report, to ?? report.revision)])
    return this.view.difference(before, after, diffRichText(before.content, after.content))
  }

  /** All reports of a project with what they say, the oldest first; for who has asked whether the project may be read. */
  allOf(projectId: string): Promise<Report[]> {
    return this.reports.findWholeOf(projectId)
  }

  /** @throws DomainError `report-revision-not-found` */
  private async stateOf(report: Report, number: number): Promise<ReportRevision> {
    const state = number === report.revision ? revisionOf(report) : await this.reports.findRevision(report.id, number)
    if (!state) throw new DomainError('report-revision-not-found', { id: report.id })
    return state
  }

  /** The report with what it shows now, and what it showed in the state that is put back. */
  private async shownBy(report: Report, putBack: number | undefined): Promise<Report> {
    if (putBack === undefined) return report
    const { title, content } = await this.stateOf(report, putBack)
    const { assets, engines } = reportTextOf(title, content)
    return { ...report, assets: [...report.assets, ...assets], engines: [...report.engines, ...engines] }
  }

  private async prune(id: string): Promise<void> {
    await this.reports.removeRevisions(id, surplusOf(await this.reports.findRevisions(id)))
  }

  private async require(auth: AuthContext, action: Action, id: string): Promise<{ report: Report; project: Project }> {
    const report = await this.reports.findById(id)
    if (!report) throw notThere(auth, 'report-not-found')
    return withinProject(auth, 'report-not-found', async () => ({
      report,
      project: await this.projects.require(auth, action, report.projectId),
    }))
  }
}

const conflict = (sent: number, { revision: current }: Report) => new DomainError('report-revision-conflict', { sent, current })

const resourceOf = ({ id, title }: Report) => ({ type: 'report', id, name: title }) as const
