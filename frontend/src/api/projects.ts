import { api } from './client'
import type { CreateProjectDto, MemberDto, ProjectDto, ProjectPage, SharingDto } from './generated'

export interface ProjectQuery {
  q: string
  task: string
}

export const listProjects = (query: ProjectQuery, cursor: string | null, signal?: AbortSignal): Promise<ProjectPage> =>
  api.get('/projects', { ...query, cursor, limit: 24 }, signal)
export const getProject = (idOrSlug: string): Promise<ProjectDto> => api.get(`/projects/${encodeURIComponent(idOrSlug)}`)
export const createProject = (input: CreateProjectDto): Promise<ProjectDto> => api.post('/projects', input)
/** `revision` is the one that was read; the portal answers 409 when someone else changed the project since. */
export const updateProject = (id: string, revision: number, changes: Partial<CreateProjectDto>): Promise<ProjectDto> =>
  api.patch(`/projects/${id}`, { revision, ...changes })
export const deleteProject = (id: string): Promise<void> => api.send('DELETE', `/projects/${id}`)

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
