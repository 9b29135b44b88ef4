import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

const NONCE_BYTES = 12
const TAG_BYTES = 16
// Says how the rest is to be read, so that a later way can stand beside this one.
const VERSION = 'v1.'

/**
 * Seals texts that are kept but never shown again, such as an app's secrets: AES-256-GCM with a key derived from the portal's own. Who reads the database
 * without that key learns their length only.
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
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce)
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return VERSION + sealed.toString('base64url')
  }

  /** @throws Error when it was sealed with another key or for another purpose, or was changed */
  open(sealed: string): string {
    if (!sealed.startsWith(VERSION)) throw new Error('this was not sealed by the portal')
    const bytes = Buffer.from(sealed.slice(VERSION.length), 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES))
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, bytes.length - TAG_BYTES)), decipher.final()]).toString('utf8')
  }
}
