import type { Api } from './api.ts'

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')

/** Stores a picture of one pixel among what a project's texts may show. @returns its id */
export async function uploadPixel(api: Api, projectId: string): Promise<string> {
  const begun = await api.post<{ id: string; uploadUrl: string }>(`/api/projects/${projectId}/assets`, {
    ...{ name: 'pixel.png', size: PIXEL.length, contentType: 'image/png' },
  })
  const sent = await fetch(begun.uploadUrl, { method: 'PUT', body: PIXEL })
  const { id } = await api.post<{ id: string }>(`/api/assets/${begun.id}/complete`, { etag: sent.headers.get('etag') ?? '' })
  return id
}
