import { allPages, api, apiUrl } from './client'
import type { CreateEngineDto, EngineDto, UpdateEngineDto } from './generated'

export const listEngines = (projectId: string): Promise<EngineDto[]> => allPages('/engines', { projectId })
export const getEngine = (id: string): Promise<EngineDto> => api.get(`/engines/${id}`)
/** Answers when the wish is stored, not when the app runs: follow its status. */
export const deployEngine = (input: CreateEngineDto): Promise<EngineDto> => api.post('/engines', input)
export const redeployEngine = (id: string, changes: UpdateEngineDto): Promise<EngineDto> => api.patch(`/engines/${id}`, changes)
export const deleteEngine = (id: string): Promise<void> => api.send('DELETE', `/engines/${id}`)
export const logsUrl = (id: string): string => apiUrl(`/engines/${id}/logs`)
