import { VISIBILITIES, type Visibility } from '../../common/policy/actions.js'
import { EXPORT_FORMATS, type ExportFormat } from '../exports/export-document.js'
import { EXPORT_LANGUAGES, type ExportLanguage } from '../exports/export-language.js'

/** What of a project is exported. */
export const EXPORTED = ['published', 'drafts'] as const
export type Exported = (typeof EXPORTED)[number]

/** What a bulk export was asked for. */
export interface BulkExport {
  format: ExportFormat
  what: Exported
  visibility: Visibility[]
  /** Of what the export adds to the texts. */
  lang: ExportLanguage
}

/** What is stored with a task, read again. @throws Error when it is no bulk export of this release */
export function bulkExportOf({ format, what, visibility, lang }: Record<string, unknown>): BulkExport {
  const [of, found] = [EXPORT_FORMATS.find((each) => each === format), EXPORTED.find((each) => each === what)]
  if (!of || !found || !Array.isArray(visibility)) throw new Error('the task is no bulk export')
  const language = EXPORT_LANGUAGES.find((each) => each === lang) ?? 'en'
  return { format: of, what: found, visibility: VISIBILITIES.filter((each) => visibility.includes(each)), lang: language }
}
