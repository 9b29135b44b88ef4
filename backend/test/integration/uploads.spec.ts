import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { setClock } from '../../src/common/clock.js'
import { DatasetFileRepository } from '../../src/modules/datasets/dataset.repository.js'
import { EventBus, type VitrineEvents } from '../../src/modules/events/event-bus.js'
import { UploadRepository } from '../../src/modules/uploads/upload.repository.js'
import { ObjectStore } from '../../src/platform/object-store/object-store.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import {
  makeDataset,
  makeProject,
  makeUpload,
  sendPart,
  sendParts,
  type DatasetBody,
  type Sent,
  type UploadBody,
} from '../factories/datasets.js'
import { failOnce } from '../fakes/fail-once.js'
import { TcpProxy } from '../fakes/tcp-proxy.js'
import { testServices } from '../services.js'

interface FileBody {
  id: string
  name: string
  size: number
  contentType: string
  checksum: string
}
interface CompletedBody {
  upload: UploadBody
  file: FileBody
}

const { s3 } = testServices(import.meta.filename)
const MIB = 2 ** 20
const DAY = 24 * 3_600_000

let proxy: TcpProxy
let portal: TestApp
let client: TestClient
/** For what is refused: nothing comes into it. */
let empty: DatasetBody

const start = () =>
  startApp({ spec: import.meta.filename, env: { S3_ENDPOINT: proxy.through(s3.endpoint), S3_PUBLIC_ENDPOINT: s3.endpoint } })

/** The session outlives the restart, as that of a browser does. */
const restart = async () => {
  await portal.stop()
  portal = await start()
  client.url = portal.url
}

beforeAll(async () => {
  proxy = await TcpProxy.to(s3.endpoint)
  portal = await start()
  client = await portal.signedIn()
  empty = await makeDataset(client)
})
afterAll(async () => {
  await portal.remove()
  await proxy.cut()
})

const bytesOf = (size: number) => new Uint8Array(randomBytes(size))
const complete = <T = CompletedBody>(upload: UploadBody, parts: Sent[], by = client) =>
  by.post<T>(`/api/uploads/${upload.id}/complete`, { parts })
const filesOf = async (dataset: DatasetBody, by = client) =>
  (await by.get<{ items: FileBody[] }>(`/api/datasets/${dataset.id}/files`)).body.items
const countsOf = async (dataset: DatasetBody, by = client) => {
  const { fileCount, sizeBytes } = (await by.get<DatasetBody>(`/api/datasets/${dataset.id}`)).body
  return { fileCount, sizeBytes }
}
const download = async (dataset: DatasetBody, file: FileBody, by = client) => {
  const link = await by.get<null>(`/api/datasets/${dataset.id}/files/${file.id}/download`)
  const answer = await fetch(link.headers.get('location') ?? '')
  return { status: answer.status, headers: answer.headers, bytes: new Uint8Array(await answer.arrayBuffer()) }
}
const statusOf = async (upload: UploadBody, by = client) => (await by.get<UploadBody>(`/api/uploads/${upload.id}`)).body.status

describe('an upload', () => {
  it('goes from the browser into the store in parts and becomes a file that can be fetched', async () => {
    const dataset = await makeDataset(client)
    const bytes = bytesOf(16 * MIB + 1234)
    const upload = await makeUpload(client, dataset.id, { name: 'naïve data.csv', size: bytes.length, contentType: 'text/csv' })
    expect(upload).toMatchObject({ status: 'pending', partSize: 16 * MIB, name: 'naïve data.csv' })
    expect(upload.parts.map(({ number, size }) => ({ number, size }))).toEqual([
      { number: 1, size: 16 * MIB },
      { number: 2, size: 1234 },
    ])
    expect(await filesOf(dataset)).toEqual([])

    const { status, body } = await complete(upload, await sendParts(upload, bytes))
    expect(status).toBe(200)
    const sums = [bytes.subarray(0, 16 * MIB), bytes.subarray(16 * MIB)].map((part) => createHash('md5').update(part).digest())
    const checksum = `${createHash('md5').update(Buffer.concat(sums)).digest('hex')}-2`
    expect(body.file).toMatchObject({ name: 'naïve data.csv', size: bytes.length, contentType: 'text/csv', checksum })
    expect(body.upload.status).toBe('completed')

    const fetched = await download(dataset, body.file)
    expect(fetched.headers.get('content-type')).toBe('text/csv')
    expect(fetched.headers.get('content-disposition')).toContain("filename*=UTF-8''na%C3%AFve%20data.csv")
    expect(Buffer.compare(fetched.bytes, bytes)).toBe(0)
    expect(await filesOf(dataset)).toEqual([body.file])
    expect(await countsOf(dataset)).toEqual({ fileCount: 1, sizeBytes: bytes.length })
  })

  it('works for an empty file, as one empty part', async () => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { size: 0 })
    expect(upload.parts).toHaveLength(1)
    const { status, body } = await complete(upload, await sendParts(upload, new Uint8Array(0)))
    expect(status).toBe(200)
    expect(body.file.size).toBe(0)
    const fetched = await download(dataset, body.file)
    expect([fetched.status, fetched.bytes.length]).toEqual([200, 0])
    expect(await countsOf(dataset)).toEqual({ fileCount: 1, sizeBytes: 0 })
  })

  it('of 20 GiB is answered fast and small', async () => {
    const dataset = await makeDataset(client)
    const from = performance.now()
    const upload = await makeUpload(client, dataset.id, { size: 20 * 2 ** 30 })
    expect(performance.now() - from).toBeLessThan(2_000)
    expect(upload.parts).toHaveLength(320)
    expect(JSON.stringify(upload).length).toBeLessThan(256 * 1024)
    expect((await client.delete(`/api/uploads/${upload.id}`)).status).toBe(204)
  })

  it('of the largest size has no more parts than S3 takes', async () => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { size: 5 * 2 ** 40 })
    expect(upload.parts.length).toBeLessThanOrEqual(10_000)
    expect(upload.parts.length * upload.partSize).toBeGreaterThanOrEqual(5 * 2 ** 40)
    await client.delete(`/api/uploads/${upload.id}`)
  })

  it('is taken up again where it stopped', async () => {
    const dataset = await makeDataset(client)
    const bytes = bytesOf(32 * MIB + 10)
    const begun = await makeUpload(client, dataset.id, { size: bytes.length })
    const second = await sendPart(begun.parts[1]?.url ?? null, bytes.slice(16 * MIB, 32 * MIB))
    const listed = await client.get<{ items: UploadBody[] }>(`/api/uploads?projectId=${dataset.projectId}`)
    expect(listed.body.items.map(({ id }) => id)).toEqual([begun.id])

    const { body: resumed } = await client.get<UploadBody>(`/api/uploads/${begun.id}`)
    expect(resumed.parts.map(({ done }) => done)).toEqual([false, true, false])
    expect(resumed.parts[1]).toMatchObject({ etag: second.replaceAll('"', ''), url: null })
    const completed = await complete(resumed, await sendParts(resumed, bytes))
    expect(completed.status).toBe(200)
    expect(Buffer.compare((await download(dataset, completed.body.file)).bytes, bytes)).toBe(0)
    const after = await client.get<{ items: UploadBody[] }>(`/api/uploads?projectId=${dataset.projectId}`)
    expect(after.body.items).toEqual([])
  })

  it('gives fresh addresses when the old ones have expired', async () => {
    const dataset = await makeDataset(client)
    const restore = setClock(() => new Date(Date.now() - 2 * 3_600_000))
    const upload = await makeUpload(client, dataset.id, { size: 3 }).finally(restore)
    const expired = await fetch(upload.parts[0]?.url ?? '', { method: 'PUT', body: bytesOf(3) })
    expect(expired.status).toBe(403)
    expect(await expired.text()).toContain('expired')
    const { body: fresh } = await client.get<UploadBody>(`/api/uploads/${upload.id}`)
    expect((await complete(fresh, await sendParts(fresh, bytesOf(3)))).status).toBe(200)
  })

  it('tells everyone who listens that it is completed, once', async () => {
    const dataset = await makeDataset(client)
    const heard: VitrineEvents['upload.completed'][] = []
    const end = portal.app.get(EventBus).on('upload.completed', (event) => heard.push(event))
    const upload = await makeUpload(client, dataset.id, { size: 1 })
    const parts = await sendParts(upload, bytesOf(1))
    const answers = await Promise.all([complete(upload, parts), complete(upload, parts), complete(upload, parts)])
    end()
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    const [first] = answers
    expect(heard).toEqual([{ uploadId: upload.id, datasetId: dataset.id, projectId: dataset.projectId, fileId: first?.body.file.id }])
  })
})

describe('completing', () => {
  it('twice at the same time and again later gives the same file', async () => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { size: 5 })
    const parts = await sendParts(upload, bytesOf(5))
    const both = await Promise.all([complete(upload, parts), complete(upload, parts)])
    const later = await complete(upload, parts)
    expect(both.map(({ status }) => status)).toEqual([200, 200])
    expect(both[1].body.file).toEqual(both[0].body.file)
    expect(later.body.file).toEqual(both[0].body.file)
    expect(await countsOf(dataset)).toEqual({ fileCount: 1, sizeBytes: 5 })
  })

  it('says which parts are missing, and works once they are there', async () => {
    const dataset = await makeDataset(client)
    const bytes = bytesOf(32 * MIB + 1)
    const upload = await makeUpload(client, dataset.id, { size: bytes.length })
    const first = await sendPart(upload.parts[0]?.url ?? null, bytes.slice(0, 16 * MIB))
    const answer = await complete<ProblemBody>(upload, [{ number: 1, etag: first }])
    expect(answer.status).toBe(409)
    expect(answer.body).toMatchObject({ code: 'upload-part-missing', detail: expect.stringContaining('2-3') as string })
    const claimed = await complete<ProblemBody>(
      upload,
      [1, 2, 3].map((number) => ({ number, etag: first })),
    )
    expect(claimed.body.code).toBe('upload-part-missing')
    const { body: resumed } = await client.get<UploadBody>(`/api/uploads/${upload.id}`)
    expect((await complete(resumed, await sendParts(resumed, bytes))).status).toBe(200)
  })

  it('refuses an ETag that is not that of the part', async () => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { size: 3 })
    const parts = await sendParts(upload, bytesOf(3))
    const answer = await complete<ProblemBody>(upload, [{ number: 1, etag: '0'.repeat(32) }])
    expect([answer.status, answer.body.code]).toEqual([409, 'upload-part-mismatch'])
    expect((await complete(upload, parts)).status).toBe(200)
  })

  it.each([2, 4])('refuses 3 announced bytes when %d arrived, until the right ones do', async (size) => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { size: 3 })
    const answer = await complete<ProblemBody>(upload, await sendParts(upload, bytesOf(size)))
    expect([answer.status, answer.body.code]).toEqual([409, 'upload-size-mismatch'])
    expect(answer.body.detail).toContain(`3 bytes were announced, ${size} arrived`)
    const { body: again } = await client.get<UploadBody>(`/api/uploads/${upload.id}`)
    expect(again.parts[0]?.done).toBe(false)
    expect((await complete(again, await sendParts(again, bytesOf(3)))).status).toBe(200)
  })

  it('refuses part numbers that are not in the plan', async () => {
    const upload = await makeUpload(client, empty.id, { size: 3 })
    const parts = await sendParts(upload, bytesOf(3))
    const answer = await complete<ProblemBody>(upload, [...parts, { number: 2, etag: 'x' }])
    expect([answer.status, answer.body.code]).toEqual([400, 'validation-failed'])
    expect(answer.body.errors?.[0]?.path).toBe('parts.1.number')
  })

  it.each([
    ['no list', { parts: 'all' }],
    ['a list of nothing sensible', { parts: [null, 1, 'x', []] }],
    ['a part without an ETag', { parts: [{ number: 1 }] }],
    ['a number that is a text', { parts: [{ number: '1', etag: 'x' }] }],
    ['an unknown field', { parts: [], size: 3 }],
    ['too many parts', { parts: Array.from({ length: 10_001 }, (_, i) => ({ number: i + 1, etag: 'x' })) }],
  ])('refuses a body with %s', async (_, body) => {
    const upload = await makeUpload(client, empty.id, { size: 3 })
    const answer = await client.post(`/api/uploads/${upload.id}/complete`, body)
    expect([answer.status, answer.body.code]).toEqual([400, 'validation-failed'])
  })
})

describe('the name of a file', () => {
  it('is taken for good by the one that is completed first, and free again once that is deleted', async () => {
    const dataset = await makeDataset(client)
    const [one, two] = await Promise.all([1, 2].map((size) => makeUpload(client, dataset.id, { name: 'same.csv', size })))
    if (!one || !two) throw new Error('unreachable')
    const [sentOne, sentTwo] = [await sendParts(one, bytesOf(1)), await sendParts(two, bytesOf(2))]
    const answers = await Promise.all([
      complete<CompletedBody & ProblemBody>(one, sentOne),
      complete<CompletedBody & ProblemBody>(two, sentTwo),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const lost = answers[0].status === 409 ? 0 : 1
    expect(answers[lost]?.body.code).toBe('file-name-taken')
    const early = await client.post('/api/uploads', { target: { kind: 'dataset', id: dataset.id }, name: 'same.csv', size: 1 })
    expect([early.status, early.body.code]).toEqual([409, 'file-name-taken'])

    const [file] = await filesOf(dataset)
    expect((await client.delete(`/api/datasets/${dataset.id}/files/${file?.id}`)).status).toBe(204)
    expect(await filesOf(dataset)).toEqual([])
    const retried = lost === 0 ? await complete(one, sentOne) : await complete(two, sentTwo)
    expect(retried.status).toBe(200)
    expect(await countsOf(dataset)).toEqual({ fileCount: 1, sizeBytes: retried.body.file.size })
  })

  it('is the same in every spelling of its characters', async () => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { name: 'caf\u00e9.csv', size: 1 })
    await complete(upload, await sendParts(upload, bytesOf(1)))
    const answer = await client.post('/api/uploads', { target: { kind: 'dataset', id: dataset.id }, name: 'cafe\u0301.csv', size: 1 })
    expect(answer.body.code).toBe('file-name-taken')
  })

  it.each(['', ' ', '.', '..', '../etc/passwd', 'a/b', 'a\\b', 'a\u0000b', 'a\nb', 'x'.repeat(256), 'half\ud800', 'a\u202evsc.exe'])(
    'must not be %j',
    async (name) => {
      const answer = await client.post('/api/uploads', { target: { kind: 'dataset', id: empty.id }, name, size: 1 })
      expect([answer.status, answer.body.code]).toEqual([400, 'validation-failed'])
      expect(answer.body.errors?.map(({ path }) => path)).toEqual(['name'])
    },
  )

  it.each(['...', '..a', 'a b', "it's (1).csv", '數據.parquet', '\u{1f600}.bin', '%2e%2e%2f', 'x'.repeat(255)])(
    'may be %j',
    async (name) => {
      const dataset = await makeDataset(client)
      const upload = await makeUpload(client, dataset.id, { name, size: 1 })
      const { status, body } = await complete(upload, await sendParts(upload, bytesOf(1)))
      expect([status, body.file.name]).toEqual([200, name])
      expect((await download(dataset, body.file)).status).toBe(200)
    },
  )
})

describe('an intent', () => {
  it.each([
    ['a negative size', { size: -1 }, 'size'],
    ['half a byte', { size: 0.5 }, 'size'],
    ['a size as a text', { size: '1' }, 'size'],
    ['a size beyond what a number can count', { size: 2 ** 53 }, 'size'],
    ['no size', { size: undefined }, 'size'],
    ['a content type with a line break', { contentType: 'text/csv\r\nx: y' }, 'contentType'],
    ['a content type that is none', { contentType: 'csv' }, 'contentType'],
    ['another kind of target', { target: { kind: 'bucket', id: '01m7xy77nxfy3p45z8hj66qhqg' } }, 'target.kind'],
    ['an id that is none', { target: { kind: 'dataset', id: '../x' } }, 'target.id'],
    ['no target', { target: undefined }, 'target'],
    ['null as target', { target: null }, 'target'],
    ['an unknown field', { path: '/etc' }, 'path'],
  ])('is refused with %s', async (_, change, path) => {
    const answer = await client.post('/api/uploads', { target: { kind: 'dataset', id: empty.id }, name: 'a', size: 1, ...change })
    expect([answer.status, answer.body.code]).toEqual([400, 'validation-failed'])
    expect(answer.body.errors?.map((error) => error.path)).toEqual([path])
  })

  it('is refused for a file that is larger than allowed, and into a data set that is not there', async () => {
    const large = await client.post('/api/uploads', { target: { kind: 'dataset', id: empty.id }, name: 'a', size: 5 * 2 ** 40 + 1 })
    expect([large.status, large.body.code]).toEqual([422, 'upload-too-large'])
    const nowhere = await client.post('/api/uploads', { target: { kind: 'dataset', id: '01m7xy77nxfy3p45z8hj66qhqg' }, name: 'a', size: 1 })
    expect([nowhere.status, nowhere.body.code]).toEqual([404, 'dataset-not-found'])
    expect((await client.get('/api/uploads/01m7xy77nxfy3p45z8hj66qhqg')).body.code).toBe('upload-not-found')
  })
})

describe('aborting', () => {
  it('throws away what arrived, may be repeated, and ends the upload', async () => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { size: 3 })
    const parts = await sendParts(upload, bytesOf(3))
    expect((await client.delete(`/api/uploads/${upload.id}`)).status).toBe(204)
    expect((await client.delete(`/api/uploads/${upload.id}`)).status).toBe(204)
    expect(await statusOf(upload)).toBe('aborted')
    const answer = await complete<ProblemBody>(upload, parts)
    expect([answer.status, answer.body.code]).toEqual([409, 'upload-not-pending'])
    await vi.waitFor(
      async () => expect((await fetch(upload.parts[0]?.url ?? '', { method: 'PUT', body: bytesOf(3) })).status).toBe(404),
      10_000,
    )
    expect(await filesOf(dataset)).toEqual([])
  })

  it('is refused for a completed one', async () => {
    const upload = await makeUpload(client, (await makeDataset(client)).id, { size: 1 })
    await complete(upload, await sendParts(upload, bytesOf(1)))
    const answer = await client.delete(`/api/uploads/${upload.id}`)
    expect([answer.status, answer.body.code]).toEqual([409, 'upload-not-pending'])
  })

  it('happens by itself when the store has given the upload up', async () => {
    const upload = await makeUpload(client, (await makeDataset(client)).id, { size: 1 })
    const stored = await portal.app.get(UploadRepository, { strict: false }).findById(upload.id)
    if (!stored) throw new Error('unreachable')
    const key = `projects/${stored.projectId}/datasets/${stored.target.id}/${stored.fileId}`
    await portal.app.get(ObjectStore).abortUploads(key, stored.storeUploadId)
    expect((await client.get(`/api/uploads/${upload.id}`)).body.code).toBe('upload-not-found')
    await vi.waitFor(async () => expect(await statusOf(upload)).toBe('aborted'), 15_000)
  })
})

describe('deleting', () => {
  const keyOf = (dataset: DatasetBody, file: { id: string }) => `projects/${dataset.projectId}/datasets/${dataset.id}/${file.id}`
  const isGone = (key: string) => vi.waitFor(async () => expect(await portal.app.get(ObjectStore).stat(key)).toBeNull(), 15_000)
  const stored = async (dataset: DatasetBody, size = 4) => {
    const upload = await makeUpload(client, dataset.id, { size })
    return (await complete(upload, await sendParts(upload, bytesOf(size)))).body.file
  }

  it('a file removes its object, and only that', async () => {
    const dataset = await makeDataset(client)
    const [file, other] = [await stored(dataset), await stored(dataset, 6)]
    expect((await client.delete(`/api/datasets/${dataset.id}/files/${file.id}`)).status).toBe(204)
    expect((await client.delete(`/api/datasets/${dataset.id}/files/${file.id}`)).body.code).toBe('file-not-found')
    expect((await client.get(`/api/datasets/${dataset.id}/files/${file.id}/download`)).body.code).toBe('file-not-found')
    await isGone(keyOf(dataset, file))
    expect(await countsOf(dataset)).toEqual({ fileCount: 1, sizeBytes: 6 })
    expect((await download(dataset, other)).status).toBe(200)
  })

  it('a data set removes files and uploads, hides them at once and frees the name', async () => {
    const dataset = await makeDataset(client, { name: 'to go' })
    const file = await stored(dataset)
    const pending = await makeUpload(client, dataset.id, { size: 9 })
    expect((await client.delete(`/api/datasets/${dataset.id}`)).status).toBe(204)
    expect((await client.get(`/api/datasets/${dataset.id}`)).body.code).toBe('dataset-not-found')
    expect((await client.get(`/api/uploads/${pending.id}`)).body.code).toBe('upload-not-found')
    await makeDataset(client, { projectId: dataset.projectId, name: 'to go' })
    await isGone(keyOf(dataset, file))
    await vi.waitFor(
      async () => expect((await fetch(pending.parts[0]?.url ?? '', { method: 'PUT', body: bytesOf(9) })).status).toBe(404),
      15_000,
    )
  })

  it('a project removes its data sets', async () => {
    const dataset = await makeDataset(client)
    const file = await stored(dataset)
    expect((await client.delete(`/api/projects/${dataset.projectId}`)).status).toBe(204)
    expect((await client.get(`/api/datasets/${dataset.id}`)).status).toBe(404)
    await isGone(keyOf(dataset, file))
    const files = portal.app.get(DatasetFileRepository, { strict: false })
    await vi.waitFor(async () => expect(await files.findDeleting(dataset.id)).toEqual([]), 15_000)
  })
})

describe('a crash', () => {
  type Moment = 'before' | 'after'
  const movingTo = (state: string) => (_id: unknown, _from: unknown, to: unknown) => to === state
  const store = () => portal.app.get(ObjectStore)
  const uploads = () => portal.app.get(UploadRepository, { strict: false })
  const files = () => portal.app.get(DatasetFileRepository, { strict: false })
  const steps: [string, (moment: Moment) => void][] = [
    ['listing the parts', (moment) => failOnce(store(), 'listParts', moment)],
    ['recording that it is being completed', (moment) => failOnce(uploads(), 'move', moment, movingTo('completing'))],
    ['claiming the name', (moment) => failOnce(files(), 'claim', moment)],
    ['making the object', (moment) => failOnce(store(), 'completeUpload', moment)],
    ['checking the object', (moment) => failOnce(store(), 'stat', moment)],
    ['showing the file', (moment) => failOnce(files(), 'publish', moment)],
    ['recording that it is completed', (moment) => failOnce(uploads(), 'move', moment, movingTo('completed'))],
  ]

  for (const [step, fail] of steps)
    for (const moment of ['before', 'after'] as const)
      it(`${moment} ${step} loses nothing: the next start or call completes it`, async () => {
        const dataset = await makeDataset(client)
        const upload = await makeUpload(client, dataset.id, { size: 7 })
        const bytes = bytesOf(7)
        const parts = await sendParts(upload, bytes)
        fail(moment)
        expect((await complete(upload, parts)).status).toBe(503)
        await restart()
        const { status, body } = await complete(upload, parts)
        expect(status).toBe(200)
        expect(await filesOf(dataset)).toEqual([body.file])
        expect(await countsOf(dataset)).toEqual({ fileCount: 1, sizeBytes: 7 })
        expect(Buffer.compare((await download(dataset, body.file)).bytes, bytes)).toBe(0)
      })

  it('after the parts were checked is finished by the next start alone', async () => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { size: 7 })
    const parts = await sendParts(upload, bytesOf(7))
    await proxy.cut()
    expect((await complete(upload, parts)).status).toBe(503)
    await portal.stop()
    await proxy.mend()
    // Not even the parts had been listed: it is still the client's turn.
    portal = await start()
    client.url = portal.url
    expect(await statusOf(upload)).toBe('pending')
    failOnce(store(), 'completeUpload', 'after')
    expect((await complete(upload, parts)).status).toBe(503)
    await restart()
    await vi.waitFor(async () => expect(await filesOf(dataset)).toHaveLength(1), 10_000)
    expect(await statusOf(upload)).toBe('completed')
  })

  it('between the intent and the store leaves nothing that stays', async () => {
    const dataset = await makeDataset(client)
    failOnce(uploads(), 'begin', 'before')
    const answer = await client.post('/api/uploads', { target: { kind: 'dataset', id: dataset.id }, name: 'a', size: 1 })
    expect(answer.status).toBe(503)
    expect((await client.get<{ items: unknown[] }>(`/api/uploads?projectId=${dataset.projectId}`)).body.items).toEqual([])
    await vi.waitFor(async () => expect(await uploads().findUnfinishedInto(dataset.id)).toEqual([]), 10_000)
  })
})

describe('an upload that nobody completes', () => {
  it('is given up after its time by the sweep of a start', async () => {
    const dataset = await makeDataset(client)
    const restore = setClock(() => new Date(Date.now() - 8 * DAY))
    const old = await makeUpload(client, dataset.id, { size: 1 }).finally(restore)
    const young = await makeUpload(client, dataset.id, { size: 1 })
    await restart()
    await vi.waitFor(async () => expect(await statusOf(old)).toBe('aborted'), 10_000)
    expect(await statusOf(young)).toBe('pending')
  })
})

describe('while the object store is away', () => {
  it('everything that needs it answers 503 with Retry-After, the rest works, and it recovers by itself', async () => {
    const dataset = await makeDataset(client)
    const upload = await makeUpload(client, dataset.id, { size: 3 })
    const parts = await sendParts(upload, bytesOf(3))
    const done = await makeUpload(client, dataset.id, { size: 2 })
    const { body } = await complete(done, await sendParts(done, bytesOf(2)))
    await proxy.cut()
    try {
      const answers = [
        await client.post('/api/uploads', { target: { kind: 'dataset', id: dataset.id }, name: 'a', size: 1 }),
        await client.get(`/api/uploads/${upload.id}`),
        await complete<ProblemBody>(upload, parts),
      ]
      for (const answer of answers) {
        expect([answer.status, answer.body.code]).toEqual([503, 'object-store-unavailable'])
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      }
      await vi.waitFor(async () => expect((await fetch(`${portal.url}/readyz`)).status).toBe(503), 10_000)
      expect(await filesOf(dataset)).toHaveLength(1)
      expect((await client.delete(`/api/datasets/${dataset.id}/files/${body.file.id}`)).status).toBe(204)
      expect(await filesOf(dataset)).toEqual([])
    } finally {
      await proxy.mend()
    }
    await vi.waitFor(async () => expect((await fetch(`${portal.url}/readyz`)).status).toBe(200), 10_000)
    expect((await complete(upload, parts)).status).toBe(200)
    const key = `projects/${dataset.projectId}/datasets/${dataset.id}/${body.file.id}`
    await vi.waitFor(async () => expect(await portal.app.get(ObjectStore).stat(key)).toBeNull(), 15_000)
  })
})

it('lists pending uploads page by page', async () => {
  const { id: projectId } = await makeProject(client)
  const dataset = await makeDataset(client, { projectId })
  const made: string[] = []
  for (let i = 0; i < 5; i++) made.unshift((await makeUpload(client, dataset.id, { size: 1 })).id)
  const seen: string[] = []
  let cursor = ''
  do {
    const { body } = await client.get<{ items: UploadBody[]; nextCursor: string | null }>(
      `/api/uploads?projectId=${projectId}&limit=2${cursor}`,
    )
    seen.push(...body.items.map(({ id }) => id))
    cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`
  } while (cursor !== '')
  expect([...seen].sort()).toEqual([...made].sort())
})
