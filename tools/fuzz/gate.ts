import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { freshAddress, sessionOf, type Credentials } from './accounts.ts'

/** An operation of the OpenAPI document. */
export interface Operation {
  id: string
  method: string
  path: string
}

export interface GateOptions {
  /** The portal. */
  upstream: string
  operations: Operation[]
  /** New credentials when those before were ended; null for nobody. */
  renew: (() => Promise<Credentials>) | null
  /** An id that no request may name, and the one that takes its place. */
  swap: { id: () => string; by: string }
}

interface Answer {
  status: number
  headers: IncomingMessage['headers']
  stream: IncomingMessage
}

const agent = new Agent({ keepAlive: true })

// A stream says within this what it has to say at once; then the gate ends it.
const STREAM_MS = 150
// Signing in with a wrong password and refreshing without a cookie answer 401 by themselves.
const MEANS_IT = /^\/api\/auth\/(login|refresh)$/

/**
 * Stands between the fuzzer and the portal. It signs every request as who it is for, and makes a new account when the one before was ended by what was
 * sent, so that no operation has to be left out. It ends streams, which would not end by themselves. It counts what was answered.
 */
export class Gate {
  /** For each operation, how often which status came. */
  readonly answered = new Map<string, Map<number, number>>()
  /** What must never be answered. */
  readonly serverErrors: string[] = []
  renewals = 0
  private credentials: Credentials = {}
  private renewing: Promise<void> | null = null
  private readonly server: Server
  private readonly options: GateOptions
  private readonly patterns: { id: string; method: string; pattern: RegExp }[]

  constructor(options: GateOptions) {
    this.options = options
    // The longest literal first: /tokens/all before /tokens/{id}.
    this.patterns = [...options.operations]
      .sort((a, b) => a.path.split('{').length - b.path.split('{').length)
      .map(({ id, method, path }) => ({
        id,
        method: method.toUpperCase(),
        pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]*')}$`),
      }))
    // Whether a head is too large is for the portal to say.
    this.server = createServer({ maxHeaderSize: 2 ** 20 }, (request, response) => {
      this.pass(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
    })
  }

  /** @returns its address */
  async open(): Promise<string> {
    if (this.options.renew) this.credentials = await this.options.renew()
    await new Promise<void>((done) => this.server.listen(0, '127.0.0.1', done))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async close(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((done) => this.server.close(done))
  }

  private async pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { by } = this.options.swap
    const id = this.options.swap.id()
    const swapped = (text: string): string => (id === '' ? text : text.replaceAll(id, by))
    const body = swapped(Buffer.concat(chunks).toString('latin1'))
    const url = swapped(request.url ?? '/')
    const method = request.method ?? 'GET'
    const path = url.split('?')[0] ?? ''
    const send = () => this.send(request, method, url, body)
    const used = this.credentials
    let answer = await send()
    // Ended, or kept waiting for the wrong passwords that were sent before.
    if ((answer.status === 401 || answer.status === 429) && this.options.renew && !MEANS_IT.test(path)) {
      answer.stream.resume()
      await this.renewUnless(used)
      answer = await send()
    }
    this.count(method, path, answer.status)
    if (answer.status >= 500) this.serverErrors.push(`${method} ${url} ${body.slice(0, 500)}: ${answer.status}`)
    const { headers } = answer
    const isStream = headers['content-type']?.startsWith('text/event-stream') === true
    const ending = isStream ? setTimeout(() => answer.stream.destroy(), STREAM_MS) : undefined
    const text = await read(answer.stream)
    clearTimeout(ending)
    // The session goes on with other cookies.
    if (answer.status === 200 && /^\/api\/auth\/(refresh|password)$/.test(path) && 'cookie' in this.credentials)
      this.credentials = sessionOf(headers['set-cookie'] ?? [], (JSON.parse(text.toString()) as { csrfToken: string }).csrfToken)
    for (const name of ['connection', 'keep-alive', 'transfer-encoding', 'content-length']) delete headers[name]
    response.writeHead(answer.status, headers)
    response.end(text)
  }

  private send(request: IncomingMessage, method: string, url: string, body: string): Promise<Answer> {
    const headers: OutgoingHttpHeaders = {}
    for (const [name, value] of Object.entries(request.headers)) if (!HOP_BY_HOP.has(name)) headers[name] = value
    const bytes = Buffer.from(body, 'latin1')
    Object.assign(
      headers,
      this.credentials,
      { 'x-forwarded-for': freshAddress() },
      bytes.length > 0 ? { 'content-length': bytes.length } : {},
    )
    const { hostname, port } = new URL(this.options.upstream)
    return new Promise((resolve, reject) => {
      const sent = httpRequest({ hostname, port, method, path: url, headers, agent }, (stream) =>
        resolve({ status: stream.statusCode ?? 0, headers: stream.headers, stream }),
      )
      sent.on('error', reject)
      sent.end(bytes)
    })
  }

  /** New credentials, once for all requests that found the same ones ended. */
  private async renewUnless(used: Credentials): Promise<void> {
    if (used !== this.credentials) return
    this.renewing ??= (async () => {
      try {
        if (this.options.renew) this.credentials = await this.options.renew()
        this.renewals++
      } finally {
        this.renewing = null
      }
    })()
    await this.renewing
  }

  private count(method: string, path: string, status: number): void {
    const operation = this.patterns.find((candidate) => candidate.method === method && candidate.pattern.test(path))
    const id = operation?.id ?? 'none of the document'
    const statuses = this.answered.get(id) ?? new Map<number, number>()
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    this.answered.set(id, statuses)
  }
}

// Belong to one connection, or are decided here.
const HOP_BY_HOP = new Set([
  'connection',
  'host',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'expect',
  'upgrade',
  'cookie',
  'te',
  'trailer',
])

/** All that comes until the end, or until somebody ends it. */
async function read(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  await new Promise<void>((done) => {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('close', done)
    stream.on('error', () => done())
  })
  return Buffer.concat(chunks)
}
