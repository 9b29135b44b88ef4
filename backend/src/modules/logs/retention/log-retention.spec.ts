import { beforeEach, describe, expect, it } from 'vitest'
import { setClock } from '../../../common/clock.js'
import type { Mongo } from '../../../platform/mongo/mongo.js'
import type { ObjectStore } from '../../../platform/object-store/object-store.js'
import type { EnginesService } from '../../engines/engines.service.js'
import type { LogLimits } from './log-limits.js'
import { LogLimitsService } from './log-limits.service.js'
import { LogRetention } from './log-retention.js'
import type { LogSegment } from '../log-segment.js'
import { LogSegmentRepository, type SegmentState } from '../log-segment.repository.js'

const DAY = 24 * 3_600_000
const MIB = 1024 * 1024
interface Kept {
  id: string
  engineId: string
  key: string
  bytes: number
  createdAt: Date
  state: SegmentState
}

class Records extends LogSegmentRepository {
  all: Kept[] = []
  begin = (): Promise<void> => Promise.reject(new Error('not here'))
  finish = (): Promise<boolean> => Promise.resolve(false)
  last = (): Promise<LogSegment | null> => Promise.resolve(null)
  find = (): Promise<LogSegment[]> => Promise.resolve([])
  eventsSince = (): Promise<string[]> => Promise.resolve([])
  async hide(ids: string[]): Promise<void> {
    for (const kept of this.all) if (ids.includes(kept.id)) kept.state = 'removing'
  }
  async hideAllOf(engineId: string): Promise<void> {
    for (const kept of this.all) if (kept.engineId === engineId) kept.state = 'removing'
  }
  async removable(at: Date, limit: number): Promise<Kept[]> {
    return this.all.filter(({ state, createdAt }) => state === 'removing' || (state === 'writing' && createdAt < at)).slice(0, limit)
  }
  async remove(ids: string[]): Promise<void> {
    this.all = this.all.filter(({ id }) => !ids.includes(id))
  }
  engineIds = async (): Promise<string[]> => [...new Set(this.all.map(({ engineId }) => engineId))]
  async sizes(engineId: string, after: string | null, limit: number): Promise<Kept[]> {
    const own = this.all.filter((kept) => kept.engineId === engineId && kept.state === 'stored' && kept.id > (after ?? ''))
    return own.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit)
  }
}

let records: Records
let objects: Set<string>
let engines: Set<string>
let storeFails: () => boolean
let retention: LogRetention
/** What an admin has set. */
let limits: LogLimits | null

function put(engineId: string, number: number, daysOld: number, mib: number, state: SegmentState = 'stored'): void {
  const id = `${engineId}.${String(number).padStart(5, '0')}`
  records.all.push({ id, engineId, key: id, bytes: mib * MIB, createdAt: new Date(Date.now() - daysOld * DAY), state })
  objects.add(id)
}

beforeEach(() => {
  records = new Records()
  objects = new Set()
  engines = new Set(['app'])
  limits = null
  const service = new LogLimitsService(
    { logRetentionDays: 7, logMaxBytesPerApp: 10 * MIB },
    { find: async () => limits, set: async (set) => void (limits = set) },
  )
  storeFails = () => false
  const store = {
    remove: async (key: string) => {
      if (storeFails()) throw new Error('the store is away')
      objects.delete(key)
    },
  } as unknown as ObjectStore
  const known = { exists: async (id: string) => engines.has(id) } as unknown as EnginesService
  retention = new LogRetention(service, records, store, known, { whenReady: () => undefined } as unknown as Mongo)
})

describe('retention', () => {
  it('removes what is too old and the oldest of what is too much, but never the newest of an app', async () => {
    put('app', 1, 8, 1)
    put('app', 2, 3, 6)
    put('app', 3, 2, 6)
    put('app', 4, 1, 4)
    put('old', 1, 100, 1)
    engines.add('old')
    await retention.sweep()
    expect([...objects].sort()).toEqual(['app.00003', 'app.00004', 'old.00001'])
    expect(records.all.map(({ id }) => id).sort()).toEqual(['app.00003', 'app.00004', 'old.00001'])
  })

  it('is what an admin has set, where one has', async () => {
    put('app', 1, 3, 1)
    put('app', 2, 1, 1)
    limits = { days: 2, maxBytesPerApp: 10 * MIB }
    await retention.sweep()
    expect([...objects]).toEqual(['app.00002'])
  })

  it('removes all of an app that is gone, and what was never written to its end', async () => {
    put('gone', 1, 0, 1)
    put('app', 1, 1, 1, 'writing')
    put('app', 2, 0, 1, 'writing')
    await retention.sweep()
    expect([...objects]).toEqual(['app.00002'])
    const restore = setClock(() => new Date(Date.now() + 2 * 3_600_000))
    await retention.sweep()
    restore()
    expect([...objects]).toEqual([])
  })

  it('leaves no object that no later sweep would find, wherever it is cut short', async () => {
    for (let fail = 1; fail <= 30; fail++) {
      for (let i = 0; i < 20; i++) put('gone', i, 0, 1)
      let calls = 0
      storeFails = () => ++calls === fail
      await retention.sweep().catch(() => undefined)
      expect([...objects].every((key) => records.all.some((kept) => kept.key === key))).toBe(true)
      storeFails = () => false
      await retention.sweep()
      expect(objects.size + records.all.length).toBe(0)
    }
  })
})
