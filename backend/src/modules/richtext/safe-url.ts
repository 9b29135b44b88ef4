const MAX_LENGTH = 2_048
// Any address would do: it stands for the portal, whose own is not known here.
const PORTAL = 'https://portal.invalid'

// Control and format characters, surrogates, unassigned and private ones, every kind of space, and what no address needs but a bypass does.
const SUSPICIOUS = /[\p{C}\p{Z}<>"`\\^{|}]/u
// Encoded line breaks and NUL: they split headers of a mail.
const ENCODED_BREAK = /%0[0ad]/i

/**
 * The one decision on where a link may lead: `http:`, `https:`, `mailto:`, or within the portal by `/…` or `#…`.
 * @returns the address as it may be written into a page (ASCII, percent-encoded), or null when it must not be
 */
export function safeUrl(href: string): string | null {
  if (href === '' || href.length > MAX_LENGTH || SUSPICIOUS.test(href)) return null
  if (/^https?:\/\/[^/]/i.test(href)) return external(href)
  if (/^mailto:/i.test(href)) return mail(href)
  if (/^[/#]/.test(href)) return internal(href)
  return null
}

function external(href: string): string | null {
  const url = parse(href)
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) return null
  // A name before the host is only good for making one host look like another.
  if (url.username !== '' || url.password !== '') return null
  return url.href
}

function mail(href: string): string | null {
  if (!/^mailto:[^@?&]+@[^@?&]+(\?.*)?$/i.test(href) || ENCODED_BREAK.test(href)) return null
  const url = parse(href)
  return url?.protocol === 'mailto:' ? url.href : null
}

function internal(href: string): string | null {
  if (href.startsWith('//')) return null
  const url = parse(href, PORTAL)
  if (!url || url.origin !== PORTAL) return null
  // `/..//host` is harmless as it stands and leads to another host once the dots are resolved.
  if (url.pathname.startsWith('//')) return null
  return href.startsWith('#') ? url.hash || '#' : url.pathname + url.search + url.hash
}

const parse = (href: string, base?: string): URL | null => (URL.canParse(href, base) ? new URL(href, base) : null)
