import { Seal } from '../../../common/seal.js'

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

/** Turns a transaction into a text that only the portal reads and makes, for a cookie. */
export class TransactionSeal {
  private readonly seals: Seal

  /** @param secret the portal's; the key of this seal is derived from it and serves nothing else */
  constructor(secret: string) {
    this.seals = new Seal(secret, 'oidc-transaction')
  }

  seal(transaction: OidcTransaction): string {
    return this.seals.seal(JSON.stringify(transaction))
  }

  /** The transaction, or null when we did not seal it or it is too old. */
  open(sealed: string | undefined, at: Date): OidcTransaction | null {
    let text: string
    try {
      text = this.seals.open(sealed ?? '')
    } catch {
      return null // Changed, or sealed with another key.
    }
    const transaction = JSON.parse(text) as OidcTransaction
    return at.getTime() - transaction.at < TRANSACTION_MS ? transaction : null
  }
}
