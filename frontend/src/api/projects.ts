import { api } from './client'
import type { CreateProjectDto, ProjectDto, ProjectPage } from './generated'

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
