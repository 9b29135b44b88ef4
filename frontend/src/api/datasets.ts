import type { Dataset, DatasetFile, Page } from './contract'
import { api, apiUrl } from './client'

/** All pages of a list, one after the other; for lists that a project keeps short. */
async function all<T>(path: string, query: Record<string, string>): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: Page<T> = await api.get(path, { ...query, cursor, limit: 100 })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}

export const listDatasets = (projectId: string): Promise<Dataset[]> => all('/datasets', { projectId })
export const getDataset = (id: string): Promise<Dataset> => api.get(`/datasets/${id}`)
export const createDataset = (projectId: string, name: string): Promise<Dataset> => api.post('/datasets', { projectId, name })
export const deleteDataset = (id: string): Promise<void> => api.send('DELETE', `/datasets/${id}`)

export const listFiles = (datasetId: string, cursor: string | null): Promise<Page<DatasetFile>> =>
  api.get(`/datasets/${datasetId}/files`, { cursor, limit: 100 })
export const deleteFile = (datasetId: string, fileId: string): Promise<void> => api.send('DELETE', `/datasets/${datasetId}/files/${fileId}`)
/** Redirects to the object store; follow it with a link, not with fetch. */
export const downloadUrl = (datasetId: string, fileId: string): string => apiUrl(`/datasets/${datasetId}/files/${fileId}/download`)
