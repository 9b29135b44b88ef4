import { randomInt } from 'node:crypto'

// No letter that reads like a digit: it is read to people on the phone.
const ALPHABET = '23456789abcdefghjkmnpqrstuvwxyz'
const GROUPS = 7
const GROUP_LENGTH = 4

/** A password for the first sign-in, as `k3jv-9wq2-…`: 138 random bits. It is shown once and has to be changed. */
export function newTemporaryPassword(): string {
  const group = () => Array.from({ length: GROUP_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
  return Array.from({ length: GROUPS }, group).join('-')
}
