import type { User } from './user.js'
import type { UserFilter, UserQuery } from './user-search.js'

/** The fields of an account that change without ending its sessions. */
export type UserChange = Partial<Pick<User, 'displayName' | 'email' | 'memberships'>>

/** The fields of an account whose change ends all its sessions and tokens. */
export type UserSecurityChange = Partial<Pick<User, 'role' | 'state' | 'passwordHash' | 'mustChangePassword' | 'externalId'>>

/** Where accounts are kept. */
export abstract class UserRepository {
  abstract findById(id: string): Promise<User | null>
  abstract findByIds(ids: string[]): Promise<User[]>

  /** The accounts with these ids, by id; those that are not there are left out. */
  async mapOf(ids: string[]): Promise<Map<string, User>> {
    const found = ids.length === 0 ? [] : await this.findByIds([...new Set(ids)])
    return new Map(found.map((user) => [user.id, user]))
  }

  abstract findByUsername(username: string): Promise<User | null>
  abstract findByExternalId(externalId: string): Promise<User | null>
  /** Those with the e-mail address, in whatever case; up to `limit`. */
  abstract findByEmail(email: string, limit: number): Promise<User[]>
  /** Whether there is an account with the role `admin` that may sign in. @param except other than this one */
  abstract hasAdmin(except?: string): Promise<boolean>
  /** Stores a new account. @returns false when its name or its external id is taken */
  abstract insert(user: User): Promise<boolean>
  /** Changes it if it is still at `revision`. @returns the changed account, or null when it is not */
  abstract update(id: string, revision: number, change: UserChange, at: Date): Promise<User | null>
  /** Changes it and raises its epoch, which ends its sessions and tokens. @param revision any when null @returns null when there is no such account at that revision */
  abstract secure(id: string, revision: number | null, change: UserSecurityChange & UserChange, at: Date): Promise<User | null>
  /** Notes that it was used. */
  abstract touch(id: string, at: Date): Promise<void>
  /** One page, in the order asked for; up to `limit + 1`. */
  abstract search(query: UserQuery): Promise<User[]>
  /** How many there are. */
  abstract count(filter: UserFilter): Promise<number>
  /** Active ones whose user name, or a word of whose full name, begins with `text`; by user name. */
  abstract findByPrefix(text: string, limit: number): Promise<User[]>
  /** Which of the user names are taken. */
  abstract takenNames(usernames: string[]): Promise<Set<string>>
  /** Stores new accounts in one write. @returns the ids of those that were stored: a name that was taken meanwhile is left out */
  abstract insertAll(users: User[]): Promise<Set<string>>
  /** @returns whether it was there */
  abstract remove(id: string): Promise<boolean>
  /** Ends all memberships in a group. */
  abstract leaveGroup(groupId: string, at: Date): Promise<void>
}
