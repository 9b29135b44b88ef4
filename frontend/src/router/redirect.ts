/** Where to go after sign-in: a path of this app, never another site. */
export function safeRedirect(wanted: unknown): string {
  if (typeof wanted !== 'string') return '/'
  // `//host` and `/\host` are other sites to a browser.
  return /^\/(?![/\\])/.test(wanted) && !/^\/(?:login|password)(?![^/?#])/.test(wanted) ? wanted : '/'
}
