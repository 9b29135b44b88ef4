import { allPages, api, apiUrl } from './client'
import type { Query } from './client'
import type {
  AuditEntryDto,
  BulkResultDto,
  BulkResultsDto,
  CreatedUserDto,
  CreateUserDto,
  GroupDto,
  GroupMemberDto,
  ImportResultDto,
  ImportRowDto,
  ProjectDto,
  ResetPasswordDto,
  SessionDto,
  TokenDto,
  UpdateUserDto,
  UserDto,
} from './generated'

/** A person with an account, as admins see them. Times are ISO 8601. */
export type Person = UserDto
export type Role = Person['role']
export type MembershipRole = GroupMemberDto['role']
export type NewPerson = Omit<CreateUserDto, 'password'>
export type PersonChange = Omit<UpdateUserDto, 'revision'>
export type BulkChange = { role: Role } | { state: Person['state'] }
/** What became of one person of a bulk change. */
export type BulkResult = BulkResultDto
/** What becomes of one row of a CSV file; `line` counts from 1, the header included. */
export type ImportRow = ImportRowDto
export type ImportResult = ImportResultDto
export type Group = GroupDto
export type GroupMember = GroupMemberDto

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
export const createUser = (input: NewPerson): Promise<CreatedUserDto> => api.post('/iam/users', input)
export const updateUser = (id: string, revision: number, change: PersonChange): Promise<Person> =>
  api.patch(`/iam/users/${id}`, { revision, ...change })
export const deleteUser = (id: string): Promise<void> => api.send('DELETE', `/iam/users/${id}`)
export const resetPassword = (id: string): Promise<ResetPasswordDto> => api.post(`/iam/users/${id}/password`)
/** At most 200 people at a time. */
export const changeUsers = (ids: string[], change: BulkChange): Promise<BulkResultsDto> => api.post('/iam/users/bulk', { ids, ...change })
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

/**
 * Some of the projects that someone owns, newest first. The portal cannot be asked for them, so the list is gone through as far as
 * ten pages.
 * @param most how many to find before the search ends
 */
export async function projectsOwnedBy(userId: string, most: number): Promise<ProjectDto[]> {
  const found: ProjectDto[] = []
  let cursor: string | null = null
  for (let page = 0; page < 10 && found.length < most; page += 1) {
    const answer: ListPage<ProjectDto> = await api.get('/projects', { cursor, limit: 100 })
    found.push(...answer.items.filter(({ owner }) => owner.id === userId))
    cursor = answer.nextCursor
    if (cursor === null) break
  }
  return found.slice(0, most)
}
