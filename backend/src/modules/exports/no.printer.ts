import { DomainError } from '../../common/problem/domain-error.js'
import { PdfPrinter } from './pdf-printer.js'

/** Where nothing is set up that prints. */
export class NoPrinter extends PdfPrinter {
  readonly isAvailable = false

  override print(): Promise<Buffer> {
    return Promise.reject(new DomainError('export-unavailable'))
  }
}
