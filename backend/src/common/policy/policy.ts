import type { AuthContext } from '../auth-context/auth-context.js'
import type { ProblemCode } from '../problem/catalogue.js'
import { DomainError } from '../problem/domain-error.js'
import {
  CAPABILITIES,
  isOnProject,
  PROJECT_ROLES,
  ruleOf,
  type Action,
  type Capability,
  type ProjectRole,
  type Visibility,
} from './actions.js'

/** Somebody with a role in a project. */
export interface Member {
  kind: 'user' | 'group'
  id: string
  role: ProjectRole
}

/** What the policy needs to know of a project. */
export interface ProjectResource {
  id: string
  ownerId: string
  visibility: Visibility
  members: readonly Member[]
}

/** What the policy needs to know of who is asking; an {@link AuthContext} has it. */
export type Subject = Pick<AuthContext, 'via' | 'scope'> & { user: Pick<AuthContext['user'], 'id' | 'role' | 'groupIds'> }

/** Whom a grant is to: `user:<id>`, `group:<id>`, `account` for everyone who has one, `anyone` for everyone. */
export type Principal = string

/**
 * Whether the subject may carry out the action on the project; without a project, whether there may be one on which it can.
 * Pure: the one place where permissions are decided. {@link filterFor} is the same for lists.
 */
export function can(subject: Subject, action: Action, project?: ProjectResource): boolean {
  const { needs, account } = ruleOf(action)
  const { role } = subject.user
  if (!inScope(subject, action, project)) return false
  if (needs === 'anyone') return true
  if (role === 'anonymous' && (needs === 'account' || needs === 'admin' || account || needs !== 'read')) return false
  if (needs === 'account' || role === 'admin') return true
  if (needs === 'admin') return false
  return project === undefined || capabilitiesOf(subject, project).has(needs)
}

/** Throws `not-allowed` unless {@link can} says yes. The denied attempt is left on the trail for the audit log. */
export function requireCan(auth: AuthContext, action: Action, project?: ProjectResource): void {
  if (can(auth, action, project)) return
  auth.trail.deny(action, project && { type: 'project', id: project.id })
  throw new DomainError('not-allowed', { action })
}

/** Whether the subject may know that the project exists, whatever its token is for. To all others it is not there. */
export function mayKnow(subject: Subject, project: ProjectResource): boolean {
  const { projectId = null } = subject.scope ?? {}
  if (projectId !== null && projectId !== project.id) return false
  return can({ ...subject, scope: null }, 'project:read', project)
}

/**
 * What to answer about a thing that the caller may not know of, or that is not there: the same for both. Without an account it may be there for those who
 * sign in, whatever it is.
 */
export const notThere = (auth: AuthContext, code: ProblemCode): DomainError =>
  new DomainError(auth.via === 'anonymous' ? 'not-signed-in' : code)

/** Runs what asks for the project of a thing; where the project is not there, neither is the thing. */
export async function withinProject<T>(auth: AuthContext, code: ProblemCode, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof DomainError && error.code === 'project-not-found') throw notThere(auth, code)
    throw error
  }
}

/** All that the subject may do, on the instance or on one project: what the page shows and hides by. */
export function allowedActions(subject: Subject, actions: readonly Action[], project?: ProjectResource): Action[] {
  return actions.filter((action) => isOnProject(action) === (project !== undefined) && can(subject, action, project))
}

/** A filter for MongoDB; `null` when nothing can pass it. */
export type AccessFilter = Record<string, string | { $in: string[] }> | null

/** The projects on which the subject may carry out the action: {@link can} as a filter over {@link AccessLists} stored as `access`. */
export function filterFor(subject: Subject, action: Action): AccessFilter {
  const { needs } = ruleOf(action)
  if (!isOnProject(action)) throw new Error(`${action} is not about projects`)
  if (!can(subject, action)) return null
  const { projectId = null } = subject.scope ?? {}
  return {
    ...(projectId === null ? {} : { _id: projectId }),
    ...(subject.user.role === 'admin' ? {} : { [`access.${needs}`]: { $in: principalsOf(subject) } }),
  }
}

/** For each capability, who has it on a project: made from the project by {@link accessOf} and stored with it, so that one index serves lists. */
export type AccessLists = Record<Capability, Principal[]>

/** Who may do what on a project. */
export function accessOf({ ownerId, visibility, members }: Omit<ProjectResource, 'id'>): AccessLists {
  const lists: AccessLists = { read: [], edit: [], deploy: [], manage: [], own: [] }
  const grant = (principal: Principal, capabilities: readonly Capability[]) => {
    for (const capability of capabilities) if (!lists[capability].includes(principal)) lists[capability].push(principal)
  }
  grant(`user:${ownerId}`, CAPABILITIES)
  for (const { kind, id, role } of members) grant(`${kind}:${id}`, PROJECT_ROLES[role])
  if (visibility !== 'private') grant('account', ['read'])
  if (visibility === 'public') grant('anyone', ['read'])
  return lists
}

/** All names under which a grant reaches the subject. */
export function principalsOf({ user }: Subject): Principal[] {
  if (user.role === 'anonymous') return ['anyone']
  return [`user:${user.id}`, ...user.groupIds.map((id) => `group:${id}`), 'account']
}

function capabilitiesOf({ user }: Subject, { ownerId, visibility, members }: ProjectResource): Set<Capability> {
  const has = new Set<Capability>()
  if (visibility === 'public' || (visibility === 'internal' && user.role !== 'anonymous')) has.add('read')
  if (user.role === 'anonymous') return has
  if (ownerId === user.id) return new Set(CAPABILITIES)
  for (const { kind, id, role } of members) {
    const mine = kind === 'user' ? id === user.id : user.groupIds.includes(id)
    if (mine) for (const capability of PROJECT_ROLES[role]) has.add(capability)
  }
  return has
}

function inScope({ scope }: Subject, action: Action, project: ProjectResource | undefined): boolean {
  if (scope === null) return true
  const rule = ruleOf(action)
  if (rule.scope === null || (rule.scope !== 'any' && !scope.scopes.includes(rule.scope))) return false
  // A token for one project does nothing outside of it: neither on the instance nor on another project.
  if (scope.projectId === null || rule.scope === 'any') return true
  return isOnProject(action) && (project === undefined || project.id === scope.projectId)
}
