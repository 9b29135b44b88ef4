/** An account of this instance. */
export interface User {
  id: string
  /** Small letters; unique. */
  username: string
  displayName: string
  role: 'admin' | 'user'
  /** See {@link PasswordHasher}. */
  passwordHash: string
  createdAt: Date
}

/** A bearer token for machines. Only the hash of it is kept. */
export interface ApiToken {
  id: string
  userId: string
  name: string
  /** SHA-256 of the token, in hex: it has 256 random bits, so a slow hash would add nothing. */
  tokenHash: string
  createdAt: Date
  lastUsedAt: Date | null
}
