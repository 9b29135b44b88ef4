import { urlOf } from '../engines/engine.js'

const MAX_PATH = 8_192
/** Addresses below it, on the host of each app, are the gateway's own. */
export const OWN_PATH = '/.vitrine/'

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/

/** The addresses of apps: which host is whose, as `VITRINE_APPS_URL` says. */
export class AppAddresses {
  /** Whether browsers treat the addresses as secure: then they take Secure cookies there, be it that `*.localhost` is without TLS. */
  readonly trustworthy: boolean
  /** `https` or `http`, as browsers see it. */
  readonly protocol: string
  private readonly suffix: string

  /** @param appsUrl address of an app, with `{app}` as the first label of its host */
  constructor(private readonly appsUrl: string) {
    const { hostname, protocol } = new URL(urlOf(appsUrl, 'any'))
    this.suffix = hostname.slice('any'.length)
    this.protocol = protocol.slice(0, -1)
    this.trustworthy = protocol === 'https:' || hostname.endsWith('.localhost')
  }

  /** The first label of an app's host out of a Host header, in whatever case, with or without a port or a dot at its end; null when it is none of ours. */
  labelOf(header: string | undefined): string | null {
    const [, name = ''] = /^([a-z0-9.-]{1,255}?)\.?(?::\d{1,5})?$/i.exec(header ?? '') ?? []
    const hostname = name.toLowerCase()
    if (!hostname.endsWith(this.suffix)) return null
    const label = hostname.slice(0, -this.suffix.length)
    return LABEL.test(label) ? label : null
  }

  /** As {@link labelOf}, of what may be the label alone, as the gateway itself puts it into addresses. */
  labelIn(text: string): string | null {
    return LABEL.test(text) ? text : this.labelOf(text)
  }

  /** The address of an app, without a slash at its end. */
  urlOf(label: string): string {
    return urlOf(this.appsUrl, label)
  }
}

/**
 * The path and query if they lead to a place within an app, else `/`. They begin with one slash: what begins with two, or with a backslash, which browsers
 * read as one, leads to another host, and a control character is dropped by browsers on the way.
 */
export function appPath(path: string | null | undefined): string {
  if (typeof path !== 'string' || path.length > MAX_PATH) return '/'
  if (!path.startsWith('/') || /[\\\p{Cc}]/u.test(path) || !URL.canParse(path, 'http://app')) return '/'
  const { origin, pathname } = new URL(path, 'http://app')
  // What dots in it leave may be another host, or our own door.
  if (origin !== 'http://app' || path.startsWith('//') || pathname.startsWith('//') || isOwnPath(pathname)) return '/'
  // It becomes a header, where nothing but ASCII is allowed.
  return path.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent)
}

/** Whether the address is the gateway's own, on whatever host. */
export const isOwnPath = (url: string): boolean => url.toLowerCase().startsWith(OWN_PATH)
