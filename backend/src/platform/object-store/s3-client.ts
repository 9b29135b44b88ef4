import http from 'node:http'
import https from 'node:https'
import { text } from 'node:stream/consumers'
import { Client } from 'minio'
import type { StoredPart } from './object-store.js'

/** Longest silence of a connection, in milliseconds, before a call counts as failed. */
const SILENCE_MS = 10_000
// A store may need a while to make one object of 10,000 parts.
const COMPLETE_SILENCE_MS = 300_000
// The statuses for which the library throws the answer away unread (its `retryHttpCodes`), also when it does not retry.
const UNREAD = new Set([408, 429, 499, 500, 502, 503, 504, 520])

interface Endpoint {
  url: string
  region: string
  accessKey: string
  secretKey: string
}

/** The `minio` client with time-outs, without its own retries, and with the list of parts that it keeps to itself. */
export class S3Client extends Client {
  constructor({ url, region, accessKey, secretKey }: Endpoint) {
    const { protocol, hostname, port } = new URL(url)
    const useSSL = protocol === 'https:'
    const agent = useSSL ? new https.Agent({ keepAlive: true }) : new http.Agent({ keepAlive: true })
    super({
      endPoint: hostname,
      useSSL,
      ...(port === '' ? {} : { port: Number(port) }),
      // With the region known, presigning needs no call.
      region,
      accessKey,
      secretKey,
      transportAgent: agent,
      transport: transportOf(useSSL ? https : http),
      // Its retries print to the console and lose the store's error code.
      retryOptions: { disableRetry: true },
    })
  }

  /** All parts of an upload, over as many pages as there are. */
  async parts(bucket: string, key: string, uploadId: string): Promise<StoredPart[]> {
    const found = await this.listParts(bucket, key, uploadId)
    return found.map(({ part, etag, size }) => ({ number: part, etag, size })).sort((a, b) => a.number - b.number)
  }

  /** Closes idle connections. */
  close(): void {
    this.transportAgent.destroy()
  }
}

type Request = typeof http.request

function transportOf(base: { request: Request }): { request: Request } {
  const request = (options: https.RequestOptions, onResponse?: (response: http.IncomingMessage) => void): http.ClientRequest => {
    const completing = options.method === 'POST' && options.path?.includes('uploadId=')
    const timeout = completing ? COMPLETE_SILENCE_MS : SILENCE_MS
    const call = base.request({ ...options, timeout }, (response) => {
      if (UNREAD.has(response.statusCode ?? 0)) void failWith(call, response)
      else onResponse?.(response)
    })
    call.on('timeout', () => call.destroy(Object.assign(new Error(`no answer within ${timeout} ms`), { code: 'ETIMEDOUT' })))
    return call
  }
  return { request: request as Request }
}

/** Ends a call with what the store says is wrong: the library would throw that away, and leave the connection busy for good. */
async function failWith(call: http.ClientRequest, response: http.IncomingMessage): Promise<void> {
  const status = response.statusCode ?? 0
  call.emit(
    'error',
    await text(response).then(
      (body) => refusal(status, body),
      () => refusal(status, ''),
    ),
  )
}

/** The error of an answer, with the code and the message of its XML body. */
export function refusal(status: number, body: string): Error {
  const field = (name: string) => new RegExp(`<${name}>([^<]{1,500})</${name}>`).exec(body)?.[1]
  return Object.assign(new Error(field('Message') ?? `the object store answered ${status}`), { code: field('Code') ?? `HTTP${status}` })
}
