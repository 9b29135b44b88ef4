import type { GlobalRole } from '../../../common/auth-context/auth-context.js'
import type { UserState } from './user.js'

/** By what accounts can be sorted. */
export const USER_SORTS = ['username', 'displayName', 'lastSeenAt', 'createdAt'] as const
export type UserSort = (typeof USER_SORTS)[number]

/** When someone was here for the last time: never; within 7 or 30 days; longer ago than 30 days. */
export const SEEN = ['never', '7d', '30d', 'older'] as const
export type Seen = (typeof SEEN)[number]

/** What narrows a list of accounts. */
export interface UserFilter {
  /** Words, each of which the user name, the full name or the address contains. */
  text?: string
  role?: GlobalRole
  state?: UserState
  groupId?: string
  /** Only those seen last within these bounds; `never` for those who never were. */
  seen?: 'never' | { from?: Date; before?: Date }
}

/** Where a page begins: after this account, by what it is sorted by. */
export interface UserPosition {
  /** The value that is sorted by; null for someone who was never seen. */
  value: string | Date | null
  id: string
}

/** One page of a list of accounts. */
export interface UserQuery extends UserFilter {
  sort: UserSort
  descending: boolean
  after?: UserPosition
  limit: number
}

/** A text as it is compared with others: "Café" like "cafe". */
export const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
