/** The type of a picture by its first bytes, whatever it is called; null when it is none of png, jpeg, gif and webp. */
export function imageTypeOf(bytes: Buffer): string | null {
  const head = bytes.subarray(0, 16).toString('latin1')
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (/^GIF8[79]a/.test(head)) return 'image/gif'
  if (/^RIFF[^]{4}WEBP/.test(head)) return 'image/webp'
  return null
}
