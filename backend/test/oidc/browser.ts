import type { TestApp } from '../app.js'
import { TestClient } from '../client.js'

/** The address that the portal is told to have; requests to it go to where it really listens. */
export const PUBLIC_URL = 'http://localhost:8080'

/** A browser without a page: keeps cookies by host, follows redirects one by one. */
export class TestBrowser {
  private readonly jars = new Map<string, TestClient>()

  constructor(private readonly portal: Pick<TestApp, 'url'>) {}

  /** Its cookies at the portal, to call the API with. */
  get client(): TestClient {
    return this.at(this.portal.url)
  }

  async open(
    address: string,
    form?: Record<string, string>,
  ): Promise<{ status: number; headers: Headers; location: string; body: string }> {
    const url = new URL(address.startsWith(PUBLIC_URL) ? this.portal.url + address.slice(PUBLIC_URL.length) : address)
    const client = this.at(url.origin)
    const init =
      form === undefined
        ? {}
        : {
            method: 'POST',
            body: new URLSearchParams(form).toString(),
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          }
    const answer = await client.fetch(url.pathname + url.search, init)
    client.keep(answer.headers)
    const location = answer.headers.get('location') ?? ''
    return { status: answer.status, headers: answer.headers, location, body: await answer.text() }
  }

  /** Begins a sign-in. @returns the address at the provider */
  async start(returnTo = '/'): Promise<string> {
    const { status, location, body } = await this.open(`${PUBLIC_URL}/api/auth/oidc/start?returnTo=${encodeURIComponent(returnTo)}`)
    if (status !== 302) throw new Error(`the sign-in did not begin: ${status} ${body}`)
    return location
  }

  /** Signs in at the real provider's pages. @returns the address of the callback with its answer, not yet opened */
  async authenticate(address: string, account: Record<string, string>): Promise<string> {
    const { origin } = new URL(address)
    for (let next = address, steps = 0; steps < 10; steps++) {
      const { status, location, body } = await this.open(next)
      if (status === 200) {
        const posted = await this.open(next, account)
        next = new URL(posted.location, origin).href
      } else if (location === '') throw new Error(`the provider answered ${status} ${body}`)
      else next = new URL(location, origin).href
      if (next.startsWith(PUBLIC_URL)) return next
    }
    throw new Error('the provider leads round in circles')
  }

  /** The whole way. @returns where the portal leads in the end */
  async signIn(account: string, returnTo = '/'): Promise<string> {
    const callback = await this.authenticate(await this.start(returnTo), { account })
    return (await this.open(callback)).location
  }

  private at(origin: string): TestClient {
    const client = this.jars.get(origin) ?? new TestClient(origin)
    this.jars.set(origin, client)
    return client
  }
}
