import type { Api } from './api.ts'

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
// What a WebM begins with; nothing in it can be played.
const EMPTY_FILM = Buffer.from('GkXfo59ChoEBQoKEd2VibUKHgQQ=', 'base64')

/** Stores a file among what a project's texts may show. @returns its id */
export async function uploadAsset(
  api: Api,
  projectId: string,
  { name, contentType, bytes }: { name: string; contentType: string; bytes: Buffer<ArrayBuffer> },
): Promise<string> {
  const begun = await api.post<{ id: string; uploadUrl: string }>(`/api/projects/${projectId}/assets`, {
    ...{ name, size: bytes.length, contentType },
  })
  const sent = await fetch(begun.uploadUrl, { method: 'PUT', body: bytes })
  const { id } = await api.post<{ id: string }>(`/api/assets/${begun.id}/complete`, { etag: sent.headers.get('etag') ?? '' })
  return id
}

/** Stores a picture of one pixel. @returns its id */
export const uploadPixel = (api: Api, projectId: string): Promise<string> =>
  uploadAsset(api, projectId, { name: 'pixel.png', contentType: 'image/png', bytes: PIXEL })

/** Stores a film that shows nothing, and captions that say nothing. @returns their ids */
export async function uploadEmptyFilm(api: Api, projectId: string): Promise<{ film: string; captions: string }> {
  const film = await uploadAsset(api, projectId, { name: 'film.webm', contentType: 'video/webm', bytes: EMPTY_FILM })
  const bytes = Buffer.from('WEBVTT\n')
  return { film, captions: await uploadAsset(api, projectId, { name: 'film.vtt', contentType: 'text/vtt', bytes }) }
}
