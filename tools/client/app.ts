import { lookup as resolve, type LookupAddress, type LookupOptions } from 'node:dns'
import { request, type IncomingHttpHeaders } from 'node:http'
import { request as requestSecurely } from 'node:https'

export interface AppAnswer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface AppRequest {
  method?: string
  headers?: Record<string, string>
  body?: string
  /** Until the whole answer is there. */
  timeoutMs?: number
}

type Found = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void

/** Names below localhost are this machine (RFC 6761), which not every resolver knows; browsers do. */
function lookup(hostname: string, options: LookupOptions, found: Found): void {
  if (!/(^|\.)localhost$/.test(hostname)) resolve(hostname, options, found)
  else if (options.all) found(null, [{ address: '127.0.0.1', family: 4 }])
  else found(null, '127.0.0.1', 4)
}

/**
 * One request to an app on its own host, as a browser sends it, without following redirects.
 * @throws when nothing answers in time
 */
export function fetchApp(url: string, { method = 'GET', headers = {}, body, timeoutMs = 30_000 }: AppRequest = {}): Promise<AppAnswer> {
  const { promise, resolve: done, reject } = Promise.withResolvers<AppAnswer>()
  const send = url.startsWith('https:') ? requestSecurely : request
  const signal = AbortSignal.timeout(timeoutMs)
  const outgoing = send(url, { method, headers, lookup, signal, agent: false }, (response) => {
    const pieces: Buffer[] = []
    response.on('data', (piece: Buffer) => pieces.push(piece))
    response.on('error', reject)
    response.on('end', () =>
      done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(pieces).toString('utf8') }),
    )
  })
  outgoing.on('error', reject)
  outgoing.end(body)
  return promise
}

/** The status that an app answers on its address; null when nothing answers within `timeoutMs`. */
export async function appStatus(url: string, timeoutMs: number, headers: Record<string, string> = {}): Promise<number | null> {
  try {
    return (await fetchApp(url, { timeoutMs, headers })).status
  } catch {
    // Not listening, not routed or too slow: for whoever waits it is all the same.
    return null
  }
}
