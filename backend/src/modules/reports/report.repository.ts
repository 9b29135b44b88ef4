import type { Report, ReportRevision, ReportRevisionSummary, ReportSummary } from './report.js'

/** What one save changes. */
export type ReportChange = Omit<Report, 'id' | 'projectId' | 'authorId' | 'createdAt' | 'revision'>

/** Where reports are kept. */
export abstract class ReportRepository {
  abstract insert(report: Report): Promise<void>
  abstract count(projectId: string): Promise<number>
  abstract findById(id: string): Promise<Report | null>
  /** Those of a project, the oldest first. */
  abstract findOf(projectId: string): Promise<ReportSummary[]>
  /** Those of a project with what they say, the oldest first. */
  abstract findWholeOf(projectId: string): Promise<Report[]>
  /** Titles and searched texts of a project's reports. */
  abstract findTextsOf(projectId: string): Promise<Pick<Report, 'id' | 'title' | 'text'>[]>
  /** Changes a report that is at `revision`. @returns the changed one, or null when it is not */
  abstract save(id: string, revision: number, change: ReportChange): Promise<Report | null>
  /** @returns whether it was there */
  abstract remove(id: string): Promise<boolean>

  /** Keeps an earlier state; again for the same one changes nothing. */
  abstract keep(revision: ReportRevision): Promise<void>
  /** The earlier states of a report that are kept, the newest first. */
  abstract findRevisions(reportId: string): Promise<ReportRevisionSummary[]>
  abstract findRevision(reportId: string, number: number): Promise<ReportRevision | null>
  abstract removeRevisions(reportId: string, numbers: number[]): Promise<void>
  abstract removeAllRevisions(reportId: string): Promise<void>

  /** Ids of the assets that the reports of a project show, or showed in a state that is kept. */
  abstract assetsOf(projectId: string): Promise<Set<string>>
  abstract removeAllOf(projectId: string): Promise<void>
}
