import { HttpMethod, RequestContext, type KubeConfig } from '@kubernetes/client-node'
import { Injectable } from '@nestjs/common'
import { Agent, request, type Dispatcher } from 'undici'
import { errorOfStatus, KubeError, toKubeError, type KubeStatus } from './kube-error.js'

const REQUEST_MS = 15_000

/** Values of a query; those that are undefined are left out. */
export type KubeQuery = Record<string, string | number | boolean | undefined>

interface Connection {
  config: KubeConfig
  server: string
  dispatcher: Dispatcher
}

/**
 * Requests to the API server of the one configured context. Sign-in, certificates and proxies come from client-node's KubeConfig; requests are
 * our own, since client-node's know no time limit and its watch and log streams end or hang without a word (see design, "Watching the cluster").
 */
@Injectable()
export class KubeApi {
  private connection: Connection | null = null

  /** Uses these credentials from now on; null while there are none. Requests that are under way end by themselves. */
  async use(config: KubeConfig | null): Promise<void> {
    const before = this.connection?.dispatcher
    const cluster = config?.getCurrentCluster()
    if (!config || !cluster) {
      this.connection = null
      return
    }
    const context = await authenticated(config, cluster.server, 'GET')
    // client-node makes a new connection pool for each request: one is kept for as long as the credentials are the same.
    const dispatcher = context.getDispatcher() ?? new Agent()
    this.connection = { config, server: cluster.server.replace(/\/+$/, ''), dispatcher }
    // Closes when the last request on it has ended; a watch does so within minutes.
    void before?.close()
  }

  /** Makes new connections from now on: those to an API server that stood still may hang for good, though it answers again. */
  async renew(): Promise<void> {
    if (this.connection) await this.use(this.connection.config)
  }

  /** Host name or address of the API server in the configured context; null while there is none. */
  get serverHost(): string | null {
    return this.connection ? new URL(this.connection.server).hostname : null
  }

  /**
   * One request with a JSON answer.
   * @throws KubeError
   */
  async json<T>(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    {
      query = {},
      body,
      contentType = 'application/json',
      timeoutMs = REQUEST_MS,
    }: { query?: KubeQuery; body?: unknown; contentType?: string; timeoutMs?: number } = {},
  ): Promise<T> {
    try {
      const { statusCode, body: answer } = await this.send(method, path, query, {
        signal: AbortSignal.timeout(timeoutMs),
        ...(body === undefined ? {} : { body: JSON.stringify(body), contentType }),
      })
      const text = await answer.text()
      if (statusCode >= 300) throw errorOfStatus(statusCode, statusOf(text))
      return JSON.parse(text) as T
    } catch (error) {
      throw toKubeError(error)
    }
  }

  /**
   * An answer without an end, in pieces as they come (a piece is not a line).
   * @param options.idleMs the stream fails when nothing comes for so long; 0 for never
   * @param options.signal ends it
   * @throws KubeError, also while reading
   */
  async *stream(path: string, query: KubeQuery, options: { signal: AbortSignal; idleMs: number }): AsyncGenerator<Buffer, void, undefined> {
    try {
      const { statusCode, body } = await this.send('GET', path, query, { signal: options.signal, bodyTimeout: options.idleMs })
      if (statusCode >= 300) throw errorOfStatus(statusCode, statusOf(await body.text()))
      for await (const piece of body) yield piece as Buffer
    } catch (error) {
      throw toKubeError(error)
    }
  }

  private async send(
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    path: string,
    query: KubeQuery,
    options: { signal: AbortSignal; bodyTimeout?: number; body?: string; contentType?: string },
  ): Promise<Dispatcher.ResponseData> {
    const connection = this.connection
    if (!connection) throw new KubeError('unreachable', 'no cluster is connected')
    const url = new URL(connection.server + path)
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
    // Asked for each time: a token may have been renewed since.
    const context = await authenticated(connection.config, url.toString(), method)
    const answer = request(url, {
      method,
      headers: {
        ...context.getHeaders(),
        accept: 'application/json',
        ...(options.contentType ? { 'content-type': options.contentType } : {}),
      },
      dispatcher: connection.dispatcher,
      signal: options.signal,
      headersTimeout: REQUEST_MS,
      bodyTimeout: options.bodyTimeout ?? REQUEST_MS,
      ...(options.body === undefined ? {} : { body: options.body }),
    })
    return unlessAborted(answer, options.signal)
  }
}

/** Undici looks at the signal only once there is a connection, for which a request may wait without an end. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(signal.reason as Error)
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([answer, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function authenticated(config: KubeConfig, url: string, method: string): Promise<RequestContext> {
  const context = new RequestContext(url, method as HttpMethod)
  await config.applySecurityAuthentication(context)
  return context
}

function statusOf(text: string): KubeStatus {
  try {
    return JSON.parse(text) as KubeStatus
  } catch {
    // A proxy in between answers in prose.
    return { message: text.slice(0, 500) }
  }
}
