import type { RichText } from '../plugins/tiptap/document'
import { api } from './client'
import type { PersonDto, ReportDto, ReportListDto, ReportSummaryDto } from './generated'

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
}

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
/** HTML from elsewhere as our text; its pictures become assets of the project. `dropped` names what had no place. */
export const importHtml = (projectId: string, html: string): Promise<{ content: RichText; dropped: string[] }> =>
  api.post(`/projects/${projectId}/richtext/import`, { html })
