import type { Page, Upload, UploadResult, UploadTarget } from './contract'
import { api } from './client'

export interface UploadIntent {
  target: UploadTarget
  name: string
  size: number
  contentType: string
}

export interface CompletedPart {
  number: number
  etag: string
}

export const createUpload = (intent: UploadIntent): Promise<Upload> => api.post('/uploads', intent)
/** Which parts arrived, and a fresh URL for each that did not. */
export const getUpload = (id: string, signal?: AbortSignal): Promise<Upload> => api.get(`/uploads/${id}`, {}, signal)
export const listPendingUploads = (projectId: string): Promise<Page<Upload>> => api.get('/uploads', { projectId, limit: 100 })
/** May be called again for an upload that is complete; the answer is the same. */
export const completeUpload = (id: string, parts: CompletedPart[]): Promise<UploadResult> => api.post(`/uploads/${id}/complete`, { parts })
export const abortUpload = (id: string): Promise<void> => api.send('DELETE', `/uploads/${id}`)
