import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { makeDataset, makeProject, makeUpload, sendParts, type DatasetBody } from '../factories/datasets.js'
import { makeUser } from '../factories/users.js'

interface FileBody {
  id: string
  name: string
}
interface Page<T> {
  items: T[]
  nextCursor: string | null
}

let portal: TestApp
let client: TestClient

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  client = await portal.signedIn()
})
afterAll(() => portal.remove())

const NOBODY = '01m7xy77nxfy3p45z8hj66qhqg'

async function addFile(dataset: DatasetBody, name: string, size: number): Promise<FileBody> {
  const upload = await makeUpload(client, dataset.id, { name, size })
  const parts = await sendParts(upload, new Uint8Array(size))
  const { body } = await client.post<{ file: FileBody }>(`/api/uploads/${upload.id}/complete`, { parts })
  return body.file
}

async function all<T>(path: string): Promise<T[]> {
  const items: T[] = []
  let cursor = ''
  do {
    const { body } = await client.get<Page<T>>(`${path}${path.includes('?') ? '&' : '?'}limit=2${cursor}`)
    items.push(...body.items)
    cursor = body.nextCursor === null ? '' : `&cursor=${encodeURIComponent(body.nextCursor)}`
  } while (cursor !== '')
  return items
}

describe('a data set', () => {
  it('is created, read and listed with what its files add up to', async () => {
    const project = await makeProject(client)
    const created = await client.post<DatasetBody>('/api/datasets', { projectId: project.id, name: 'iris' })
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ projectId: project.id, name: 'iris', fileCount: 0, sizeBytes: 0, revision: 1 })
    await addFile(created.body, 'a.csv', 10)
    await addFile(created.body, 'b.csv', 20)
    const empty = await makeDataset(client, { projectId: project.id })
    const { body } = await client.get<DatasetBody>(`/api/datasets/${created.body.id}`)
    expect(body).toMatchObject({ fileCount: 2, sizeBytes: 30 })
    expect(body.revision).toBeGreaterThan(1)
    expect(await all<DatasetBody>(`/api/datasets?projectId=${project.id}`)).toEqual([empty, body])
  })

  it('has a name of its own within the project, also when ten are made at once', async () => {
    const project = await makeProject(client)
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.post('/api/datasets', { projectId: project.id, name: 'twin' })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    const refused = answers.filter(({ status }) => status === 409)
    expect(refused).toHaveLength(9)
    expect(refused[0]?.body.code).toBe('dataset-name-taken')
    await makeDataset(client, { name: 'twin' })
  })

  it.each([
    ['no name', { name: undefined }, 'name'],
    ['a blank name', { name: '  ' }, 'name'],
    ['a name of 121 characters', { name: 'x'.repeat(121) }, 'name'],
    ['a project that is none', { projectId: 'x' }, 'projectId'],
    ['an unknown field', { size: 1 }, 'size'],
  ])('is not made with %s', async (_, change, path) => {
    const project = await makeProject(client)
    const answer = await client.post('/api/datasets', { projectId: project.id, name: 'x', ...change })
    expect([answer.status, answer.body.errors?.map((error) => error.path)]).toEqual([400, [path]])
  })

  it('is not made in, nor listed of, a project that is not there', async () => {
    expect((await client.post('/api/datasets', { projectId: NOBODY, name: 'x' })).body.code).toBe('project-not-found')
    expect((await client.get(`/api/datasets?projectId=${NOBODY}`)).body.code).toBe('project-not-found')
    expect((await client.get('/api/datasets')).status).toBe(400)
    expect((await client.get(`/api/datasets/${NOBODY}`)).body.code).toBe('dataset-not-found')
    expect((await client.get(`/api/datasets/${NOBODY}/files`)).body.code).toBe('dataset-not-found')
  })

  it('lists its files by name, page by page', async () => {
    const dataset = await makeDataset(client)
    for (const name of ['c', 'a', 'e', 'b', 'd']) await addFile(dataset, name, 1)
    expect((await all<FileBody>(`/api/datasets/${dataset.id}/files`)).map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('serves a file only under its own id', async () => {
    const [dataset, other] = [await makeDataset(client), await makeDataset(client)]
    const file = await addFile(dataset, 'a', 1)
    for (const path of [`${other.id}/files/${file.id}`, `${dataset.id}/files/${NOBODY}`]) {
      expect((await client.get(`/api/datasets/${path}/download`)).body.code).toBe('file-not-found')
      expect((await client.delete(`/api/datasets/${path}`)).body.code).toBe('file-not-found')
    }
    const link = await client.get(`/api/datasets/${dataset.id}/files/${file.id}/download`)
    expect([link.status, link.headers.get('cache-control')]).toEqual([302, 'no-store'])
  })
})

it('everyone who is signed in may read; only the owner of the project and admins may change', async () => {
  const { client: bob } = await makeUser(portal, 'bob')
  const dataset = await makeDataset(client)
  const file = await addFile(dataset, 'a', 1)
  const upload = await makeUpload(client, dataset.id, { size: 1 })
  for (const path of [`/api/datasets?projectId=${dataset.projectId}`, `/api/datasets/${dataset.id}`, `/api/datasets/${dataset.id}/files`])
    expect([path, (await bob.get(path)).status]).toEqual([path, 200])
  expect((await bob.get(`/api/datasets/${dataset.id}/files/${file.id}/download`)).status).toBe(302)

  const refused = [
    await bob.post('/api/datasets', { projectId: dataset.projectId, name: 'x' }),
    await bob.delete(`/api/datasets/${dataset.id}`),
    await bob.delete(`/api/datasets/${dataset.id}/files/${file.id}`),
    await bob.post('/api/uploads', { target: { kind: 'dataset', id: dataset.id }, name: 'x', size: 1 }),
    await bob.get(`/api/uploads?projectId=${dataset.projectId}`),
    // Its answer would carry addresses to write to.
    await bob.get(`/api/uploads/${upload.id}`),
    await bob.post(`/api/uploads/${upload.id}/complete`, { parts: [] }),
    await bob.delete(`/api/uploads/${upload.id}`),
  ]
  for (const answer of refused) expect([answer.status, answer.body.code]).toEqual([403, 'not-allowed'])

  const own = await makeProject(bob)
  const mine = await makeDataset(bob, { projectId: own.id })
  const admin = await makeUpload(client, mine.id, { size: 1 })
  expect((await bob.delete(`/api/uploads/${admin.id}`)).status).toBe(204)
})
