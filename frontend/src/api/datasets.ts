import { allPages, api, apiUrl } from './client'
import type { DatasetDto, DatasetFilePage } from './generated'

export const listDatasets = (projectId: string): Promise<DatasetDto[]> => allPages('/datasets', { projectId })
export const getDataset = (id: string): Promise<DatasetDto> => api.get(`/datasets/${id}`)
export const createDataset = (projectId: string, name: string): Promise<DatasetDto> => api.post('/datasets', { projectId, name })
export const deleteDataset = (id: string): Promise<void> => api.send('DELETE', `/datasets/${id}`)

export const listFiles = (datasetId: string, cursor: string | null): Promise<DatasetFilePage> =>
  api.get(`/datasets/${datasetId}/files`, { cursor, limit: 100 })
export const deleteFile = (datasetId: string, fileId: string): Promise<void> => api.send('DELETE', `/datasets/${datasetId}/files/${fileId}`)
/** Redirects to the object store; follow it with a link, not with fetch. */
export const downloadUrl = (datasetId: string, fileId: string): string => apiUrl(`/datasets/${datasetId}/files/${fileId}/download`)
