/** Port and injection token: what turns a page into a PDF. */
export abstract class PdfPrinter {
  /** Whether an operator has set one up. */
  abstract readonly isAvailable: boolean
  /**
   * @param html a page that needs nothing outside of itself
   * @param signal ends it: nobody wants the result any more
   * @throws DomainError `export-unavailable`, `export-failed`, `disk-full`
   */
  abstract print(html: string, signal: AbortSignal): Promise<Buffer>
}

/** The most that a PDF may have in bytes. */
export const MAX_PDF_BYTES = 200 * 2 ** 20

/** Whether bytes are a whole PDF, which ends as it should. */
export const isPdf = (bytes: Buffer): boolean =>
  bytes.subarray(0, 5).toString('latin1') === '%PDF-' && bytes.subarray(-1_024).includes('%%EOF')
