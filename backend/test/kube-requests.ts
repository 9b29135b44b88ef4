import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { Agent, request } from 'undici'
import { parse } from 'yaml'

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
  users: { user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string } }[]
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

// The server says when to come back, mostly after a second.
const MOST_ATTEMPTS = 20

/** What the API server answered; of an error `message` and `reason` are its own. */
export interface KubeAnswer {
  status: number
  body: Record<string, unknown> & { message?: string; reason?: string }
}

const decoded = (base64: string | undefined): string | undefined =>
  base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString()

/** Requests straight to the API server, past everything that the portal would check, with the rights that a kubeconfig file gives. */
export class KubeRequests {
  private constructor(
    private readonly server: string,
    private readonly agent: Agent,
    private readonly token: string | undefined,
  ) {}

  static async as(kubeconfig: string): Promise<KubeRequests> {
    const { clusters, users } = parse(await readFile(kubeconfig, 'utf8')) as Kubeconfig
    const [cluster, user] = [clusters[0]?.cluster, users[0]?.user]
    if (!cluster || !user) throw new Error(`${kubeconfig} names no cluster or nobody`)
    const connect = {
      ca: decoded(cluster['certificate-authority-data']) ?? '',
      cert: decoded(user['client-certificate-data']) ?? '',
      key: decoded(user['client-key-data']) ?? '',
    }
    return new KubeRequests(cluster.server, new Agent({ connect, connections: 16 }), user.token)
  }

  /** One request, sent again when the API server has too much to do, as each of its clients does. Rejects only when there is no answer. */
  async ask(method: Method, path: string, body?: unknown): Promise<KubeAnswer> {
    for (let attempt = 1; ; attempt++) {
      const { retryAfter, ...answer } = await this.once(method, path, body)
      if (answer.status !== 429 || retryAfter === null || attempt === MOST_ATTEMPTS) return answer
      await pause(retryAfter * 1000)
    }
  }

  private async once(method: Method, path: string, body?: unknown): Promise<KubeAnswer & { retryAfter: number | null }> {
    const answer = await request(new URL(path, this.server), {
      method,
      dispatcher: this.agent,
      headers: {
        accept: 'application/json',
        'content-type': method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json',
        ...(this.token === undefined ? {} : { authorization: `Bearer ${this.token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.body.text()
    const isJson = String(answer.headers['content-type']).startsWith('application/json')
    const retryAfter = answer.headers['retry-after']
    return {
      status: answer.statusCode,
      body: isJson ? (JSON.parse(text) as KubeAnswer['body']) : { message: text },
      retryAfter: retryAfter === undefined ? null : Number(retryAfter),
    }
  }

  close = (): Promise<void> => this.agent.close()
}
