import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { setClock } from '../../src/common/clock.js'
import { Health } from '../../src/common/health.js'
import { newId } from '../../src/common/ids.js'
import { DomainError } from '../../src/common/problem/domain-error.js'
import { parseConfig, type Config } from '../../src/config/config.js'
import { MinioObjectStore } from '../../src/platform/object-store/minio-object-store.js'
import { testServices } from '../services.js'

const { s3, mongoUri } = testServices(import.meta.filename)

const configOf = (change: Record<string, string> = {}): Config =>
  parseConfig({
    VITRINE_SECRET: 'only-for-tests-0123456789abcdefghijklmnop',
    MONGODB_URI: mongoUri,
    S3_ENDPOINT: s3.endpoint,
    S3_ACCESS_KEY: s3.accessKey,
    S3_SECRET_KEY: s3.secretKey,
    S3_REGION: s3.region,
    S3_BUCKET: s3.bucket,
    ...change,
  })

const opened: MinioObjectStore[] = []

function open(change: Record<string, string> = {}): { store: MinioObjectStore; health: Health } {
  const health = new Health()
  const store = new MinioObjectStore(configOf(change), health)
  opened.push(store)
  store.onApplicationBootstrap()
  return { store, health }
}

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')
const HOUR = 3600

describe('ObjectStore on a real S3 store', () => {
  const key = `test/${newId()}`
  let store: MinioObjectStore
  let health: Health

  const put = async (url: string, body: Uint8Array<ArrayBuffer>) => {
    const answer = await fetch(url, { method: 'PUT', body })
    return { status: answer.status, etag: answer.headers.get('etag')?.replaceAll('"', '') ?? '', text: await answer.text() }
  }
  const send = async (uploadId: string, number: number, body: Uint8Array<ArrayBuffer>, at = key) =>
    put(await store.presignPart({ key: at, uploadId, number }, HOUR), body)

  beforeAll(async () => {
    ;({ store, health } = open())
    await vi.waitFor(async () => expect((await health.check())['objectStore']?.state).toBe('ready'), { timeout: 20_000 })
  })

  afterAll(async () => {
    await store.abortUploads(key, null)
    await store.remove(key)
    for (const one of opened) one.onApplicationShutdown()
  })

  it('makes an object of parts that were sent to presigned addresses', async () => {
    const uploadId = await store.startUpload(key)
    const first = new Uint8Array(5 * 2 ** 20).fill(1)
    const last = new Uint8Array(1000).fill(2)
    const sent = [await send(uploadId, 1, first), await send(uploadId, 2, last)]
    expect(sent.map(({ status }) => status)).toEqual([200, 200])
    expect(await store.listParts(key, uploadId)).toEqual([
      { number: 1, etag: md5(first), size: first.length },
      { number: 2, etag: md5(last), size: 1000 },
    ])
    const etag = `${md5(Buffer.from(md5(first) + md5(last), 'hex'))}-2`
    const parts = sent.map((part, i) => ({ number: i + 1, etag: part.etag }))
    expect(await store.completeUpload(key, uploadId, parts)).toEqual({ outcome: 'completed', etag })
    expect(await store.stat(key)).toEqual({ etag, size: first.length + 1000 })
    expect(await store.completeUpload(key, uploadId, parts)).toEqual({ outcome: 'upload-unknown' })
    expect(await store.listParts(key, uploadId)).toBeNull()
  })

  it('takes one empty part as an empty object', async () => {
    const uploadId = await store.startUpload(key)
    const { status, etag } = await send(uploadId, 1, new Uint8Array(0))
    expect(status).toBe(200)
    expect(await store.listParts(key, uploadId)).toEqual([{ number: 1, etag, size: 0 }])
    expect(await store.completeUpload(key, uploadId, [{ number: 1, etag }])).toMatchObject({ outcome: 'completed' })
    expect(await store.stat(key)).toMatchObject({ size: 0 })
  })

  it('lists more parts than fit on a page', async () => {
    const uploadId = await store.startUpload(key)
    const numbers = Array.from({ length: 1010 }, (_, i) => i + 1)
    for (let at = 0; at < numbers.length; at += 16)
      await Promise.all(numbers.slice(at, at + 16).map((number) => send(uploadId, number, new Uint8Array([number % 256]))))
    const parts = await store.listParts(key, uploadId)
    expect(parts?.map(({ number }) => number)).toEqual(numbers)
    await store.abortUploads(key, uploadId)
  })

  it('refuses a part that was sent again meanwhile, and keeps the upload', async () => {
    const uploadId = await store.startUpload(key)
    const { etag } = await send(uploadId, 1, new Uint8Array([1]))
    await send(uploadId, 1, new Uint8Array([2]))
    expect(await store.completeUpload(key, uploadId, [{ number: 1, etag }])).toEqual({ outcome: 'part-refused' })
    expect(await store.listParts(key, uploadId)).toHaveLength(1)
    await store.abortUploads(key, uploadId)
  })

  it('aborts every upload of a key, also one whose id was lost, and no other', async () => {
    const other = `${key}x`
    const [known, lost, others] = [await store.startUpload(key), await store.startUpload(key), await store.startUpload(other)]
    await store.abortUploads(key, known)
    expect(await store.listParts(key, known)).toBeNull()
    expect(await store.listParts(key, lost)).toBeNull()
    expect(await store.listParts(other, others)).toEqual([])
    await store.abortUploads(key, known)
    await store.abortUploads(other, null)
  })

  it('refuses an address that has expired', async () => {
    const uploadId = await store.startUpload(key)
    const restore = setClock(() => new Date(Date.now() - 20_000))
    const url = await store.presignPart({ key, uploadId, number: 1 }, 10).finally(restore)
    const { status, text } = await put(url, new Uint8Array([1]))
    expect(status).toBe(403)
    expect(text).toContain('expired')
    await store.abortUploads(key, uploadId)
  })

  it.each(['plain.csv', `it's "quoted" (1)*!.csv`, 'naïve 數據 \u{1f600}.csv', '100% & more?#.csv', 'a+b=c;d,e.csv'])(
    'serves a download under the name %s, as bytes',
    async (fileName) => {
      const uploadId = await store.startUpload(key)
      const { etag } = await send(uploadId, 1, new TextEncoder().encode('<script>'))
      await store.completeUpload(key, uploadId, [{ number: 1, etag }])
      const answer = await fetch(await store.presignDownload({ key, fileName, contentType: 'text/html' }, HOUR))
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('application/octet-stream')
      const disposition = answer.headers.get('content-disposition') ?? ''
      expect(disposition).toMatch(/^attachment; /)
      expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? '')).toBe(fileName)
      expect(await answer.text()).toBe('<script>')
    },
  )

  it('gives the same address for the same moment, and says how long a browser may keep what is there', async () => {
    await store.put(key, Buffer.from('x'), 'application/octet-stream')
    const from = new Date(Date.now() - 600_000)
    const picture = { key, fileName: 'a.png', contentType: 'image/png', cacheSeconds: 60 }
    const url = await store.presignDownload(picture, HOUR, from)
    expect(await store.presignDownload(picture, HOUR, from)).toBe(url)
    const answer = await fetch(url)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(answer.headers.get('cache-control')).toBe('private, max-age=60, immutable')
    await answer.text()
  })

  it('tells a browser of another origin the ETag of what it sent', async () => {
    const uploadId = await store.startUpload(key)
    const url = await store.presignPart({ key, uploadId, number: 1 }, HOUR)
    const answer = await fetch(url, {
      method: 'PUT',
      body: new Uint8Array([1]),
      headers: { origin: testServices(import.meta.filename).origin },
    })
    expect(answer.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('etag')
    await store.abortUploads(key, uploadId)
  })

  it('keeps bytes of the portal itself, whole and in the place of what was there', async () => {
    const bytes = Buffer.alloc(3 * 2 ** 20, 'abcdefg')
    await store.put(key, Buffer.from('first'), 'application/zstd')
    await store.put(key, bytes, 'application/zstd')
    expect((await store.get(key, bytes.length))?.equals(bytes)).toBe(true)
    await expect(store.get(key, bytes.length - 1)).rejects.toThrow('more than')
    expect(String(await store.head(key, 9))).toBe('abcdefgab')
    expect((await store.head(key, 2 * bytes.length))?.equals(bytes)).toBe(true)
    await store.put(key, Buffer.alloc(0), 'application/zstd')
    expect(await store.get(key, 10)).toEqual(Buffer.alloc(0))
    expect(await store.head(key, 10)).toEqual(Buffer.alloc(0))
    await store.remove(key)
    expect(await store.get(key, 10)).toBeNull()
    expect(await store.head(key, 10)).toBeNull()
  })

  it('has no object where there is none, and removes what is not there', async () => {
    const none = `test/${newId()}`
    expect(await store.stat(none)).toBeNull()
    await store.remove(none)
    await store.abortUploads(none, null)
  })

  it('signs addresses for the public endpoint, without asking the store', async () => {
    const { store: away } = open({ S3_ENDPOINT: 'http://127.0.0.1:9', S3_PUBLIC_ENDPOINT: 'https://files.example.org' })
    const url = new URL(await away.presignPart({ key, uploadId: 'u', number: 7 }, HOUR))
    expect(url.origin).toBe('https://files.example.org')
    expect(url.searchParams.get('partNumber')).toBe('7')
    expect(url.searchParams.get('X-Amz-Expires')).toBe('3600')
  })

  it.each([
    ['S3_ENDPOINT', 'http://127.0.0.1:9', /nothing answers at S3_ENDPOINT/],
    ['S3_ACCESS_KEY', 'nobody-has-this-key', /does not know S3_ACCESS_KEY/],
    ['S3_SECRET_KEY', 'not-the-secret-of-that-key', /S3_SECRET_KEY does not belong/],
  ])('says at readiness that %s is wrong', async (setting, value, message) => {
    const { store: broken, health: itsHealth } = open({ [setting]: value })
    const part = (await itsHealth.check())['objectStore']
    expect(part?.state).toBe('unavailable')
    expect(part?.message).toMatch(message)
    await expect(broken.startUpload(key)).rejects.toSatisfy(
      (error) => error instanceof DomainError && error.code === 'object-store-unavailable',
    )
  })

  it('says at readiness that the bucket may not be used', async () => {
    const { health: itsHealth } = open({ S3_BUCKET: `not-ours-${newId()}` })
    expect((await itsHealth.check())['objectStore']).toMatchObject({
      state: 'unavailable',
      message: expect.stringContaining('S3_BUCKET') as string,
    })
  })
})
