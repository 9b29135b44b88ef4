import type { BrowserContext } from 'playwright-core'
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

/** Captions that say one thing for as long as the film lasts. */
export const vtt = (words: string): string => `WEBVTT\n\n00:00.000 --> 00:20.000\n${words}\n`

/** Records a film of some seconds: a square that crosses the picture, as WebM with VP8. */
export async function recordFilm(context: BrowserContext, seconds: number): Promise<Buffer<ArrayBuffer>> {
  const page = await context.newPage()
  try {
    const text = await page.evaluate(async (length) => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 180 })
      const pen = canvas.getContext('2d')
      if (!pen) throw new Error('nothing can be drawn here')
      const started = performance.now()
      const draw = (): void => {
        const at = (performance.now() - started) / 1_000 / length
        pen.fillStyle = '#312e81'
        pen.fillRect(0, 0, 320, 180)
        pen.fillStyle = '#fbbf24'
        pen.fillRect(at * 280, 70, 40, 40)
      }
      draw()
      const drawing = setInterval(draw, 40)
      const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: 'video/webm;codecs=vp8' })
      const pieces: Blob[] = []
      recorder.addEventListener('dataavailable', ({ data }) => pieces.push(data))
      const ended = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }))
      recorder.start()
      setTimeout(() => recorder.stop(), length * 1_000)
      await ended
      clearInterval(drawing)
      const bytes = new Uint8Array(await new Blob(pieces).arrayBuffer())
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    }, seconds)
    return Buffer.from(text, 'base64')
  } finally {
    await page.close()
  }
}
