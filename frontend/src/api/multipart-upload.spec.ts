import { describe, expect, it } from 'vitest'
import { ApiProblem } from './client'
import type { UploadDto, UploadPartDto } from './generated'
import { MultipartUpload, PutError } from './multipart-upload'
import type { UploadPorts, UploadProgress } from './multipart-upload'

type Refuse = (number: number, url: string) => number | null
const never: Refuse = () => null

interface StoreOptions {
  refuse?: Refuse
  hideEtag?: boolean
}

/** A portal and object store in memory: 4-byte parts; `refuse` may fail a PUT by its part number. */
function makeStore(size: number, { refuse = never, hideEtag = false }: StoreOptions = {}) {
  const arrived = new Map<number, string>()
  const calls: string[] = []
  const count = Math.max(1, Math.ceil(size / 4))
  let generation = 0
  const upload = (): UploadDto => {
    generation += 1
    const parts: UploadPartDto[] = Array.from({ length: count }, (_, index) => {
      const number = index + 1
      const done = arrived.has(number)
      return {
        number,
        size: Math.min(4, size - index * 4),
        done,
        etag: done ? `e${number}` : null,
        url: done ? null : `put/${number}/${generation}`,
      }
    })
    return {
      id: 'u1',
      target: { kind: 'dataset', id: 'd1' },
      name: 'iris.csv',
      size,
      contentType: 'text/csv',
      status: 'pending',
      partSize: 4,
      parts,
      expiresAt: '',
      createdAt: '',
    }
  }
  const ports: UploadPorts = {
    create: async () => {
      calls.push('create')
      return upload()
    },
    get: async () => {
      calls.push('get')
      return upload()
    },
    complete: async (_id, parts) => {
      calls.push(`complete ${parts.map(({ number, etag }) => `${number}=${etag}`).join(' ')}`)
      return {
        file: { id: 'f1', datasetId: 'd1', name: 'iris.csv', size, contentType: '', checksum: '', createdAt: '' },
      }
    },
    abort: async () => {
      calls.push('abort')
    },
    put: async (url, body, onProgress, signal) => {
      const number = Number(url.split('/')[1])
      await Promise.resolve()
      signal.throwIfAborted()
      onProgress(1)
      const status = refuse(number, url)
      calls.push(`put ${number}${status === null ? '' : ` ${status}`}`)
      if (status !== null) throw new PutError(status)
      arrived.set(number, await body.text())
      return hideEtag ? null : `e${number}`
    },
    wait: async () => {
      await Promise.resolve()
    },
  }
  return { ports, arrived, calls }
}

const text = 'abcdefghij'

describe('MultipartUpload', () => {
  it('sends each part and completes with the etags in order', async () => {
    const { ports, arrived, calls } = makeStore(text.length)
    const seen: UploadProgress[] = []
    const file = await new MultipartUpload(new Blob([text]), ports, (progress) => seen.push(progress)).run()
    expect(file?.id).toBe('f1')
    expect([...arrived.values()].sort().join('')).toBe(text)
    expect(calls.at(-1)).toBe('complete 1=e1 2=e2 3=e3')
    expect(seen.at(-1)).toEqual({ state: 'done', sent: text.length, problem: null })
  })

  it('works for a file of 0 bytes', async () => {
    const { ports, arrived, calls } = makeStore(0)
    expect(await new MultipartUpload(new Blob([]), ports, () => {}).run()).not.toBeNull()
    expect(arrived.get(1)).toBe('')
    expect(calls).toEqual(['create', 'put 1', 'complete 1=e1'])
  })

  it('takes up an earlier upload and sends only what is missing', async () => {
    const { ports, arrived, calls } = makeStore(text.length)
    arrived.set(1, 'abcd')
    arrived.set(3, 'ij')
    await new MultipartUpload(new Blob([text]), ports, () => {}, 'u1').run()
    expect(calls).toEqual(['get', 'put 2', 'complete 1=e1 2=e2 3=e3'])
  })

  it('asks for a fresh URL when one has expired', async () => {
    const expired: Refuse = (number, url) => (number === 2 && url.endsWith('/1') ? 403 : null)
    const { ports, calls } = makeStore(text.length, { refuse: expired })
    expect(await new MultipartUpload(new Blob([text]), ports, () => {}).run()).not.toBeNull()
    expect(calls.filter((call) => call === 'get')).toHaveLength(1)
    expect(calls).toContain('put 2 403')
    expect(calls).toContain('put 2')
  })

  it('says which kind of failure it was when a part never arrives, and can go on later', async () => {
    let broken = true
    const { ports, calls } = makeStore(text.length, {
      refuse: (number) => (number === 2 && broken ? 0 : null),
    })
    const seen: UploadProgress[] = []
    const upload = new MultipartUpload(new Blob([text]), ports, (progress) => seen.push(progress))
    expect(await upload.run()).toBeNull()
    expect(seen.at(-1)?.problem?.code).toBe('object-store-unreachable')
    expect(calls.filter((call) => call === 'put 2 0')).toHaveLength(6)
    broken = false
    expect(await upload.run()).not.toBeNull()
    expect(calls.filter((call) => call === 'put 1')).toHaveLength(1)
  })

  it('pauses at once, keeps what arrived, and goes on', async () => {
    const { ports, calls } = makeStore(40)
    let paused = false
    const upload = new MultipartUpload(new Blob(['x'.repeat(40)]), ports, ({ state, sent }) => {
      if (paused || state !== 'uploading' || sent < 12) return
      paused = true
      upload.pause()
    })
    expect(await upload.run()).toBeNull()
    const puts = (): string[] => calls.filter((call) => call.startsWith('put'))
    expect(puts().length).toBeLessThan(10)
    expect(await upload.run()).not.toBeNull()
    expect(new Set(puts()).size).toBe(10)
    expect(calls.filter((call) => call === 'create')).toHaveLength(1)
  })

  it('makes one upload when it is paused and resumed while the portal answers', async () => {
    const { ports, calls } = makeStore(4)
    const upload = new MultipartUpload(new Blob(['abcd']), ports, () => {})
    const first = upload.run()
    upload.pause()
    expect(await upload.run()).not.toBeNull()
    expect(await first).toBeNull()
    expect(calls.filter((call) => call === 'create')).toHaveLength(1)
  })

  it('has the portal throw away what arrived on cancel', async () => {
    const { ports, calls } = makeStore(40)
    const upload = new MultipartUpload(new Blob(['x'.repeat(40)]), ports, ({ state, sent }) => {
      if (state === 'uploading' && sent >= 4) void upload.cancel()
    })
    expect(await upload.run()).toBeNull()
    expect(calls.filter((call) => call === 'abort')).toHaveLength(1)
    expect(calls.some((call) => call.startsWith('complete'))).toBe(false)
  })

  it('asks the portal for etags that the store hides', async () => {
    const { ports, calls } = makeStore(text.length, { hideEtag: true })
    expect(await new MultipartUpload(new Blob([text]), ports, () => {}).run()).not.toBeNull()
    expect(calls.slice(-2)).toEqual(['get', 'complete 1=e1 2=e2 3=e3'])
  })

  it('waits for a portal that is started anew, and asks again only what may be asked twice', async () => {
    const { ports, calls } = makeStore(4)
    const { complete, create } = ports
    let away = 3
    ports.complete = async (id, parts) => {
      away -= 1
      if (away > 0) throw new ApiProblem({ code: 'network-unreachable', status: 0, detail: '' })
      return complete(id, parts)
    }
    expect(await new MultipartUpload(new Blob(['abcd']), ports, () => {}).run()).not.toBeNull()
    expect(calls.filter((call) => call.startsWith('complete'))).toHaveLength(1)

    let made = 0
    ports.create = async () => {
      made += 1
      if (made === 1) throw new ApiProblem({ code: 'network-unreachable', status: 0, detail: '' })
      return create()
    }
    expect(await new MultipartUpload(new Blob(['abcd']), ports, () => {}).run()).toBeNull()
    expect(made).toBe(1)
  })

  it('fails with the problem of the portal', async () => {
    const { ports } = makeStore(4)
    ports.create = async () => {
      throw new ApiProblem({ code: 'upload-too-large', status: 422, detail: 'Choose a smaller file.' })
    }
    const seen: UploadProgress[] = []
    await new MultipartUpload(new Blob(['abcd']), ports, (progress) => seen.push(progress)).run()
    expect(seen.at(-1)).toMatchObject({ state: 'failed', problem: { code: 'upload-too-large' } })
  })
})
