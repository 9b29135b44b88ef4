import { AuditTrail } from '../../src/common/auth-context/audit-trail.js'
import type { AuthContext } from '../../src/common/auth-context/auth-context.js'
import { PROJECT_ROLES, SCOPES, VISIBILITIES, type ProjectRole } from '../../src/common/policy/actions.js'
import type { Member, ProjectResource } from '../../src/common/policy/policy.js'

/** Someone who asks; `more` says what matters. */
export function who(id: string, more: Partial<Omit<AuthContext, 'user'>> & Partial<AuthContext['user']> = {}): AuthContext {
  const { role = 'user', groupIds = [], scope = null, via = 'session' } = more
  const user = { id, username: id, displayName: id, role, groupIds }
  return { user, via, credentialId: 's', scope, mustChangePassword: false, origin: { address: '', userAgent: '' }, trail: new AuditTrail() }
}

/** Someone without an account. */
export const nobody = who('', { role: 'anonymous', via: 'anonymous' })

/** Numbers from 0 to 1, always the same for a seed: a case that fails can be run again. Mulberry32. */
export const random = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296
}

type Next = () => number

/** One of the values. */
export function pick<T>(next: Next, values: readonly T[]): T {
  return values[Math.floor(next() * values.length)] as T
}

const some = <T>(next: Next, values: readonly T[]): T[] => values.filter(() => next() < 0.4)
const USERS = ['ann', 'bob', 'cid']
const GROUPS = ['g1', 'g2', 'g3']
const ROLES = Object.keys(PROJECT_ROLES) as ProjectRole[]

/** Anyone: with and without an account, admins too, by session or by a token of any scopes, for one of the projects or for all. */
export function randomSubject(next: Next, projectIds: readonly string[]): AuthContext {
  if (next() < 0.1) return nobody
  const groupIds = some(next, GROUPS)
  const role = next() < 0.15 ? 'admin' : 'user'
  const scope = next() < 0.4 ? { scopes: some(next, SCOPES), projectId: next() < 0.5 ? pick(next, projectIds) : null } : null
  return who(pick(next, USERS), { role, groupIds, scope, via: scope ? 'token' : 'session' })
}

/** Any project of those people: any owner, any visibility, any members. */
export function randomProject(next: Next, id: string): ProjectResource {
  const members: Member[] = [
    ...some(next, USERS).map((user): Member => ({ kind: 'user', id: user, role: pick(next, ROLES) })),
    ...some(next, GROUPS).map((group): Member => ({ kind: 'group', id: group, role: pick(next, ROLES) })),
  ]
  return { id, ownerId: pick(next, USERS), visibility: pick(next, VISIBILITIES), members }
}
