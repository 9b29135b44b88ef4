import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal } from '../../test/fake-portal'
import { makeDataset } from '../../test/make'
import type { Upload } from '../components/models'
import { useUploadsStore } from './uploads'

const target = { datasetId: 'd1', projectSlug: 'iris' }

/** An object store in place of XMLHttpRequest: keeps PUTs open until they are answered. */
class FakeRequest extends EventTarget {
  static open: FakeRequest[] = []
  readonly upload = new EventTarget()
  status = 0
  url = ''
  open(_method: string, url: string): void {
    this.url = url
  }
  send(): void {
    FakeRequest.open.push(this)
  }
  abort(): void {
    FakeRequest.open = FakeRequest.open.filter((request) => request !== this)
    this.dispatchEvent(new Event('abort'))
  }
  getResponseHeader(): string {
    return '"etag"'
  }
  static answerAll(): void {
    for (const request of FakeRequest.open.splice(0)) {
      request.status = 200
      request.dispatchEvent(new Event('load'))
    }
  }
}

function makeUpload(id: string, name: string, size: number, done = false): Upload {
  const part = { number: 1, size, done, etag: done ? '"etag"' : null, url: done ? null : `http://store/${id}` }
  const times = { expiresAt: '', createdAt: '' }
  return { id, target: { kind: 'dataset', id: 'd1' }, name, size, contentType: '', status: 'pending', partSize: 8, parts: [part], ...times }
}

function portal(pending: Upload[] = []): string[] {
  let made = 0
  const file = { id: 'f', datasetId: 'd1', name: '', size: 0, contentType: '', checksum: '', createdAt: '' }
  const handlers: Parameters<typeof fakePortal>[0] = {
    'POST /uploads': ({ body }) => {
      made += 1
      const { name, size } = body as { name: string; size: number }
      return { status: 201, body: makeUpload(`n${made}`, name, size) }
    },
    'GET /uploads': () => ({ body: { items: pending.map((upload) => ({ ...upload, parts: [] })), nextCursor: null } }),
    'GET /datasets/d1': () => ({ body: makeDataset() }),
  }
  for (const id of ['n1', 'n2', 'n3', 'old']) {
    handlers[`POST /uploads/${id}/complete`] = () => ({ body: { upload: makeUpload(id, '', 0), file } })
    handlers[`DELETE /uploads/${id}`] = () => ({ status: 204 })
  }
  for (const upload of pending) handlers[`GET /uploads/${upload.id}`] = () => ({ body: upload })
  return fakePortal(handlers)
}

beforeEach(() => {
  setActivePinia(createPinia())
  FakeRequest.open = []
  vi.stubGlobal('XMLHttpRequest', FakeRequest)
})
afterEach(() => vi.unstubAllGlobals())

const states = (uploads: ReturnType<typeof useUploadsStore>): string[] => uploads.list.map(({ name, state }) => `${name} ${state}`)

it('sends two files at a time, the others wait', async () => {
  portal()
  const uploads = useUploadsStore()
  await uploads.add([new File(['1'], 'a'), new File(['2'], 'b'), new File(['3'], 'c')], target)
  await vi.waitFor(() => expect(FakeRequest.open).toHaveLength(2))
  expect(states(uploads)).toEqual(['a uploading', 'b uploading', 'c queued'])
  FakeRequest.answerAll()
  await vi.waitFor(() => expect(states(uploads)).toEqual(['a done', 'b done', 'c uploading']))
  FakeRequest.answerAll()
  await vi.waitFor(() => expect(uploads.active).toBe(0))
})

it('pauses a file that waits and one that travels, and goes on', async () => {
  portal()
  const uploads = useUploadsStore()
  await uploads.add([new File(['1'], 'a'), new File(['2'], 'b'), new File(['3'], 'c')], target)
  await vi.waitFor(() => expect(FakeRequest.open).toHaveLength(2))
  const [a, , c] = uploads.list
  uploads.pause(c?.key ?? 0)
  uploads.pause(a?.key ?? 0)
  expect(states(uploads)).toEqual(['a paused', 'b uploading', 'c paused'])
  uploads.resume(c?.key ?? 0)
  await vi.waitFor(() => expect(states(uploads)).toEqual(['a paused', 'b uploading', 'c uploading']))
})

it('takes up what an earlier visit left when the same file is given again', async () => {
  const calls = portal([makeUpload('old', 'a', 1, true)])
  const uploads = useUploadsStore()
  await uploads.loadPending('p1')
  expect(uploads.pending.map(({ name }) => name)).toEqual(['a'])
  await uploads.add([new File(['1'], 'a')], target)
  await vi.waitFor(() => expect(states(uploads)).toEqual(['a done']))
  expect(uploads.pending).toEqual([])
  expect(calls).not.toContain('POST /uploads')
  expect(calls).toContain('POST /uploads/old/complete')
  expect(FakeRequest.open).toHaveLength(0)
})

it('refuses another file for an unfinished upload', async () => {
  const old = makeUpload('old', 'a', 1)
  portal([old])
  const uploads = useUploadsStore()
  await uploads.loadPending('p1')
  expect(await uploads.takeUp(old, new File(['22'], 'a'), 'iris')).toBe(false)
  expect(await uploads.takeUp(old, new File(['2'], 'b'), 'iris')).toBe(false)
  expect(uploads.pending).toHaveLength(1)
})

it('cancels: nothing stays here or there', async () => {
  const calls = portal()
  const uploads = useUploadsStore()
  await uploads.add([new File(['1'], 'a')], target)
  await vi.waitFor(() => expect(FakeRequest.open).toHaveLength(1))
  await uploads.cancel(uploads.list[0]?.key ?? 0)
  expect(uploads.list).toEqual([])
  expect(FakeRequest.open).toEqual([])
  expect(calls.filter((call) => call.startsWith('DELETE'))).toEqual(['DELETE /uploads/n1'])
})
