import type { Engine, EngineInput, Page } from './contract'
import { api, apiUrl } from './client'

export const listEngines = (projectId: string): Promise<Page<Engine>> => api.get('/engines', { projectId, limit: 100 })
export const getEngine = (id: string): Promise<Engine> => api.get(`/engines/${id}`)
/** Answers when the wish is stored, not when the app runs: follow its status. */
export const deployEngine = (projectId: string, input: EngineInput): Promise<Engine> => api.post('/engines', { projectId, ...input })
export const redeployEngine = (id: string, revision: number, changes: Partial<Omit<EngineInput, 'name'>>): Promise<Engine> =>
  api.patch(`/engines/${id}`, { revision, ...changes })
export const deleteEngine = (id: string): Promise<void> => api.send('DELETE', `/engines/${id}`)
export const logsUrl = (id: string): string => apiUrl(`/engines/${id}/logs`)
