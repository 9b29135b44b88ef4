import { Inject, Injectable } from '@nestjs/common'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import type { ExportDocument } from './export-document.js'
import { ExportFileReader } from './export-files.js'
import { exportPage } from './export-page.js'
import { PdfPrinter } from './pdf-printer.js'
import { Turns } from './turns.js'

const MAX_HTML_BYTES = 50_000_000

/** Makes files of documents, a few at a time: each may take a hundred megabytes while it is made. */
@Injectable()
export class ExportPress {
  private readonly pages = new Turns(2, 20)
  private readonly prints = new Turns(1, 5)

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'publicUrl'>,
    private readonly files: ExportFileReader,
    private readonly printer: PdfPrinter,
  ) {}

  /** Whether there is something here that prints. */
  get canPrint(): boolean {
    return this.printer.isAvailable
  }

  /**
   * @param isPatient nobody waits for it at a page: it waits for its turn, however many are before it
   * @throws DomainError `export-too-large`, `export-busy`
   */
  async html(document: ExportDocument, signal: AbortSignal, isPatient = false): Promise<Buffer> {
    return Buffer.from(await this.page(document, signal, isPatient))
  }

  /** @throws DomainError as {@link html}, and `export-unavailable`, `export-failed`, `disk-full` */
  pdf(document: ExportDocument, signal: AbortSignal, isPatient = false): Promise<Buffer> {
    if (!this.canPrint) throw new DomainError('export-unavailable')
    return this.prints.run(signal, async () => this.printer.print(await this.page(document, signal, isPatient), signal), isPatient)
  }

  private page(document: ExportDocument, signal: AbortSignal, isPatient: boolean): Promise<string> {
    const set = async (): Promise<string> => {
      const html = exportPage(document, await this.files.read(document, signal), this.config.publicUrl)
      const size = Buffer.byteLength(html)
      if (size > MAX_HTML_BYTES) throw new DomainError('export-too-large', { size, limit: MAX_HTML_BYTES })
      return html
    }
    return this.pages.run(signal, set, isPatient)
  }
}
