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

/** Why a project is left out, and what to do about it. */
export const SKIP_REASONS = {
  'not-published': 'It has no published version. Publish it, or export drafts.',
  'versions-withdrawn': 'All its versions were withdrawn. Publish a new one, or export drafts.',
  'visibility-changed':
    'Its visibility was changed after the export had begun. Choose the new one, too, and export again if it shall be in it.',
  'project-not-readable': 'Who began the export may not read it. Ask its owner for access.',
  'project-deleted': 'It was deleted since the export began.',
} as const
export type SkipReason = keyof typeof SKIP_REASONS

/** What is stored with a task, read again. @throws Error when it is no bulk export of this release */
export function bulkExportOf({ format, what, visibility, lang }: Record<string, unknown>): BulkExport {
  const [of, found] = [EXPORT_FORMATS.find((each) => each === format), EXPORTED.find((each) => each === what)]
  if (!of || !found || !Array.isArray(visibility)) throw new Error('the task is no bulk export')
  const language = EXPORT_LANGUAGES.find((each) => each === lang) ?? 'en'
  return { format: of, what: found, visibility: VISIBILITIES.filter((each) => visibility.includes(each)), lang: language }
}
