import { OneOf } from '../../common/validation/fields.js'
import { EXPORT_FORMATS, type ExportFormat } from './export-document.js'

export class ExportQuery {
  @OneOf(EXPORT_FORMATS, { optional: true, description: 'html when left out' })
  format: ExportFormat = 'html'
}
