import { randomBytes } from 'node:crypto'
import { now } from './clock.js'

// Crockford's base 32 in lower case: no letter that reads like a digit, safe in a URL and in a DNS label.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const PATTERN = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/

/**
 * A ULID in lower case: 26 characters, 48 bits of milliseconds and 80 random bits, so ids sort by the time they were made.
 * @see https://github.com/ulid/spec
 */
export function newId(at: Date = now()): string {
  let time = at.getTime()
  let head = ''
  for (let i = 0; i < 10; i++) {
    head = ALPHABET[time % 32] + head
    time = Math.floor(time / 32)
  }
  let tail = ''
  for (const byte of randomBytes(16)) tail += ALPHABET[byte & 31]
  return head + tail
}

/** Whether the text has the form of an id made by {@link newId}. */
export const isId = (text: string): boolean => PATTERN.test(text)

/** A secret of `bytes` random bytes, in base64url. */
export const newSecret = (bytes = 32): string => randomBytes(bytes).toString('base64url')
