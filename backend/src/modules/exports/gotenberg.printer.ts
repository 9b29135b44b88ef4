import { DomainError } from '../../common/problem/domain-error.js'
import { isPdf, MAX_PDF_BYTES, PdfPrinter } from './pdf-printer.js'

/** Prints with a Gotenberg, a service that has a Chromium in it. @see https://gotenberg.dev/docs/routes#html-file-into-pdf-route */
export class GotenbergPrinter extends PdfPrinter {
  readonly isAvailable = true

  constructor(
    private readonly address: string,
    private readonly seconds: number,
  ) {
    super()
  }

  async print(html: string, signal: AbortSignal): Promise<Buffer> {
    const form = new FormData()
    form.append('files', new Blob([html], { type: 'text/html' }), 'index.html')
    form.append('preferCssPageSize', 'true')
    form.append('printBackground', 'true')
    const bytes = await this.send(form, AbortSignal.any([signal, AbortSignal.timeout(this.seconds * 1_000)]))
    if (!isPdf(bytes)) throw new DomainError('export-failed', { reason: 'Gotenberg answered something else than a PDF.' })
    return bytes
  }

  private async send(body: FormData, signal: AbortSignal): Promise<Buffer> {
    try {
      const answer = await fetch(`${this.address}/forms/chromium/convert/html`, { method: 'POST', body, signal, redirect: 'error' })
      if (!answer.ok) {
        await answer.body?.cancel()
        // Its own time, 30 seconds unless it is told otherwise, may be over before ours.
        const hint = answer.status === 503 ? ' It may need more time than its API_TIMEOUT.' : ''
        throw new DomainError('export-failed', { reason: `Gotenberg answered ${answer.status}.${hint}` })
      }
      return await readAtMost(answer)
    } catch (error) {
      if (error instanceof DomainError) throw error
      const isLate = error instanceof Error && error.name === 'TimeoutError'
      const reason = isLate ? `Gotenberg did not answer within ${this.seconds} seconds.` : 'Gotenberg cannot be reached.'
      throw new DomainError('export-failed', { reason }, { cause: error })
    }
  }
}

async function readAtMost(answer: Response): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  let size = 0
  const body: ReadableStream<Uint8Array> | null = answer.body
  const reader = body?.getReader()
  for (let next = await reader?.read(); next?.value; next = await reader?.read()) {
    const piece: Uint8Array = next.value
    size += piece.length
    if (size > MAX_PDF_BYTES) {
      await reader?.cancel()
      throw new DomainError('export-failed', { reason: 'The PDF would be too large.' })
    }
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}
