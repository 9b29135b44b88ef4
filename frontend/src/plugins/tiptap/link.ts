const maxLength = 2048
// Control and format characters, spaces of every kind, and what no address needs but a bypass does; as the portal has it.
const suspicious = /[\p{C}\p{Z}<>"`\\^{|}]/u

/**
 * The address that a link may lead to: `http:`, `https:`, `mailto:`, or within the portal by `/…` or `#…`.
 * @returns null when it must not be a link
 */
export function safeHref(href: string): string | null {
  if (href === '' || href.length > maxLength || suspicious.test(href)) return null
  if (/^https?:\/\/[^/]/i.test(href)) {
    const url = URL.parse(href)
    return url && url.username === '' && url.password === '' ? href : null
  }
  if (/^mailto:/i.test(href)) return /^mailto:[^@?&]+@[^@?&]+(\?.*)?$/i.test(href) && !/%0[0ad]/i.test(href) ? href : null
  if (/^#/.test(href)) return href
  if (!/^\/(?!\/)/.test(href)) return null
  const url = URL.parse(href, 'https://portal.invalid')
  return url && !url.pathname.startsWith('//') ? href : null
}

/** What was typed as an address, completed where only the scheme is missing. */
export function completedHref(typed: string): string | null {
  const text = typed.trim()
  if (/^[^\s@/:]+@[^\s@/]+\.[a-z]{2,}$/i.test(text)) return safeHref(`mailto:${text}`)
  if (/^[\w-]+(\.[\w-]+)*\.[a-z]{2,}([/?#:]|$)/i.test(text)) return safeHref(`https://${text}`)
  return safeHref(text)
}
