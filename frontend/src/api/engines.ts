import { allPages, api, apiUrl } from './client'
import type { CreateEngineDto, EngineDto, UpdateEngineDto } from './generated'

export const listEngines = (projectId: string): Promise<EngineDto[]> => allPages('/engines', { projectId })
export const getEngine = (id: string): Promise<EngineDto> => api.get(`/engines/${id}`)
/** Answers when the wish is stored, not when the app runs: follow its status. */
export const deployEngine = (input: CreateEngineDto): Promise<EngineDto> => api.post('/engines', input)
export const redeployEngine = (id: string, changes: UpdateEngineDto): Promise<EngineDto> => api.patch(`/engines/${id}`, changes)
export const pauseEngine = (id: string): Promise<EngineDto> => api.post(`/engines/${id}/pause`)
export const resumeEngine = (id: string): Promise<EngineDto> => api.post(`/engines/${id}/resume`)
export const deleteEngine = (id: string): Promise<void> => api.send('DELETE', `/engines/${id}`)
/** An address that lets whoever is signed in into a private app; good once, and only for a short time. */
export const admit = (id: string): Promise<{ url: string; expiresAt: string | null }> => api.post(`/engines/${id}/admission`)
export const logsUrl = (id: string): string => apiUrl(`/engines/${id}/logs`)

/** What of a log is wanted; an empty text stands for no wish. */
export interface LogFilter {
  text?: string
  pod?: string
  revision?: string
  from?: string
  to?: string
}

const withFilter = (url: string, filter: Record<string, string | undefined>): string => {
  const query = new URLSearchParams(Object.entries(filter).flatMap(([name, value]) => (value ? [[name, value]] : [])))
  return query.size === 0 ? url : `${url}?${query.toString()}`
}

/** The stream of a log at `url`, of {@link logsUrl}. */
export const logStreamUrl = (url: string, filter: LogFilter): string => withFilter(url, { ...filter })
/** All that is kept of the log at `url`, as a text file. */
export const logDownloadUrl = (url: string, filter: LogFilter): string => withFilter(`${url}/download`, { ...filter })
