import type { OwnedSearch } from '../../iam/users/owned-list.js'

/** A browser that is signed in. Its cookies are made from this by {@link SessionSecrets}; nothing here is one. */
export interface Session {
  id: string
  userId: string
  /** The epoch of its account when it was opened; in another one it is worth nothing. */
  epoch: number
  /** How often it was refreshed. Cookies carry the generation that they are of. */
  generation: number
  /** Random, part of what its cookies are signed over: neither the database nor the portal's secret alone makes a cookie. */
  nonce: string
  /** When it was opened or refreshed last. */
  rotatedAt: Date
  createdAt: Date
  /** It ends here unless it is refreshed. */
  expiresAt: Date
  /** It ends here in any case. */
  endsAt: Date
  lastSeenAt: Date
  method: 'password' | 'oidc'
  /** Where it was seen last. */
  address: string
  userAgent: string
}

/** Where sessions are kept. */
export abstract class SessionRepository {
  abstract insert(session: Session): Promise<void>
  abstract findById(id: string): Promise<Session | null>
  abstract findByIds(ids: string[]): Promise<Session[]>
  /** Newest first; up to `limit + 1`. */
  abstract search(query: OwnedSearch): Promise<Session[]>
  /** Goes from `generation` to the next one. @returns false when it is not there or is at another one */
  abstract rotate(id: string, generation: number, at: Date, expiresAt: Date): Promise<boolean>
  abstract touch(id: string, at: Date, address: string): Promise<void>
  /** @returns whether it was there */
  abstract remove(id: string): Promise<boolean>
  /** Removes those that a user opened before that epoch: they are worth nothing any more. */
  abstract removeOf(userId: string, epochBelow: number): Promise<void>
  /** Removes what expired before `at`; the embedded database has no index that does so. */
  abstract removeExpired(at: Date): Promise<void>
}
