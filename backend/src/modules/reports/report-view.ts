import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { can, type ProjectResource } from '../../common/policy/policy.js'
import { UserRepository } from '../iam/users/user.repository.js'
import type { BlockDiff } from '../richtext/diff.js'
import type { Report, ReportRevision, ReportRevisionSummary, ReportSummary } from './report.js'
import { ReportPresence } from './report-presence.js'
import { ReportDto, ReportRevisionDto, ReportRevisionSummaryDto, ReportSummaryDto, type ReportRevisionDiffDto } from './reports.dto.js'

/** Reports as they are answered: with people by name, and with who writes just now. */
@Injectable()
export class ReportView {
  constructor(
    private readonly users: UserRepository,
    private readonly presence: ReportPresence,
  ) {}

  async summaries(reports: ReportSummary[]): Promise<ReportSummaryDto[]> {
    const people = await this.users.mapOf(reports.flatMap(({ authorId, lastEditorId }) => [authorId, lastEditorId]))
    return reports.map((report) => ReportSummaryDto.from(report, people))
  }

  async report(auth: AuthContext, project: ProjectResource, report: Report): Promise<ReportDto> {
    const editors = can(auth, 'report:save', project) ? await this.presence.editorsOf(report.id) : []
    return ReportDto.of(report, await this.users.mapOf([report.authorId, report.lastEditorId, ...editors]), editors)
  }

  async revisions(revisions: ReportRevisionSummary[]): Promise<ReportRevisionSummaryDto[]> {
    const people = await this.users.mapOf(revisions.map(({ editorId }) => editorId))
    return revisions.map((revision) => ReportRevisionSummaryDto.from(revision, people))
  }

  async revision(revision: ReportRevision): Promise<ReportRevisionDto> {
    return ReportRevisionDto.of(revision, await this.users.mapOf([revision.editorId]))
  }

  async difference(before: ReportRevision, after: ReportRevision, blocks: BlockDiff[]): Promise<ReportRevisionDiffDto> {
    const people = await this.users.mapOf([before.editorId, after.editorId])
    return { from: ReportRevisionSummaryDto.from(before, people), to: ReportRevisionSummaryDto.from(after, people), blocks }
  }
}
