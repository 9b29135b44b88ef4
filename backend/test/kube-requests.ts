import { readFile } from 'node:fs/promises'
import { Agent, request } from 'undici'
import { parse } from 'yaml'

interface Kubeconfig {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
  users: { user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string } }[]
}

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

  /** One request. Rejects only when there is no answer. */
  async ask(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown): Promise<KubeAnswer> {
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
    return { status: answer.statusCode, body: isJson ? (JSON.parse(text) as KubeAnswer['body']) : { message: text } }
  }

  close = (): Promise<void> => this.agent.close()
}
