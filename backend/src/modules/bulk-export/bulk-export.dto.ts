import { VISIBILITIES, type Visibility } from '../../common/policy/actions.js'
import { OneOf, OneOfList } from '../../common/validation/fields.js'
import { EXPORT_FORMATS, type ExportFormat } from '../exports/export-document.js'
import { EXPORT_LANGUAGES, type ExportLanguage } from '../exports/export-language.js'
import { EXPORTED, type BulkExport, type Exported } from './bulk-export.js'

export class StartExportDto implements BulkExport {
  @OneOf(EXPORT_FORMATS)
  format: ExportFormat

  @OneOf(EXPORTED, { description: 'published: the newest version of each project; drafts: its card and its reports as they are now' })
  what: Exported

  @OneOfList(VISIBILITIES, { least: 1, optional: true, description: 'only projects that are one of these; all when left out' })
  visibility: Visibility[] = [...VISIBILITIES]

  @OneOf(EXPORT_LANGUAGES, { optional: true, description: 'of the words that the export adds to the texts; English when left out' })
  lang: ExportLanguage = 'en'
}
