import { api } from './client'
import type { Query } from './client'
import type {
  CreateProjectDto,
  MemberDto,
  ProjectDto,
  ProjectPage,
  QuotaDto,
  QuotaLimitsDto,
  RegistryDto,
  RegistryListDto,
  SharingDto,
  StarDto,
  UpdateProjectDto,
} from './generated'

export type { ProjectDto }
export type ProjectChanges = Omit<UpdateProjectDto, 'revision'>

/** How many cards come at a time. */
const pageSize = 24

/** A page of projects; a `limit` of 1 is enough to learn how many there are. */
export const listProjects = (query: Query, cursor: string | null, signal?: AbortSignal, limit = pageSize): Promise<ProjectPage> =>
  api.get('/projects', { ...query, cursor, limit }, signal)
export const getProject = (idOrSlug: string): Promise<ProjectDto> => api.get(`/projects/${encodeURIComponent(idOrSlug)}`)
export const createProject = (input: CreateProjectDto): Promise<ProjectDto> => api.post('/projects', input)
/** `revision` is the one that was read; the portal answers 409 when someone else changed the project since. */
export const updateProject = (id: string, revision: number, changes: ProjectChanges): Promise<ProjectDto> =>
  api.patch(`/projects/${id}`, { revision, ...changes })
export const deleteProject = (id: string): Promise<void> => api.send('DELETE', `/projects/${id}`)

/** Answers how many stars the project has now. */
export const starProject = (id: string, starred: boolean): Promise<StarDto> =>
  starred ? api.put(`/projects/${id}/star`, {}) : api.delete(`/projects/${id}/star`)
/** Counts one view. Who it was is not kept. */
export const countView = (id: string): Promise<void> => api.send('POST', `/projects/${id}/view`)

type Kind = MemberDto['kind']
const member = (projectId: string, kind: Kind, id: string): string => `/projects/${projectId}/members/${kind}/${id}`

export const getSharing = (projectId: string): Promise<SharingDto> => api.get(`/projects/${projectId}/members`)
export const setMember = (projectId: string, kind: Kind, id: string, role: MemberDto['role']): Promise<SharingDto> =>
  api.put(member(projectId, kind, id), { role })
export const removeMember = (projectId: string, kind: Kind, id: string): Promise<SharingDto> => api.delete(member(projectId, kind, id))
/** Refused with 409 when someone else changed the project since `revision` was read. */
export const setVisibility = (projectId: string, visibility: SharingDto['visibility'], revision: number): Promise<SharingDto> =>
  api.put(`/projects/${projectId}/visibility`, { visibility, revision })
export const transferProject = (projectId: string, ownerId: string): Promise<SharingDto> =>
  api.post(`/projects/${projectId}/transfer`, { ownerId })

export const getQuota = (projectId: string): Promise<QuotaDto> => api.get(`/projects/${projectId}/quota`)
export const setQuota = (projectId: string, limits: QuotaLimitsDto): Promise<QuotaDto> => api.put(`/projects/${projectId}/quota`, limits)
/** Back to what projects have for which nobody set anything. */
export const resetQuota = (projectId: string): Promise<QuotaDto> => api.delete(`/projects/${projectId}/quota`)

const registry = (projectId: string, host: string): string => `/projects/${projectId}/registries/${encodeURIComponent(host)}`

/** The registries that images are pulled from with a password. The passwords are never answered. */
export const listRegistries = async (projectId: string): Promise<RegistryDto[]> =>
  (await api.get<RegistryListDto>(`/projects/${projectId}/registries`)).items
export const setRegistry = (projectId: string, host: string, login: { username: string; password: string }): Promise<RegistryDto> =>
  api.put(registry(projectId, host), login)
export const removeRegistry = (projectId: string, host: string): Promise<void> => api.send('DELETE', registry(projectId, host))
