import { allPages, api } from './client'
import type { CompletedUploadDto, CreateUploadDto, SentPartDto, UploadDto } from './generated'

export const createUpload = (intent: CreateUploadDto): Promise<UploadDto> => api.post('/uploads', intent)
/** Which parts arrived, and a fresh URL for each that did not. */
export const getUpload = (id: string, signal?: AbortSignal): Promise<UploadDto> => api.get(`/uploads/${id}`, {}, signal)
/** Uploads of this person in a project that were not completed. The list leaves out the parts. */
export const listPendingUploads = (projectId: string): Promise<UploadDto[]> => allPages('/uploads', { projectId })
/** May be called again for an upload that is complete; the answer is the same. */
export const completeUpload = (id: string, parts: SentPartDto[]): Promise<CompletedUploadDto> =>
  api.post(`/uploads/${id}/complete`, { parts })
export const abortUpload = (id: string): Promise<void> => api.send('DELETE', `/uploads/${id}`)
