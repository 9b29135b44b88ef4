import type { TokenScope } from '../../../common/auth-context/auth-context.js'
import type { OwnedSearch } from '../users/owned-list.js'

/** A bearer token for machines. Only the hash of it is kept. */
export interface ApiToken extends TokenScope {
  id: string
  userId: string
  name: string
  /** SHA-256 of the token, in hex: it has 256 random bits, so a slow hash would add nothing. */
  tokenHash: string
  /** The epoch of its owner when it was made; in another one it is worth nothing. */
  epoch: number
  createdAt: Date
  expiresAt: Date
  lastUsedAt: Date | null
}

/** Where API tokens are kept. */
export abstract class ApiTokenRepository {
  abstract insert(token: ApiToken): Promise<void>
  abstract findByHash(tokenHash: string): Promise<ApiToken | null>
  abstract findById(id: string): Promise<ApiToken | null>
  abstract findByIds(ids: string[]): Promise<ApiToken[]>
  /** Newest first; up to `limit + 1`. */
  abstract search(query: OwnedSearch): Promise<ApiToken[]>
  /** @returns whether it was there */
  abstract remove(id: string): Promise<boolean>
  /** Removes those that a user made before that epoch: they are worth nothing any more. */
  abstract removeOf(userId: string, epochBelow: number): Promise<void>
  abstract touch(id: string, at: Date): Promise<void>
}
