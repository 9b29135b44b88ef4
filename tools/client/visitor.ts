import { appStatus, fetchApp, type AppAnswer, type AppRequest } from './app.ts'
import type { VitrineClient } from './http.ts'

/** An app, as the API answers it. */
interface App {
  id: string
  url: string
}

/** Asks apps as someone who may open them: what is private is entered by a ticket, and then known by the cookie of its own host, as in a browser. */
export class AppVisitor {
  readonly #client: VitrineClient
  readonly #cookies = new Map<string, string>()

  constructor(client: VitrineClient) {
    this.#client = client
  }

  /** As {@link fetchApp}. @param path within the app, with its query */
  async fetch(app: App, path = '/', request: AppRequest = {}): Promise<AppAnswer> {
    const ask = async (): Promise<AppAnswer> =>
      fetchApp(app.url + path, { ...request, headers: { ...request.headers, ...this.headersFor(app) } })
    if (!this.#cookies.has(app.id)) await this.enter(app)
    const answer = await ask()
    if (answer.status !== 401) return answer
    // What admitted is worth nothing any more, or the app was open a moment ago.
    await this.enter(app)
    return ask()
  }

  /** As {@link appStatus}. */
  async status(app: App, timeoutMs: number): Promise<number | null> {
    if (!this.#cookies.has(app.id)) await this.enter(app)
    return appStatus(app.url, timeoutMs, this.headersFor(app))
  }

  /** What admits to the app, once {@link enter} was called. */
  headersFor({ id }: App): Record<string, string> {
    const cookie = this.#cookies.get(id)
    return cookie ? { cookie } : {}
  }

  /** Gets what admits to the app: nothing for one that everyone may open. */
  async enter({ id }: App): Promise<void> {
    const { url, expiresAt } = await this.#client.post<{ url: string; expiresAt: string | null }>(`/api/engines/${id}/admission`)
    const set = expiresAt === null ? undefined : (await fetchApp(url)).headers['set-cookie']?.[0]
    this.#cookies.set(id, set?.split(';')[0] ?? '')
  }
}
