import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Session } from './session.js'

/** What a cookie is for: `access` goes with each request for some minutes, `refresh` gets new ones. */
export type SecretKind = 'access' | 'refresh'

/** What a cookie says of itself; true only once {@link SessionSecrets.verify} agreed. */
export interface Claim {
  kind: SecretKind
  sessionId: string
  generation: number
  mac: string
}

/**
 * Makes and checks the values of a session's cookies and its CSRF token. A value is signed over the session's nonce, its kind and its generation: so the same
 * generation always has the same value (a refresh whose answer was lost can be repeated), and one of an earlier generation is known for what it is.
 */
export class SessionSecrets {
  constructor(private readonly key: string) {}

  /** The value of a session's cookie in its present generation. */
  issue(kind: SecretKind, session: Pick<Session, 'id' | 'generation' | 'nonce'>): string {
    return `${kind}.${session.id}.${session.generation}.${this.mac(kind, session.id, session.generation, session.nonce)}`
  }

  /** What the value claims, or null when it has another form. */
  read(kind: SecretKind, value: string | undefined): Claim | null {
    const [, given, sessionId, generation, mac] = /^(access|refresh)\.([0-9a-z]{26})\.(\d{1,9})\.([\w-]{43})$/.exec(value ?? '') ?? []
    if (given !== kind || sessionId === undefined || mac === undefined) return null
    return { kind, sessionId, generation: Number(generation), mac }
  }

  /** Whether we issued what makes this claim, in whatever generation. */
  verify(claim: Claim, session: Pick<Session, 'id' | 'nonce'>): boolean {
    return claim.sessionId === session.id && equal(claim.mac, this.mac(claim.kind, session.id, claim.generation, session.nonce))
  }

  /** The CSRF token of a session: the same in all its generations, so that tabs agree. */
  csrfToken(sessionId: string): string {
    return this.sign(`csrf:${sessionId}`)
  }

  /** Whether header and cookie are both the CSRF token of the session. */
  isCsrfToken(sessionId: string, header: string | undefined, cookie: string | undefined): boolean {
    const expected = this.csrfToken(sessionId)
    return equal(header ?? '', expected) && equal(cookie ?? '', expected)
  }

  private mac(kind: SecretKind, id: string, generation: number, nonce: string): string {
    return this.sign(`${kind}:${id}:${generation}:${nonce}`)
  }

  private sign(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64url')
  }
}

function equal(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
