import { OneOf } from '../../common/validation/fields.js'
import { EXPORT_FORMATS, type ExportFormat } from './export-document.js'
import { EXPORT_LANGUAGES, type ExportLanguage } from './export-language.js'

export class ExportQuery {
  @OneOf(EXPORT_FORMATS, { optional: true, description: 'html when left out' })
  format: ExportFormat = 'html'

  @OneOf(EXPORT_LANGUAGES, {
    optional: true,
    description: 'in which it says what nobody wrote into it; by Accept-Language when left out',
  })
  lang?: ExportLanguage
}
