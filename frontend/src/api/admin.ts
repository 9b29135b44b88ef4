import { allPages, api, apiUrl } from './client'
import type { Query } from './client'
import type { AuditEntryDto, SessionDto, TokenDto } from './generated'

export type Role = 'admin' | 'user'
export type AccountState = 'active' | 'disabled'
export type Source = 'local' | 'oidc'
export type MembershipRole = 'member' | 'owner'

/** A person with an account, as admins see them. Times are ISO 8601. */
export interface Person {
  id: string
  username: string
  displayName: string
  email: string | null
  role: Role
  state: AccountState
  source: Source
  hasPassword: boolean
  mustChangePassword: boolean
  groups: { id: string; name: string; role: MembershipRole }[]
  lastSeenAt: string | null
  lockedUntil: string | null
  createdAt: string
  updatedAt: string
  revision: number
}

export interface NewPerson {
  username: string
  displayName?: string
  email?: string
  role?: Role
}

export type PersonChange = Partial<Pick<Person, 'displayName' | 'email' | 'role' | 'state'>>
export type BulkChange = { role: Role } | { state: AccountState }

/** What became of one person of a bulk change. */
export interface BulkResult {
  id: string
  username: string
  outcome: 'changed' | 'unchanged' | 'failed'
  code: string | null
  detail: string | null
}

/** What becomes of one row of a CSV file; `line` counts from 1, the header included. */
export interface ImportRow {
  line: number
  username: string
  outcome: 'create' | 'created' | 'exists' | 'invalid'
  errors: { field: string; message: string }[]
  temporaryPassword: string | null
}

export interface ImportResult {
  dryRun: boolean
  rows: ImportRow[]
  summary: { create: number; exists: number; invalid: number }
}

export interface Group {
  id: string
  name: string
  description: string
  memberCount: number
  myRole: MembershipRole | null
  createdAt: string
  updatedAt: string
  revision: number
}

export interface GroupMember {
  user: { id: string; username: string; displayName: string; state: AccountState }
  role: MembershipRole
  source: Source
}

/** One page of a list. `total` only where the portal counts. */
export interface ListPage<T> {
  items: T[]
  nextCursor: string | null
  total?: number
}

/** One entry of the audit log. */
export type AuditEntry = AuditEntryDto

/** How many rows a page of a table has. */
export const pageSize = 25
const paged = (query: Query): Query => ({ limit: pageSize, ...query })

export const listUsers = (query: Query, signal?: AbortSignal): Promise<ListPage<Person>> => api.get('/iam/users', paged(query), signal)
export const getUser = (id: string): Promise<Person> => api.get(`/iam/users/${id}`)
/** The portal makes a password, which is answered here and never again. */
export const createUser = (input: NewPerson): Promise<{ user: Person; temporaryPassword: string | null }> => api.post('/iam/users', input)
export const updateUser = (id: string, revision: number, change: PersonChange): Promise<Person> =>
  api.patch(`/iam/users/${id}`, { revision, ...change })
export const deleteUser = (id: string): Promise<void> => api.send('DELETE', `/iam/users/${id}`)
export const resetPassword = (id: string): Promise<{ temporaryPassword: string }> => api.post(`/iam/users/${id}/password`)
/** At most 200 people at a time. */
export const changeUsers = (ids: string[], change: BulkChange): Promise<{ results: BulkResult[] }> =>
  api.post('/iam/users/bulk', { ids, ...change })
export const importUsers = (csv: string, dryRun: boolean): Promise<ImportResult> => api.post('/iam/users/import', { csv, dryRun })
/** Follow it with a link: it answers a file. */
export const usersExportUrl = (query: Query): string => apiUrl('/iam/users/export', query)

export const listGroups = (query: Query, signal?: AbortSignal): Promise<ListPage<Group>> => api.get('/iam/groups', paged(query), signal)
export const allGroups = (): Promise<Group[]> => allPages('/iam/groups')
export const getGroup = (id: string): Promise<Group> => api.get(`/iam/groups/${id}`)
export const createGroup = (input: { name: string; description: string }): Promise<Group> => api.post('/iam/groups', input)
export const updateGroup = (id: string, revision: number, change: { name?: string; description?: string }): Promise<Group> =>
  api.patch(`/iam/groups/${id}`, { revision, ...change })
export const deleteGroup = (id: string): Promise<void> => api.send('DELETE', `/iam/groups/${id}`)
export const listMembers = (id: string, query: Query, signal?: AbortSignal): Promise<ListPage<GroupMember>> =>
  api.get(`/iam/groups/${id}/members`, paged(query), signal)
export const setMember = (id: string, userId: string, role: MembershipRole): Promise<GroupMember> =>
  api.put(`/iam/groups/${id}/members/${userId}`, { role })
export const removeMember = (id: string, userId: string): Promise<void> => api.send('DELETE', `/iam/groups/${id}/members/${userId}`)

export const listAllTokens = (query: Query, signal?: AbortSignal): Promise<ListPage<TokenDto>> =>
  api.get('/iam/tokens', paged({ of: 'all', ...query }), signal)
export const listAllSessions = (query: Query, signal?: AbortSignal): Promise<ListPage<SessionDto>> =>
  api.get('/iam/sessions', paged({ of: 'all', ...query }), signal)
export const revokeAnyToken = (id: string): Promise<void> => api.send('DELETE', `/iam/tokens/${id}`)
export const endAnySession = (id: string): Promise<void> => api.send('DELETE', `/iam/sessions/${id}`)

export const listAudit = (query: Query, signal?: AbortSignal): Promise<ListPage<AuditEntry>> => api.get('/iam/audit', paged(query), signal)
/** Follow it with a link: it answers a file. */
export const auditExportUrl = (query: Query): string => apiUrl('/iam/audit/export', query)
