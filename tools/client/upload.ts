import { createHash } from 'node:crypto'
import { sleep } from '../stack/time.ts'
import type { VitrineClient } from './http.ts'

/** A file of a data set, as the API has it. Sizes in bytes. */
export interface DatasetFile {
  id: string
  datasetId: string
  name: string
  size: number
  contentType: string
  checksum: string
}

interface Upload {
  id: string
  partSize: number
  parts: { number: number; url: string | null; etag?: string | null; done?: boolean }[]
}

export interface UploadOptions {
  datasetId: string
  name: string
  contentType?: string
  /** The bytes. `openAsBlob` of node:fs gives those of a file without reading it into memory. */
  content: Blob
  /** Parts in flight at once. */
  parallel?: number
  /** Told after each part. */
  onProgress?: (sentBytes: number) => void
}

const tries = 4

/**
 * Sends a file straight into object storage by presigned parts, as the page does, and completes it. A part that fails is tried again.
 * @throws ProblemError when the portal refuses, Error when the store does; the upload is then aborted
 */
export async function uploadFile(client: VitrineClient, options: UploadOptions): Promise<DatasetFile> {
  const { datasetId, name, content, contentType = 'application/octet-stream', parallel = 4, onProgress } = options
  const target = { kind: 'dataset', id: datasetId }
  const upload = await client.post<Upload>('/api/uploads', { target, name, size: content.size, contentType })
  try {
    const sent: { number: number; etag: string }[] = []
    const waiting = [...upload.parts]
    let bytes = 0
    const worker = async () => {
      for (let part = waiting.shift(); part !== undefined; part = waiting.shift()) {
        const piece = content.slice((part.number - 1) * upload.partSize, part.number * upload.partSize)
        sent.push({ number: part.number, etag: await putPart(client, upload.id, part.number, part.url, piece) })
        bytes += piece.size
        onProgress?.(bytes)
      }
    }
    await Promise.all(Array.from({ length: parallel }, worker))
    sent.sort((a, b) => a.number - b.number)
    return (await client.post<{ file: DatasetFile }>(`/api/uploads/${upload.id}/complete`, { parts: sent })).file
  } catch (error) {
    await client.delete(`/api/uploads/${upload.id}`)
    throw error
  }
}

async function putPart(client: VitrineClient, uploadId: string, number: number, url: string | null, piece: Blob): Promise<string> {
  let address = url
  for (let attempt = 1; ; attempt++) {
    if (address === null) throw new Error(`The portal gives no address for part ${number}.`)
    const problem = await put(address, piece)
    if (problem.etag !== null) return problem.etag
    if (attempt === tries) throw new Error(`Part ${number} did not arrive after ${tries} tries: ${problem.reason}`)
    await sleep(250 * 2 ** attempt)
    // The address may have expired meanwhile.
    const { parts } = await client.get<Upload>(`/api/uploads/${uploadId}`)
    const fresh = parts.find((part) => part.number === number)
    if (fresh?.done && fresh.etag) return fresh.etag
    address = fresh?.url ?? null
  }
}

async function put(url: string, piece: Blob): Promise<{ etag: string | null; reason: string }> {
  try {
    const response = await fetch(url, { method: 'PUT', body: piece })
    const text = await response.text()
    const etag = response.headers.get('etag')
    if (response.ok && etag !== null) return { etag, reason: '' }
    return {
      etag: null,
      reason: `${response.status} ${/<Code>([^<]+)/.exec(text)?.[1] ?? ''} ${/<Message>([^<]+)/.exec(text)?.[1] ?? ''}`.trim(),
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)
    return { etag: null, reason: cause }
  }
}

/** The checksum that a file has once it is stored in one part (an S3 multipart ETag): MD5 of the part's MD5, a hyphen, the number of parts. */
export function checksumOfOnePart(content: Uint8Array): string {
  const part = createHash('md5').update(content).digest()
  return `${createHash('md5').update(part).digest('hex')}-1`
}
