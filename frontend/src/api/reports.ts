import type { RichText } from '../plugins/tiptap/document'
import { api, apiUrl, csrfToken } from './client'
import type {
  PersonDto,
  ReportDto,
  ReportListDto,
  ReportRevisionDiffDto,
  ReportRevisionDto,
  ReportRevisionListDto,
  ReportRevisionSummaryDto,
  ReportSummaryDto,
} from './generated'

export type ReportPerson = PersonDto
/** A report as a list shows it. */
export type ReportSummary = ReportSummaryDto
/** A report with its text, which the portal has checked. */
export type Report = Omit<ReportDto, 'content'> & { content: RichText }

export interface ReportChanges {
  title?: string
  content?: RichText
  /** Keeps what the report said before as a revision of its own. */
  keep?: boolean
  /** The earlier state that this is: what it shows may be gone from the project meanwhile. */
  putBack?: number
}

/** An earlier state of a report, as a list shows it. */
export type ReportState = ReportRevisionSummaryDto
/** An earlier state with its text. */
export type WholeReportState = Omit<ReportRevisionDto, 'content'> & { content: RichText }
/** What was changed from one state of a report to another. */
export type StateDifference = ReportRevisionDiffDto

export const listReports = async (projectId: string): Promise<ReportSummary[]> =>
  (await api.get<ReportListDto>(`/projects/${projectId}/reports`)).items
export const createReport = (projectId: string, title: string): Promise<Report> => api.post(`/projects/${projectId}/reports`, { title })
export const getReport = (id: string): Promise<Report> => api.get(`/reports/${encodeURIComponent(id)}`)
/** Refused with 409 when someone else saved the report since `revision` was read. */
export const saveReport = (id: string, revision: number, changes: ReportChanges): Promise<Report> =>
  api.patch(`/reports/${id}`, { revision, ...changes })
export const deleteReport = (id: string): Promise<void> => api.send('DELETE', `/reports/${id}`)
/** Tells that one has the report open; forgotten after 40 s. */
export const tellPresence = (id: string): Promise<void> => api.send('PUT', `/reports/${id}/presence`)
/** Tells that one has closed the report, also while the page goes away. Nobody waits for an answer: without it one is forgotten, later. */
export function tellAbsence(id: string): void {
  const init: RequestInit = { method: 'DELETE', keepalive: true, credentials: 'same-origin', headers: { 'x-csrf-token': csrfToken() } }
  void fetch(apiUrl(`/reports/${id}/presence`), init).catch(() => undefined)
}
/** The earlier states that are kept, the newest first. */
export const listStates = async (id: string): Promise<ReportState[]> =>
  (await api.get<ReportRevisionListDto>(`/reports/${encodeURIComponent(id)}/revisions`)).items
export const getState = (id: string, number: number): Promise<WholeReportState> => api.get(`/reports/${id}/revisions/${number}`)
/** What was changed since an earlier state, up to the state `to`, or to the present one. */
export const getStateDifference = (id: string, number: number, to: number | null): Promise<StateDifference> =>
  api.get(`/reports/${id}/revisions/${number}/diff`, { to })
/** HTML from elsewhere as our text; its pictures become assets of the project. `dropped` names what had no place. */
export const importHtml = (projectId: string, html: string): Promise<{ content: RichText; dropped: string[] }> =>
  api.post(`/projects/${projectId}/richtext/import`, { html })
