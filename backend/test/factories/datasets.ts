import { randomBytes } from 'node:crypto'
import type { TestClient } from '../client.js'

/** A project, as the API answers it; what these tests need of it. */
export interface ProjectBody {
  id: string
  slug: string
  title: string
  summary: string
  tags: string[]
  revision: number
}

/** A data set, as the API answers it. */
export interface DatasetBody {
  id: string
  projectId: string
  name: string
  fileCount: number
  sizeBytes: number
  revision: number
}

/** An upload, as the API answers it. */
export interface UploadBody {
  id: string
  name: string
  size: number
  contentType: string
  status: string
  partSize: number
  parts: { number: number; size: number; done: boolean; etag: string | null; url: string | null }[]
  expiresAt: string
}

/** A part as it is said to have been sent. */
export interface Sent {
  number: number
  etag: string
}

const unique = () => randomBytes(4).toString('hex')

async function created<T>(answer: Promise<{ status: number; body: T }>): Promise<T> {
  const { status, body } = await answer
  if (status !== 201) throw new Error(`expected 201, got ${status}: ${JSON.stringify(body)}`)
  return body
}

/** Creates a project; name only what matters to the test. */
export const makeProject = (
  client: TestClient,
  only: Partial<Record<'title' | 'summary' | 'task', string>> & { tags?: string[] } = {},
): Promise<ProjectBody> =>
  created(client.post<ProjectBody>('/api/projects', { title: `Project ${unique()}`, summary: '', task: '', tags: [], ...only }))

/** Creates a data set, in a project of its own unless one is named. */
export async function makeDataset(client: TestClient, only: { projectId?: string; name?: string } = {}): Promise<DatasetBody> {
  const projectId = only.projectId ?? (await makeProject(client)).id
  return created(client.post<DatasetBody>('/api/datasets', { projectId, name: only.name ?? `set ${unique()}` }))
}

/** Begins an upload. */
export const makeUpload = (
  client: TestClient,
  datasetId: string,
  only: { name?: string; size: number; contentType?: string },
): Promise<UploadBody> =>
  created(
    client.post<UploadBody>('/api/uploads', {
      target: { kind: 'dataset', id: datasetId },
      name: only.name ?? `${unique()}.bin`,
      size: only.size,
      contentType: only.contentType ?? 'application/octet-stream',
    }),
  )

/** Sends the bytes of one part to its presigned address. @returns its ETag */
export async function sendPart(url: string | null, bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const answer = await fetch(url ?? 'no address', { method: 'PUT', body: bytes })
  const text = await answer.text()
  if (answer.status !== 200) throw new Error(`the store refused a part: ${answer.status} ${text}`)
  return answer.headers.get('etag') ?? ''
}

/** Sends every part that is not done, cut out of the whole. @returns all parts, those that were done included */
export const sendParts = (upload: Pick<UploadBody, 'partSize' | 'parts'>, bytes: Uint8Array<ArrayBuffer>): Promise<Sent[]> =>
  Promise.all(
    upload.parts.map(async ({ number, etag, url }) => {
      const start = (number - 1) * upload.partSize
      return { number, etag: etag ?? (await sendPart(url, bytes.slice(start, start + upload.partSize))) }
    }),
  )
