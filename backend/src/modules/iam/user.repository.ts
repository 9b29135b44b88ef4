import type { ApiToken, User } from './user.js'

/** Where accounts are kept. */
export abstract class UserRepository {
  abstract findById(id: string): Promise<User | null>
  abstract findByIds(ids: string[]): Promise<User[]>
  abstract findByUsername(username: string): Promise<User | null>
  /** Whether there is an account with the role `admin`. */
  abstract hasAdmin(): Promise<boolean>
  /** Stores a new account. @returns false when the name is taken */
  abstract insert(user: User): Promise<boolean>
}

/** Where API tokens are kept. */
export abstract class ApiTokenRepository {
  abstract insert(token: ApiToken): Promise<void>
  abstract findByHash(tokenHash: string): Promise<ApiToken | null>
  /** The tokens of a user, newest first. */
  abstract findOwnedBy(userId: string): Promise<ApiToken[]>
  /** Removes a token of that user. @returns whether it was there */
  abstract remove(userId: string, id: string): Promise<boolean>
  abstract touch(id: string, at: Date): Promise<void>
}
