import { DomainError } from '../../../common/problem/domain-error.js'
import { isCommon } from './common-passwords.js'

/** The least length of a password; there are no rules of composition, which only make passwords worse (NIST SP 800-63B). */
export const MIN_PASSWORD = 12

/**
 * Why a password must not be used, in words; null when it may.
 * @param owner whose name and address it must not repeat
 */
export function weaknessOf(password: string, owner: { username: string; email: string | null }): string | null {
  if ([...password].length < MIN_PASSWORD) return `must have at least ${MIN_PASSWORD} characters`
  const plain = password.toLowerCase()
  if (new Set(plain).size < 4) return 'must not repeat so few characters'
  if (plain.includes(owner.username) && owner.username.length > 3) return 'must not contain the user name'
  if (owner.email !== null && plain.includes(owner.email.toLowerCase())) return 'must not contain the e-mail address'
  if (isCommon(password)) return 'is too easy to guess: it is made of common passwords'
  return null
}

/** @param path the field that the password came in  @throws DomainError `validation-failed` naming the field */
export function requireGoodPassword(password: string, owner: { username: string; email: string | null }, path: string): void {
  const message = weaknessOf(password, owner)
  if (message !== null) throw new DomainError('validation-failed', {}, { errors: [{ path, message }] })
}
