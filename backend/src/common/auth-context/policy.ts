import { DomainError } from '../problem/domain-error.js'
import type { Action, AuthContext } from './auth-context.js'

/** What the policy needs to know of the thing that an action is about. */
export interface Resource {
  ownerId: string
}

// Everyone who is signed in may do these on everything; the rest is for the owner of the thing and for admins.
const FOR_EVERYONE: ReadonlySet<Action> = new Set<Action>([
  'self:read',
  'self:update',
  'system:read',
  'project:create',
  'project:read',
  'dataset:read',
  'engine:read',
])

/**
 * Whether the subject may carry out the action on the resource; without a resource, whether there may be one on which it can.
 * Pure: the one place where permissions are decided.
 */
export function can(subject: AuthContext, action: Action, resource?: Resource): boolean {
  if (FOR_EVERYONE.has(action) || subject.user.role === 'admin') return true
  return resource === undefined || resource.ownerId === subject.user.id
}

/** Throws `not-allowed` unless {@link can} says yes. */
export function requireCan(subject: AuthContext, action: Action, resource: Resource): void {
  if (!can(subject, action, resource)) throw new DomainError('not-allowed', { action })
}
