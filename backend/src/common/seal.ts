import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16
// Without it a shortened tag would be accepted too, which is easier to guess.
const OPTIONS = { authTagLength: TAG_BYTES }
// Says how the rest is to be read, so that a later way can stand beside this one.
const VERSION = 'v1.'

/**
 * Seals texts that nobody but the portal is to read or make, such as an app's secrets or the cookie of a sign-in that has begun: AES-256-GCM with a key
 * derived from the portal's own. Who has a sealed text without that key learns its length only.
 */
export class Seal {
  private readonly key: Buffer

  /** @param secret the portal's key, VITRINE_SECRET @param purpose keeps apart what is sealed for different uses: one cannot be put in the place of another */
  constructor(secret: string, purpose: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, 'vitrine', purpose, 32))
  }

  /** @returns `v1.` and base64url of nonce, ciphertext and tag; another one each time */
  seal(text: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.key, nonce, OPTIONS)
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return VERSION + sealed.toString('base64url')
  }

  /** @throws Error when it was sealed with another key or for another purpose, or was changed */
  open(sealed: string): string {
    if (!sealed.startsWith(VERSION)) throw new Error('this was not sealed by the portal')
    const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
    if (bytes.length < NONCE_BYTES + TAG_BYTES) throw new Error('this is too short for a seal')
    const decipher = createDecipheriv(ALGORITHM, this.key, bytes.subarray(0, NONCE_BYTES), OPTIONS)
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8')
  }
}
