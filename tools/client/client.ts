import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'

/** Where the portal is and who signs in, as `make up` writes it to `.vitrine/credentials.json`. */
export interface Credentials {
  url: string
  username: string
  password: string
}

/** An error answer of the API. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: string
  readonly detail: string

  constructor(call: string, status: number, body: { code?: string; detail?: string; errors?: { path: string; message: string }[] }) {
    const fields = (body.errors ?? []).map(({ path, message }) => `${path} ${message}`).join('; ')
    super(`${call}: ${status} ${body.code ?? ''} ${body.detail ?? ''} ${fields}`.trim())
    this.status = status
    this.code = body.code ?? 'unknown'
    this.detail = body.detail ?? ''
  }
}

/** One event of a stream. */
export interface StreamEvent {
  id: string
  event: string
  data: string
}

/** What `POST /api/uploads` answers, as far as it is needed to send the parts. */
interface UploadIntent {
  id: string
  partSize: number
  parts: { number: number; url: string }[]
}

/** Reads what `make up` has written. @throws when the portal was not started yet */
export function readCredentials(root: string): Credentials {
  const file = join(root, '.vitrine/credentials.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Credentials
  } catch (cause) {
    throw new Error('There is no .vitrine/credentials.json: start Vitrine first, with `make up`.', { cause })
  }
}

/** A small client of the API, for the demo and the benchmarks: signs in as a browser does, with a session and its CSRF token. */
export class VitrineClient {
  readonly url: string
  readonly #cookie: string
  readonly #csrfToken: string

  private constructor(url: string, cookie: string, csrfToken: string) {
    this.url = url
    this.#cookie = cookie
    this.#csrfToken = csrfToken
  }

  /** Signs in. @throws ApiProblem when the portal refuses */
  static async signIn({ url, username, password }: Credentials): Promise<VitrineClient> {
    const answer = await fetch(`${url}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    })
    const body = (await answer.json()) as { csrfToken: string }
    if (!answer.ok) throw new ApiProblem('POST /api/auth/login', answer.status, body as object)
    const cookie = answer.headers
      .getSetCookie()
      .map((each) => each.split(';')[0])
      .join('; ')
    return new VitrineClient(url, cookie, body.csrfToken)
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path)
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.call<T>('POST', path, body)
  }

  patch<T>(path: string, body: object): Promise<T> {
    return this.call<T>('PATCH', path, body)
  }

  delete(path: string): Promise<void> {
    return this.call<void>('DELETE', path)
  }

  /** Every item of a list, page by page. */
  async *list<T>(path: string): AsyncGenerator<T> {
    for (let cursor: string | null = ''; cursor !== null;) {
      const separator = path.includes('?') ? '&' : '?'
      const page: { items: T[]; nextCursor: string | null } = await this.get(
        cursor ? `${path}${separator}cursor=${encodeURIComponent(cursor)}` : path,
      )
      yield* page.items
      cursor = page.nextCursor
    }
  }

  /** Calls the API. @returns the answer's JSON, or undefined when it has no body @throws ApiProblem */
  async call<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        cookie: this.#cookie,
        ...(method === 'GET' ? {} : { 'x-csrf-token': this.#csrfToken }),
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    const text = await answer.text()
    const json: unknown = text === '' ? undefined : JSON.parse(text)
    if (!answer.ok) throw new ApiProblem(`${method} ${path}`, answer.status, (json ?? {}))
    return json as T
  }

  /** The events of a stream until it ends or `signal` aborts it. @throws ApiProblem when the stream is refused */
  async *events(path: string, options: { lastEventId?: string; signal?: AbortSignal } = {}): AsyncGenerator<StreamEvent> {
    const answer = await fetch(this.url + path, {
      headers: {
        cookie: this.#cookie,
        accept: 'text/event-stream',
        ...(options.lastEventId ? { 'last-event-id': options.lastEventId } : {}),
      },
      ...(options.signal ? { signal: options.signal } : {}),
    })
    if (!answer.ok || !answer.body) throw new ApiProblem(`GET ${path}`, answer.status, (await answer.json()) as object)
    let rest = ''
    let id = ''
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + chunk).split('\n\n')
      rest = blocks.pop() ?? ''
      for (const block of blocks) {
        const event: StreamEvent = { id, event: 'message', data: '' }
        for (const line of block.split('\n')) {
          const [, name, value] = /^(\w+): ?(.*)$/.exec(line) ?? []
          if (name === 'id') id = event.id = value ?? ''
          if (name === 'event') event.event = value ?? ''
          if (name === 'data') event.data += value ?? ''
        }
        if (event.data !== '') yield event
      }
    }
  }

  /** Uploads a file to a data set: intent, parts straight to the object store (`parallel` at once), complete. */
  async upload(datasetId: string, name: string, content: Buffer, contentType: string, parallel = 4): Promise<void> {
    const intent = await this.post<UploadIntent>('/api/uploads', {
      target: { kind: 'dataset', id: datasetId },
      name,
      size: content.length,
      contentType,
    })
    const waiting = [...intent.parts]
    const done: { number: number; etag: string }[] = []
    const send = async (): Promise<void> => {
      for (let part = waiting.shift(); part; part = waiting.shift()) {
        const from = (part.number - 1) * intent.partSize
        const answer = await fetch(part.url, { method: 'PUT', body: content.subarray(from, from + intent.partSize) })
        const etag = answer.headers.get('etag')
        if (!answer.ok || !etag) throw new Error(`part ${part.number} of ${name}: the object store answered ${answer.status}`)
        done.push({ number: part.number, etag })
      }
    }
    await Promise.all(Array.from({ length: parallel }, send))
    await this.post(`/api/uploads/${intent.id}/complete`, { parts: done.sort((a, b) => a.number - b.number) })
  }
}

/**
 * The status with which an app answers at its own address, or 0 when nothing does. Names under `.localhost` are this machine, which not every resolver knows:
 * they are called on the loopback address with the name in the Host header.
 */
export function appStatus(address: string, timeoutMs = 30_000): Promise<number> {
  const { hostname, host, port, pathname } = new URL(address)
  return new Promise((resolve) => {
    const call = request(
      {
        host: hostname.endsWith('.localhost') ? '127.0.0.1' : hostname,
        port: port || 80,
        path: pathname,
        headers: { host },
        timeout: timeoutMs,
      },
      (answer) => {
        answer.resume()
        answer.on('end', () => resolve(answer.statusCode ?? 0))
        answer.on('error', () => resolve(0))
      },
    )
    call.on('timeout', () => call.destroy())
    call.on('error', () => resolve(0))
    call.end()
  })
}
