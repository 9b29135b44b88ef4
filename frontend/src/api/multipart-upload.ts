/**
 * One file on its way into the object store: the portal hands out a URL for each part, the bytes go straight to the
 * store, the portal verifies what arrived. Parts that are there already are never sent again, so an upload can be
 * paused, can fail, and can be taken up after a reload with the same file.
 *
 * Our own and not Uppy's: from version 6 on its S3 plugin signs S3's own create, list and complete calls, which the
 * portal makes itself here, and sends the parts of a file one after the other.
 */
import { ApiProblem, asProblem, isAbort } from './client'
import type { DatasetFileDto, SentPartDto, UploadDto } from './generated'

export type UploadState = 'preparing' | 'uploading' | 'paused' | 'verifying' | 'done' | 'failed' | 'cancelled'

export interface UploadProgress {
  state: UploadState
  /** Bytes that arrived, parts under way included. */
  sent: number
  problem: ApiProblem | null
}

/** A PUT that the object store refused; `status` 0 when the connection broke. */
export class PutError extends Error {
  readonly status: number
  constructor(status: number) {
    super(`the object store answered ${status}`)
    this.name = 'PutError'
    this.status = status
  }
}

export interface UploadPorts {
  create: () => Promise<UploadDto>
  get: (id: string, signal: AbortSignal) => Promise<UploadDto>
  complete: (id: string, parts: SentPartDto[]) => Promise<{ file: DatasetFileDto }>
  abort: (id: string) => Promise<void>
  /** Sends one part; answers its ETag, or null when the store hides it. Throws `PutError`. */
  put: (url: string, body: Blob, onProgress: (sent: number) => void, signal: AbortSignal) => Promise<string | null>
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
}

interface Part {
  number: number
  start: number
  end: number
  url: string | null
  etag: string | null
  done: boolean
  sent: number
}

/** Parts of one file that travel at the same time. */
export const partsAtOnce = 3
const tries = 6

/** Milliseconds before a try: 0.5 s before the second, doubling up to 15 s. */
const waitBefore = (attempt: number): number => Math.min(15_000, 500 * 2 ** (attempt - 2))

export class MultipartUpload {
  private readonly file: Blob
  private readonly ports: UploadPorts
  private readonly onChange: (progress: UploadProgress) => void
  private parts: Part[] = []
  private running: AbortController | null = null
  private refreshing: Promise<void> | null = null
  private creating: Promise<UploadDto> | null = null
  private state: UploadState = 'preparing'
  private problem: ApiProblem | null = null
  /** The upload as the portal knows it; null until it is created. */
  id: string | null

  /** `id` takes up an upload that began earlier; without it a new one is made. */
  constructor(file: Blob, ports: UploadPorts, onChange: (progress: UploadProgress) => void, id: string | null = null) {
    this.file = file
    this.ports = ports
    this.onChange = onChange
    this.id = id
  }

  /** Runs until done, paused, failed or cancelled. Answers the file when it is done, else null. Never throws. */
  async run(): Promise<DatasetFileDto | null> {
    if (this.running || this.state === 'done' || this.state === 'cancelled') return null
    const running = new AbortController()
    this.running = running
    this.become('preparing')
    try {
      await this.prepare(running.signal)
      this.become('uploading')
      await this.sendMissing(running.signal)
      this.become('verifying')
      const { file } = await this.finish(running.signal)
      this.running = null
      this.become('done')
      return file
    } catch (error) {
      // A pause or cancel has already said its own state.
      if (this.running !== running) return null
      running.abort()
      this.running = null
      this.problem = isAbort(error) ? null : asProblem(error)
      this.become('failed')
      return null
    }
  }

  /** Stops what travels; parts that arrived stay. `run` goes on from there. */
  pause(): void {
    if (this.state !== 'preparing' && this.state !== 'uploading') return
    this.stop()
    for (const part of this.parts) if (!part.done) part.sent = 0
    this.become('paused')
  }

  /** Stops and has the portal throw away what arrived. */
  async cancel(): Promise<void> {
    if (this.state === 'done' || this.state === 'cancelled') return
    this.stop()
    this.become('cancelled')
    if (this.id !== null) await this.ports.abort(this.id)
  }

  private stop(): void {
    const { running } = this
    this.running = null
    // Cancelled with the signal: whoever goes on must ask anew.
    this.refreshing = null
    running?.abort()
  }

  private become(state: UploadState): void {
    this.state = state
    if (state !== 'failed') this.problem = null
    this.report()
  }

  private report(): void {
    const sent = this.parts.reduce((sum, part) => sum + part.sent, 0)
    this.onChange({ state: this.state, sent, problem: this.problem })
  }

  private async prepare(signal: AbortSignal): Promise<void> {
    if (this.id === null) {
      // Shared, so that a pause and resume while the portal is answering does not make a second one.
      this.creating ??= this.ports.create().finally(() => {
        this.creating = null
      })
      const upload = await this.creating
      if (this.id === null) {
        this.id = upload.id
        this.take(upload)
        // Cancelled while the portal was answering: leave nothing behind.
        if (this.state === 'cancelled') await this.ports.abort(upload.id)
      }
      signal.throwIfAborted()
      return
    }
    await this.refresh(signal)
  }

  /** Fresh URLs, and what the store already has. Workers that ask at the same time share one call. */
  private refresh(signal: AbortSignal): Promise<void> {
    const { id } = this
    if (id === null) return Promise.resolve()
    if (this.refreshing) return this.refreshing
    const refreshing = this.patiently(() => this.ports.get(id, signal), signal)
      .then((upload) => this.take(upload))
      .finally(() => {
        if (this.refreshing === refreshing) this.refreshing = null
      })
    this.refreshing = refreshing
    return refreshing
  }

  private take(upload: UploadDto): void {
    const known = new Map(this.parts.map((part) => [part.number, part]))
    this.parts = upload.parts.map((answer) => {
      const start = (answer.number - 1) * upload.partSize
      const end = Math.min(start + upload.partSize, this.file.size)
      const before = known.get(answer.number)
      const done = answer.done ?? before?.done ?? false
      const part: Part = before ?? { number: answer.number, start, end, url: null, etag: null, done, sent: 0 }
      part.url = answer.url ?? part.url
      part.etag = answer.etag ?? part.etag
      part.done = done
      if (done) part.sent = end - start
      return part
    })
    this.report()
  }

  private async sendMissing(signal: AbortSignal): Promise<void> {
    const queue = this.parts.filter((part) => !part.done).map((part) => part.number)
    const worker = async (): Promise<void> => {
      for (let number = queue.shift(); number !== undefined; number = queue.shift()) {
        await this.sendPart(number, signal)
      }
    }
    await Promise.all(Array.from({ length: Math.min(partsAtOnce, queue.length) }, worker))
  }

  private async sendPart(number: number, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      // Looked up each time: a refresh may have replaced the list.
      const part = this.parts.find((candidate) => candidate.number === number)
      if (!part || part.done) return
      if (part.url === null) await this.refresh(signal)
      signal.throwIfAborted()
      try {
        const etag = await this.ports.put(
          part.url ?? '',
          this.file.slice(part.start, part.end),
          (sent) => {
            part.sent = sent
            this.report()
          },
          signal,
        )
        part.etag = etag
        part.done = true
        part.sent = part.end - part.start
        this.report()
        return
      } catch (error) {
        signal.throwIfAborted()
        if (!(error instanceof PutError)) throw error
        part.sent = 0
        this.report()
        if (attempt >= tries) {
          throw new ApiProblem({
            code: error.status === 0 ? 'object-store-unreachable' : 'object-store-refused',
            status: error.status,
            detail: '',
          })
        }
        // 403 and 400 are what S3 stores say of a URL that has expired.
        if (error.status === 403 || error.status === 400) await this.refresh(signal)
        await this.ports.wait(waitBefore(attempt + 1), signal)
      }
    }
  }

  private async finish(signal: AbortSignal): Promise<{ file: DatasetFileDto }> {
    const { id } = this
    // A store whose CORS rules hide ETag: the portal sees it.
    if (this.parts.some((part) => part.etag === null)) await this.refresh(signal)
    signal.throwIfAborted()
    const parts = this.parts.flatMap(({ number, etag }) => (etag === null ? [] : [{ number, etag }]))
    return this.patiently(() => this.ports.complete(id ?? '', parts), signal)
  }

  /** Repeats a call that may be repeated while the portal is away for a moment, as when it is started anew. */
  private async patiently<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await call()
      } catch (error) {
        signal.throwIfAborted()
        const away = error instanceof ApiProblem && [0, 502, 503, 504].includes(error.status)
        if (!away || attempt >= tries) throw error
        await this.ports.wait(waitBefore(attempt + 1), signal)
      }
    }
  }
}

/** Sends one part with XMLHttpRequest, since `fetch` does not tell how far a body has got. */
export function putPart(url: string, body: Blob, onProgress: (sent: number) => void, signal: AbortSignal): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const abort = (): void => request.abort()
    const settle = (act: () => void): void => {
      signal.removeEventListener('abort', abort)
      act()
    }
    request.open('PUT', url)
    request.upload.addEventListener('progress', (event) => onProgress(event.loaded))
    request.addEventListener('load', () =>
      settle(() => {
        if (request.status >= 200 && request.status < 300) resolve(request.getResponseHeader('etag'))
        else reject(new PutError(request.status))
      }),
    )
    request.addEventListener('error', () => settle(() => reject(new PutError(0))))
    request.addEventListener('abort', () => settle(() => reject(new DOMException('cancelled', 'AbortError'))))
    signal.addEventListener('abort', abort)
    request.send(body)
  })
}

/** Resolves after the time, at once when the browser comes back online; rejects when cancelled. */
export function waitOrOnline(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      clearTimeout(timer)
      globalThis.removeEventListener('online', finish)
      signal.removeEventListener('abort', finish)
      if (signal.aborted) reject(new DOMException('cancelled', 'AbortError'))
      else resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    globalThis.addEventListener('online', finish)
    signal.addEventListener('abort', finish)
  })
}
