import { createHash } from 'node:crypto'

/**
 * A value as the one JSON text that stands for it: keys sorted by their UTF-16 code units, no white space, numbers and texts as ECMAScript writes them.
 * Fields that are undefined are left out, as in JSON.
 * @throws Error for what JSON cannot say: numbers without an end, functions, half of a surrogate pair
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error('JSON has no infinite numbers')
    return JSON.stringify(value)
  }
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new Error('half of a surrogate pair has no UTF-8')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value !== 'object') throw new Error(`JSON has no ${typeof value}`)
  const entries = Object.entries(value).filter((entry) => entry[1] !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, child]) => `${canonicalJson(key)}:${canonicalJson(child)}`).join(',')}}`
}

/** SHA-256 of bytes, or of a text in UTF-8; in hex. */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
