import type { AppAddresses } from './app-address.js'

/**
 * Name and attributes of the cookie by which a browser is admitted to one app, on that app's own host. Where it can be, it is `__Host-`, so that no other
 * app can set it, and partitioned, so that it counts in the page in which it was set and in no other: a page of someone else that shows or calls the app
 * does so without it. Browsers take a Secure cookie from `*.localhost` as well. On any other plain http it is Lax: apps then open in a tab, not in a frame.
 */
export class GatewayCookie {
  readonly name: string
  private readonly attributes: string

  constructor({ trustworthy, protocol }: Pick<AppAddresses, 'trustworthy' | 'protocol'>) {
    // Without TLS not every browser that takes Secure takes the prefix, too.
    this.name = protocol === 'https' ? '__Host-vitrine-app' : 'vitrine-app'
    this.attributes = trustworthy ? 'Path=/; HttpOnly; Secure; SameSite=None; Partitioned' : 'Path=/; HttpOnly; SameSite=Lax'
  }

  /** The value of a Set-Cookie header. It goes with the browser; what it is worth, and for how long, is within it. */
  set(value: string): string {
    return `${this.name}=${value}; ${this.attributes}`
  }
}
