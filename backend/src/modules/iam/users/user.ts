import type { AuthUser, GlobalRole } from '../../../common/auth-context/auth-context.js'

/** Whether someone may sign in. */
export const USER_STATES = ['active', 'disabled'] as const
export type UserState = (typeof USER_STATES)[number]

/** That someone belongs to a group: kept with the account, so that one write changes it and one read tells all groups of a request. */
export interface Membership {
  groupId: string
  /** Owners add and remove members. */
  role: 'member' | 'owner'
  /** `oidc` when the identity provider said so: such a membership comes and goes with each sign-in there. */
  source: 'local' | 'oidc'
}

/** An account of this instance. */
export interface User {
  id: string
  /** Small letters; unique; never changed. */
  username: string
  displayName: string
  email: string | null
  role: GlobalRole
  state: UserState
  /** See {@link PasswordHasher}; null for someone who signs in through the identity provider only. */
  passwordHash: string | null
  /** Set for a first or reset password: nothing else is possible until it is changed. */
  mustChangePassword: boolean
  /** Unique. `local:<id>`, or {@link externalIdOf} of an identity provider's account. */
  externalId: string
  memberships: Membership[]
  /**
   * Raised by whatever has to end all sessions and tokens of the account (state, role, password). Each session and token carries the
   * epoch it was made in and is worth nothing in another: one write ends them all.
   */
  epoch: number
  lastSeenAt: Date | null
  createdAt: Date
  updatedAt: Date
  /** Raised by each change; a change names the one that it starts from. */
  revision: number
}

/** The name of an identity provider's account: issuer and subject together are unique and stable, an address or a name is not. */
export const externalIdOf = (issuer: string, subject: string): string => `oidc:${issuer}#${subject}`

/** A new account with what is usual for the rest. */
export function newUser(fields: Pick<User, 'id' | 'username' | 'createdAt'> & Partial<User>): User {
  return {
    displayName: fields.username,
    email: null,
    role: 'user',
    state: 'active',
    passwordHash: null,
    mustChangePassword: false,
    externalId: `local:${fields.id}`,
    memberships: [],
    epoch: 1,
    lastSeenAt: null,
    updatedAt: fields.createdAt,
    revision: 1,
    ...fields,
  }
}

/** The account as the one who asks. */
export const toAuthUser = ({ id, username, displayName, role, memberships }: User): AuthUser => ({
  id,
  username,
  displayName,
  role,
  groupIds: memberships.map(({ groupId }) => groupId),
})

/** Names of accounts. */
export const USERNAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/

/** Whether someone signs in through the identity provider. */
export const isFromProvider = ({ externalId }: Pick<User, 'externalId'>): boolean => externalId.startsWith('oidc:')
