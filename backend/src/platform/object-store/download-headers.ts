// What a browser may be told that a download is. Everything else, first of all HTML, SVG and XML, is bytes: the object store's site must never
// run what someone uploaded.
const SAFE_TYPES =
  /^(text\/(plain|csv|tab-separated-values)|application\/(json|pdf|zip|gzip|x-ndjson|vnd\.apache\.parquet)|image\/(png|jpeg|gif|webp|avif)|(audio|video)\/[\w.+-]+)$/

/** The content type that a download is served with: the given one without its parameters when it is harmless, else `application/octet-stream`. */
export function safeContentType(contentType: string): string {
  const bare = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  return SAFE_TYPES.test(bare) ? bare : 'application/octet-stream'
}

/**
 * The Content-Disposition of a download: always an attachment, the name in ASCII for old clients and whole in UTF-8.
 * @see RFC 6266, RFC 8187 (formerly RFC 5987)
 */
export function contentDisposition(fileName: string): string {
  const ascii = fileName.replace(/[^\x20-\x7e]|["%\\]/g, '_')
  const whole = encodeURIComponent(fileName.toWellFormed()).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${ascii}"; filename*=UTF-8''${whole}`
}
