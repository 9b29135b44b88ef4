import { Agent, request } from 'node:https'
import { apiUrl, type ClusterPaths } from './layout.ts'
import { readPki } from './pki.ts'

/** A Kubernetes object, as far as it is looked into here. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: {
    name: string
    namespace?: string
    generation?: number
    labels?: Record<string, string>
    annotations?: Record<string, string>
  }
  data?: Record<string, string>
  spec?: Record<string, unknown>
  status?: {
    observedGeneration?: number
    conditions?: { type: string; status: string; reason?: string; message?: string }[]
    latestCreatedRevisionName?: string
    latestReadyRevisionName?: string
  }
}

export interface ApiAnswer<T> {
  status: number
  body: T
}

/** Just enough of a client for the daemon's own needs: a few paths, as the admin. */
export class KubeApi {
  readonly #agent: Agent

  constructor(paths: ClusterPaths) {
    this.#agent = new Agent({
      keepAlive: true,
      ca: readPki(paths, 'ca.crt'),
      cert: readPki(paths, 'admin.crt'),
      key: readPki(paths, 'admin.key'),
    })
  }

  /** One request; the answer's body parsed when it is JSON. Rejects only when there is no answer. */
  call<T>(method: string, path: string, body?: unknown, type = 'application/json'): Promise<ApiAnswer<T>> {
    const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer<T>>()
    const url = new URL(path, apiUrl)
    const headers = body === undefined ? {} : { 'content-type': type }
    const outgoing = request(url, { method, agent: this.#agent, headers, timeout: 15_000 }, (incoming) => {
      let text = ''
      incoming.setEncoding('utf8')
      incoming.on('data', (chunk: string) => (text += chunk))
      incoming.on('error', reject)
      incoming.on('end', () => {
        const json = incoming.headers['content-type']?.startsWith('application/json')
        resolve({ status: incoming.statusCode ?? 0, body: (json ? JSON.parse(text) : text) as T })
      })
    })
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer from ${url.pathname} within 15 s`)))
    outgoing.on('error', reject)
    outgoing.end(body === undefined ? undefined : JSON.stringify(body))
    return promise
  }

  /** An object, or null when there is none. Throws on any other refusal. */
  async get<T = KubeObject>(path: string): Promise<T | null> {
    const answer = await this.call<T>('GET', path)
    if (answer.status === 404) return null
    return accepted(answer, `GET ${path}`)
  }

  /** Server-side apply under our own field manager. */
  async apply<T = KubeObject>(path: string, object: KubeObject): Promise<T> {
    const target = `${path}?fieldManager=vitrine-stack&force=true`
    return accepted(await this.call<T>('PATCH', target, object, 'application/apply-patch+yaml'), `apply ${path}`)
  }

  async delete(path: string): Promise<void> {
    const answer = await this.call('DELETE', path)
    if (answer.status !== 404) accepted(answer, `DELETE ${path}`)
  }

  async ready(): Promise<boolean> {
    return (await this.call('GET', '/readyz')).status === 200
  }

  close(): void {
    this.#agent.destroy()
  }
}

function accepted<T>(answer: ApiAnswer<T>, what: string): T {
  if (answer.status < 300) return answer.body
  const body = answer.body as { message?: string } | string
  throw new Error(`${what}: ${answer.status} ${typeof body === 'string' ? body : (body.message ?? '')}`)
}
