import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** How long someone has for signing in at the identity provider. */
export const TRANSACTION_MS = 10 * 60_000

/** A sign-in that has begun: what the answer of the identity provider is checked against, and where it leads. */
export interface OidcTransaction {
  state: string
  nonce: string
  /** Of PKCE: proves to the provider that who redeems the code is who asked for it. */
  verifier: string
  /** A page of the portal. */
  returnTo: string
  /** When it began, in milliseconds. */
  at: number
}

const ALGORITHM = 'aes-256-gcm'
const IV_BYTES = 12
const TAG_BYTES = 16

/** Turns a transaction into a text that only the portal reads and makes, for a cookie. */
export class TransactionSeal {
  private readonly key: Buffer

  /** @param secret the portal's; the key of this seal is derived from it and serves nothing else */
  constructor(secret: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', 'vitrine oidc transaction', 32))
  }

  seal(transaction: OidcTransaction): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(ALGORITHM, this.key, iv, { authTagLength: TAG_BYTES })
    return Buffer.concat([iv, cipher.update(JSON.stringify(transaction), 'utf8'), cipher.final(), cipher.getAuthTag()]).toString(
      'base64url',
    )
  }

  /** The transaction, or null when we did not seal it or it is too old. */
  open(sealed: string | undefined, at: Date): OidcTransaction | null {
    const bytes = Buffer.from(sealed ?? '', 'base64url')
    if (bytes.length <= IV_BYTES + TAG_BYTES) return null
    let text: string
    try {
      const decipher = createDecipheriv(ALGORITHM, this.key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      text = decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
    } catch {
      return null // Changed, or sealed with another key.
    }
    const transaction = JSON.parse(text) as OidcTransaction
    return at.getTime() - transaction.at < TRANSACTION_MS ? transaction : null
  }
}
