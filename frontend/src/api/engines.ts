import { allPages, api, apiUrl } from './client'
import type {
  AdmissionDto,
  CheckEngineDtoWritable,
  CreateEngineDtoWritable,
  EngineDto,
  EngineOptionsDto,
  EngineRevisionPage,
  PreflightDto,
  PreviewDtoWritable,
  ScaleDto,
  UpdateEngineDtoWritable,
} from './generated'

export const listEngines = (projectId: string): Promise<EngineDto[]> => allPages('/engines', { projectId })
export const getEngine = (id: string): Promise<EngineDto> => api.get(`/engines/${id}`)
/** What can be chosen for an app of this project, and what is taken for what nobody chooses. */
export const engineOptions = (projectId: string): Promise<EngineOptionsDto> => api.get('/engines/options', { projectId })
/** What a deploy would come to. Stores nothing. */
export const preflight = (input: CheckEngineDtoWritable): Promise<PreflightDto> => api.post('/engines/preflight', input)

// These answer when the wish is stored, not when the app runs: follow its status.
export const deployEngine = (input: CreateEngineDtoWritable): Promise<EngineDto> => api.post('/engines', input)
export const changeEngine = (id: string, changes: UpdateEngineDtoWritable): Promise<EngineDto> => api.patch(`/engines/${id}`, changes)
/** Starts it afresh as it is, with what the tag of its image stands for now. */
export const redeployEngine = (id: string): Promise<EngineDto> => api.post(`/engines/${id}/deploy`, {})
export const pauseEngine = (id: string): Promise<EngineDto> => api.post(`/engines/${id}/pause`)
export const resumeEngine = (id: string): Promise<EngineDto> => api.post(`/engines/${id}/resume`)
/** Brings back what went missing in the cluster. */
export const repairEngine = (id: string): Promise<EngineDto> => api.post(`/engines/${id}/repair`)
export const scaleEngine = (id: string, scaling: ScaleDto): Promise<EngineDto> => api.post(`/engines/${id}/scale`, scaling)
export const rollBackEngine = (id: string, revision: number, generation: number): Promise<EngineDto> =>
  api.post(`/engines/${id}/rollback`, { revision, generation })
/** Makes a second app that goes away by itself. */
export const previewEngine = (id: string, input: PreviewDtoWritable): Promise<EngineDto> => api.post(`/engines/${id}/preview`, input)
/** @returns the app that runs it from now on */
export const promoteEngine = (id: string): Promise<EngineDto> => api.post(`/engines/${id}/promote`)
/** A preview goes away after so many hours from now. */
export const extendLease = (id: string, hours: number): Promise<EngineDto> => api.post(`/engines/${id}/lease`, { hours })
export const listRevisions = (id: string, cursor: string | null): Promise<EngineRevisionPage> =>
  api.get(`/engines/${id}/revisions`, { cursor, limit: 20 })
export const deleteEngine = (id: string): Promise<void> => api.send('DELETE', `/engines/${id}`)
/** An address that lets whoever is signed in into a private app; good once, and only for a short time. */
export const admit = (id: string): Promise<AdmissionDto> => api.post(`/engines/${id}/admission`)
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
