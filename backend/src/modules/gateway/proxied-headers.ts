import type { IncomingHttpHeaders } from 'node:http'

type Headers = Record<string, string | string[] | undefined>

// Of one connection (RFC 9110, 7.6.1), or of no use behind a proxy; undici takes none of them.
const HOP_BY_HOP = new Set([
  'connection',
  'expect',
  'http2-settings',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'upgrade',
])
// What proxies say of a request: nothing of that is taken from outside.
const SAID_BY_PROXIES = /^(?:forwarded|x-forwarded(?:-.*)?|x-real-ip|x-original-.*|k-original-host|knative-.*)$/
/** The header in which a program shows an API token of the portal. */
export const TOKEN_HEADER = 'x-vitrine-token'

/** What the gateway says to an app of a request. */
export interface Told {
  /** Name of the gateway's cookie, which no app sees. */
  cookieName: string
  /** What has to be said so that the request gets to the app. */
  routing: Readonly<Record<string, string>>
  /** Host header that the viewer sent, and the app gets. */
  host: string
  protocol: string
  /** Network address of the viewer. */
  address: string
  /** The headers that say who asks; none for someone who is not known. */
  identity: Readonly<Record<string, string>>
}

/** The headers of a request as the app gets them. `X-Vitrine-*` and what proxies say are never the viewer's own words. */
export function requestHeaders(headers: IncomingHttpHeaders, told: Told): Record<string, string | string[]> {
  const passed: Record<string, string | string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    // Apps that read headers as CGI variables cannot tell a hyphen from an underscore.
    const plain = name.replaceAll('_', '-')
    if (value === undefined || HOP_BY_HOP.has(plain) || plain.startsWith('x-vitrine-') || SAID_BY_PROXIES.test(plain)) continue
    passed[name] = value
  }
  // An API token of the portal is not for apps, which would be able to use it.
  if (typeof passed['authorization'] === 'string' && /^bearer\s+vtr_/i.test(passed['authorization'])) delete passed['authorization']
  const cookie = withoutCookie(headers.cookie, told.cookieName)
  if (cookie === undefined) delete passed['cookie']
  else passed['cookie'] = cookie
  passed['host'] = told.host
  passed['x-forwarded-for'] = told.address
  passed['x-forwarded-host'] = told.host
  passed['x-forwarded-proto'] = told.protocol
  return { ...passed, ...told.routing, ...told.identity }
}

/** A Cookie header without the cookies of that name; undefined when nothing is left. */
export function withoutCookie(header: string | undefined, name: string): string | undefined {
  const rest = (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair !== '' && nameOf(pair) !== name)
  return rest.length === 0 ? undefined : rest.join('; ')
}

/** The values of the cookies of that name. */
export const cookieValues = (header: string | undefined, name: string): string[] =>
  (header ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => nameOf(pair) === name)
    .map((pair) => pair.slice(name.length + 1))

const nameOf = (pair: string): string => pair.slice(0, pair.indexOf('=') === -1 ? pair.length : pair.indexOf('=')).trim()

/** The headers of an app's answer as the viewer gets them. @param frameAncestors who may show it in a frame @param ownCookies to be set by the gateway */
export function responseHeaders(
  headers: Headers,
  rules: { cookieName: string; frameAncestors: string; ownCookies: string[]; shared: boolean },
): Headers {
  const passed: Headers = {}
  for (const [name, value] of Object.entries(headers)) if (!HOP_BY_HOP.has(name) && name !== 'x-frame-options') passed[name] = value
  // No app sets or removes the cookie by which its viewers are admitted.
  const cookies = listOf(headers['set-cookie']).filter(
    (line) => nameOf(line.split(';')[0] ?? '').toLowerCase() !== rules.cookieName.toLowerCase(),
  )
  delete passed['set-cookie']
  if (cookies.length + rules.ownCookies.length > 0) passed['set-cookie'] = [...cookies, ...rules.ownCookies]
  // Several policies all count: the app's own, and this one.
  passed['content-security-policy'] = [...listOf(headers['content-security-policy']), `frame-ancestors ${rules.frameAncestors}`]
  if (!rules.shared) passed['cache-control'] = privately(listOf(headers['cache-control']).join(', '))
  return passed
}

/** What may be kept by the viewer's browser alone, whatever the app thinks. */
function privately(value: string): string {
  const rest = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !/^(?:public|private|s-maxage=.*|proxy-revalidate)$/i.test(part))
  return ['private', ...rest].join(', ')
}

const listOf = (value: string | string[] | undefined): string[] => (value === undefined ? [] : Array.isArray(value) ? value : [value])
