/** How long a session lasts, in milliseconds. */
export const SESSION_MS = 12 * 3_600_000

/** A browser that is signed in. Only the hash of the cookie's value is kept. */
export interface Session {
  id: string
  userId: string
  /** SHA-256 of the cookie's value, in hex. */
  tokenHash: string
  createdAt: Date
  expiresAt: Date
}

/** Where sessions are kept. */
export abstract class SessionRepository {
  abstract insert(session: Session): Promise<void>
  /** The session with that hash, unless it has expired at `at`. */
  abstract findLive(tokenHash: string, at: Date): Promise<Session | null>
  abstract remove(id: string): Promise<void>
  /** Removes what expired before `at`; the embedded database has no index that does so. */
  abstract removeExpired(at: Date): Promise<void>
}
