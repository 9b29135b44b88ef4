const MAX_LENGTH = 1024

/**
 * The path if it leads to a page of the portal, else `/`. It begins with one slash: what begins with two, or with a backslash, which browsers read as one,
 * leads to another host; a control character is dropped by browsers, so that `/<tab>/host` would too.
 */
export function safePath(path: string | null | undefined): string {
  if (typeof path !== 'string' || path.length > MAX_LENGTH) return '/'
  if (!path.startsWith('/') || path.startsWith('//') || /[\\\p{Cc}]/u.test(path)) return '/'
  const { pathname } = new URL(path, 'http://portal')
  // Not the API: an address there is no page, and that of a sign-in would lead round in circles.
  if (pathname.startsWith('//') || /^\/api(\/|$)/i.test(pathname)) return '/'
  // It becomes a header, where nothing but ASCII is allowed.
  return path.toWellFormed().replace(/[^\x21-\x7e]/gu, encodeURIComponent)
}
