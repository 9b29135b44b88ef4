import { api, apiUrl } from './client'
import type { AssetDto, AssetUploadDto } from './generated'
import { putPart } from './multipart-upload'

/** A picture, a film or its captions, kept with a project. */
export type Asset = AssetDto

/** The address of an asset's bytes; it leads on to the object store. */
export const assetUrl = (id: string): string => apiUrl(`/assets/${encodeURIComponent(id)}/content`)

const typeOf = (file: File): string => file.type || (file.name.toLowerCase().endsWith('.vtt') ? 'text/vtt' : 'application/octet-stream')

/**
 * Brings a file to the project, straight to the object store, where the portal looks at what arrived.
 * @param onProgress bytes that arrived
 * @throws ApiProblem when the portal refuses it, PutError when the store does, an AbortError when cancelled
 */
export async function uploadAsset(
  projectId: string,
  file: File,
  { onProgress, signal }: { onProgress: (sent: number) => void; signal: AbortSignal },
): Promise<Asset> {
  const contentType = typeOf(file)
  const intent = await api.post<AssetUploadDto>(`/projects/${projectId}/assets`, { name: file.name, size: file.size, contentType })
  signal.throwIfAborted()
  // The type is part of what was signed.
  const etag = await putPart(intent.uploadUrl, file.slice(0, file.size, contentType), onProgress, signal)
  return api.post(`/assets/${intent.id}/complete`, { etag: etag ?? '' })
}
