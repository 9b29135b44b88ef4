import { Injectable } from '@nestjs/common'
import { EventBus } from '../events/event-bus.js'
import { SearchText } from '../projects/search-text.js'
import type { Report } from './report.js'
import { ReportPresence } from './report-presence.js'
import { ReportRepository } from './report.repository.js'

/** What the rest of the portal learns of reports: that they change, who writes, by which words they are found. */
@Injectable()
export class ReportLinks {
  constructor(
    reports: ReportRepository,
    private readonly presence: ReportPresence,
    private readonly bus: EventBus,
    private readonly search: SearchText,
  ) {
    search.register(
      'reports',
      async (projectId) => (await reports.findTextsOf(projectId)).map(({ title, text }) => `${title}\n${text}`).join('\n'),
      async (projectId) => (await reports.findOf(projectId)).map(({ id, title }) => ({ kind: 'report' as const, id, title })),
    )
  }

  /** Tells that a report is new, was changed, or is gone. */
  changed({ id: reportId, projectId, revision }: Pick<Report, 'id' | 'projectId' | 'revision'>): void {
    this.bus.publish('report.changed', { projectId, reportId, revision })
    // Nobody who writes waits until it is found by its new words.
    void this.search.changed(projectId)
  }

  /** Notes that someone has the report open in the editor. */
  present(report: Pick<Report, 'id' | 'projectId'>, userId: string): Promise<void> {
    return this.presence.note(report, userId)
  }

  /** Notes that someone has closed the editor. */
  absent(report: Pick<Report, 'id' | 'projectId'>, userId: string): Promise<void> {
    return this.presence.end(report, userId)
  }
}
