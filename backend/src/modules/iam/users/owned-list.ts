import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { decodeCursor, PageQuery } from '../../../common/pagination/pagination.js'
import type { Action } from '../../../common/policy/actions.js'
import type { AuditResource } from '../../../common/auth-context/audit-trail.js'
import { can, requireCan } from '../../../common/policy/policy.js'
import { OneOf, Text } from '../../../common/validation/fields.js'
import type { UserRepository } from './user.repository.js'

// A search that finds more people than this is no search.
const MOST_PEOPLE = 500

/** The query of a list of what belongs to people: one's own, or for admins everyone's. */
export class OwnedListQuery extends PageQuery {
  @OneOf(['mine', 'all'], { optional: true, description: '`all` is for admins' })
  of: 'mine' | 'all' = 'mine'

  @Text({ max: 100, optional: true, description: 'with `all`: what a name of the person begins with' })
  q?: string
}

/** Which page of what belongs to people is asked for, newest first. */
export interface OwnedSearch {
  /** Only what belongs to these; everyone's when left out. */
  userIds?: string[]
  /** Only what comes after the one with this id. */
  before?: string
  limit: number
}

/**
 * What a repository has to search for.
 * @param manage the action that lets someone see everyone's
 * @throws DomainError `not-allowed`, `invalid-cursor`
 */
export async function ownedSearch(
  users: UserRepository,
  auth: AuthContext,
  { of, q = '', cursor, limit }: OwnedListQuery,
  manage: Action,
): Promise<OwnedSearch> {
  if (of === 'all') requireCan(auth, manage)
  return {
    ...(of === 'mine' ? { userIds: [auth.user.id] } : {}),
    ...(of === 'all' && q.trim() !== '' ? { userIds: (await users.findByPrefix(q, MOST_PEOPLE)).map(({ id }) => id) } : {}),
    ...(cursor === undefined ? {} : { before: String(decodeCursor(cursor, ['string'])[0]) }),
    limit,
  }
}

/** Whether a thing is the caller's own, or one of everyone's that the caller manages. What was denied is left on the trail. */
export function isOwnOrManaged(auth: AuthContext, manage: Action, ownerId: string, resource: AuditResource): boolean {
  if (ownerId === auth.user.id || can(auth, manage)) return true
  auth.trail.deny(manage, resource)
  return false
}
