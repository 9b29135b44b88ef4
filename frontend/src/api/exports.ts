import type { ExportReportData } from './generated'
import { apiUrl, asProblem, problemFrom, settleRefusal } from './client'

/** How a text is exported. */
export type ExportFormat = 'html' | 'pdf'
/** In which it says what nobody wrote into the text. */
type ExportLanguage = NonNullable<NonNullable<ExportReportData['query']>['lang']>

/** A text as one file, and the name that the portal gives it. */
export interface ExportedFile {
  name: string
  blob: Blob
}

/** What is exported: a report, or a version of a project. */
export const reportExport = (id: string): string => `/reports/${encodeURIComponent(id)}/export`
export const versionExport = (projectId: string, number: number): string =>
  `/projects/${encodeURIComponent(projectId)}/versions/${number}/export`

/** Fetches an export; a PDF may take a minute. Throws an `ApiProblem`. */
export async function fetchExport(
  path: string,
  { format, lang }: { format: ExportFormat; lang: ExportLanguage },
  signal: AbortSignal,
  repeated = false,
): Promise<ExportedFile> {
  try {
    const response = await fetch(apiUrl(path, { format, lang }), { credentials: 'same-origin', signal })
    if (response.ok) return { name: nameOf(response) ?? `export.${format}`, blob: await response.blob() }
    const problem = await problemFrom(response)
    if (repeated || !(await settleRefusal(problem))) throw problem
  } catch (error) {
    throw asProblem(error)
  }
  return fetchExport(path, { format, lang }, signal, true)
}

/** @see RFC 8187 */
function nameOf(response: Response): string | null {
  const encoded = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1]
  return encoded === undefined ? null : decodeURIComponent(encoded)
}
