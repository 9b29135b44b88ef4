import mongoose, { Schema, trusted, type Connection } from 'mongoose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/common/ids.js'
import type { DatasetFile } from '../../src/modules/datasets/dataset.js'
import { DatasetFileRepository, DatasetRepository } from '../../src/modules/datasets/dataset.repository.js'
import { newProject } from '../../src/modules/projects/project.js'
import { ProjectRepository } from '../../src/modules/projects/project.repository.js'
import type { Upload } from '../../src/modules/uploads/upload.js'
import { UploadRepository } from '../../src/modules/uploads/upload.repository.js'
import { startApp, type TestApp } from '../app.js'
import { testServices } from '../services.js'

const { mongoUri } = testServices(import.meta.filename)

/** What runs behind the address: the suite has to hold on each, and a failure means little without knowing on which. */
async function nameDatabase(): Promise<string> {
  const connection = await mongoose.createConnection(mongoUri, { serverSelectionTimeoutMS: 10_000 }).asPromise()
  try {
    const admin = connection.getClient().db('admin')
    const build = await admin.command({ buildInfo: 1 })
    // Under its old name, which every version answers.
    const hello = await admin.command({ isMaster: 1 })
    const product =
      typeof build['gitVersion'] === 'string' && /^[0-9a-f]{40}$/.test(build['gitVersion'])
        ? 'MongoDB'
        : 'an embedded database that speaks MongoDB'
    const set = typeof hello['setName'] === 'string' ? 'replica set' : 'single server'
    return `${product} ${String(build['version'])} (wire version ${String(hello['maxWireVersion'])}, ${set})`
  } finally {
    await connection.close()
  }
}

const database = await nameDatabase()

const together = <T>(count: number, work: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => work(i)))

describe(`the writes that we build on, on ${database}`, () => {
  interface Item {
    _id: string
    key?: string
    state: string
    count: number
    size: number
    list: { number: number; etag: string }[]
    words: string[]
    at: Date | null
  }
  const schema = new Schema<Item>(
    {
      _id: { type: String, required: true },
      key: { type: String, unique: true },
      state: { type: String, default: 'new' },
      count: { type: Number, default: 0 },
      size: { type: Number, default: 0 },
      list: { type: [{ _id: false, number: Number, etag: String }], default: [] },
      words: { type: [String], default: [], index: true },
      at: { type: Date, default: null },
    },
    { collection: 'contract', versionKey: false, autoIndex: false },
  )
  let connection: Connection
  const model = () => connection.model<Item>('Contract', schema)
  const make = async (fields: Partial<Item> = {}) => (await model().create({ _id: newId(), key: newId(), ...fields }))._id

  beforeAll(async () => {
    connection = await mongoose.createConnection(mongoUri).asPromise()
    await model().createIndexes()
  })
  afterAll(async () => {
    await connection.dropDatabase()
    await connection.close()
  })

  it('counts every one of 500 increments at the same time', async () => {
    const id = await make()
    await together(500, () => model().updateOne({ _id: id }, { $inc: { count: 1 } }))
    expect((await model().findById(id).lean())?.count).toBe(500)
  })

  it('lets twenty workers claim a hundred jobs once each', async () => {
    const ids = await together(100, () => make({ state: 'job' }))
    const claimed = await together(20, async () => {
      const mine: string[] = []
      for (;;) {
        const job = await model()
          .findOneAndUpdate({ state: 'job' }, { $set: { state: 'claimed' } }, { returnDocument: 'after' })
          .lean<Item>()
        if (!job) return mine
        mine.push(job._id)
      }
    })
    expect(claimed.flat().sort()).toEqual([...ids].sort())
  })

  it('lets one of fifty changes from the same revision win', async () => {
    const id = await make({ count: 1 })
    const results = await together(50, (i) =>
      model()
        .findOneAndUpdate({ _id: id, count: 1 }, { $set: { state: `by ${i}` }, $inc: { count: 1 } }, { returnDocument: 'after' })
        .lean<Item>(),
    )
    const won = results.filter((result) => result !== null)
    expect(won).toHaveLength(1)
    expect(await model().findById(id).lean()).toMatchObject({ state: won[0]?.state, count: 2 })
  })

  it('never shows half of a write: of sixty who each add to what they read, at the revision beside it, none is lost', async () => {
    // Without the schema, for the order of the fields: what is added to comes before the revision.
    const documents = connection.collection<{ _id: string; list: object[]; revision: number }>('torn')
    for (let round = 0; round < 5; round++) {
      const _id = newId()
      await documents.insertOne({ _id, list: [], revision: 0 })
      await together(60, async (number) => {
        for (;;) {
          const { list = [], revision = 0 } = (await documents.findOne({ _id })) ?? {}
          const change = { $set: { list: [...list, { number, etag: 'e'.repeat(200) }] }, $inc: { revision: 1 } }
          if ((await documents.updateOne({ _id, revision }, change)).matchedCount === 1) return
        }
      })
      const { list, revision } = (await documents.findOne({ _id })) ?? {}
      expect([revision, list?.length]).toEqual([60, 60])
    }
  })

  it('lets one of fifty inserts of the same unique value through', async () => {
    const key = newId()
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => model().create({ _id: newId(), key })))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 11000 })
    expect(await model().countDocuments({ key })).toBe(1)
  })

  it('refuses a duplicate also when an update makes it, and changes nothing then', async () => {
    const [one, two] = [newId(), newId()]
    await make({ key: one })
    const id = await make({ key: two, state: 'before' })
    await expect(model().updateOne({ _id: id }, { $set: { key: one, state: 'after' } })).rejects.toMatchObject({ code: 11000 })
    expect(await model().findById(id).lean()).toMatchObject({ key: two, state: 'before' })
  })

  it('frees a unique value when its holder changes it', async () => {
    const key = newId()
    const id = await make({ key })
    await model().updateOne({ _id: id }, { $set: { key: newId() } })
    await make({ key })
  })

  it('keeps sizes up to 5 TiB, times to the millisecond, and 10,000 parts in one document', async () => {
    const at = new Date('2026-02-03T04:05:06.789Z')
    const list = Array.from({ length: 10_000 }, (_, i) => ({ number: i + 1, etag: String(i).padStart(32, '0') }))
    const id = await make({ size: 5 * 2 ** 40 + 1, at, list })
    const found = await model().findById(id).lean<Item>()
    expect(found?.size).toBe(5 * 2 ** 40 + 1)
    expect(found?.at).toEqual(at)
    expect(found?.list).toEqual(list)
  })

  it('finds null and missing fields by null, lists by a prefix of one of their words, and adds up groups', async () => {
    const state = newId()
    await make({ state, words: ['iris', 'petal'], size: 2 ** 40 })
    await make({ state, words: ['irrelevant'], size: 2 ** 40 })
    expect(await model().countDocuments({ state, at: null })).toBe(2)
    expect(await model().countDocuments({ state, words: trusted({ $regex: '^iri' }) })).toBe(1)
    const sums = await model().aggregate<{ _id: string; n: number; size: number }>([
      { $match: { state: { $in: [state] } } },
      { $group: { _id: '$state', n: { $sum: 1 }, size: { $sum: '$size' } } },
    ])
    expect(sums).toEqual([{ _id: state, n: 2, size: 2 ** 41 }])
  })

  it('pages through ties in a stable order', async () => {
    const state = newId()
    const at = new Date()
    const ids = (await together(25, () => make({ state, at }))).sort().reverse()
    const seen: string[] = []
    for (let last: string | undefined; ;) {
      const page = await model()
        .find({ state, ...(last === undefined ? {} : { $or: [{ at: trusted({ $lt: at }) }, { at, _id: trusted({ $lt: last }) }] }) })
        .sort({ at: -1, _id: -1 })
        .limit(10)
        .lean<Item[]>()
      if (page.length === 0) break
      seen.push(...page.map(({ _id }) => _id))
      last = page.at(-1)?._id
    }
    expect(seen).toEqual(ids)
  })

  it('has our own operators only where we say so', async () => {
    await make({ state: 'safe' })
    await expect(
      model()
        .countDocuments({ state: { $ne: '' } as unknown as string })
        .setOptions({ sanitizeFilter: true }),
    ).rejects.toThrow()
    expect(
      await model()
        .countDocuments({ state: trusted({ $eq: 'safe' }) })
        .setOptions({ sanitizeFilter: true }),
    ).toBe(1)
  })
})

describe(`our repositories, on ${database}`, () => {
  let portal: TestApp
  const at = new Date('2026-02-03T04:05:06.789Z')

  beforeAll(async () => {
    portal = await startApp({ spec: import.meta.filename })
  })
  afterAll(() => portal.remove())

  describe('projects', () => {
    const projects = () => portal.app.get(ProjectRepository, { strict: false })
    const project = (slug: string) =>
      newProject({ id: newId(), slug, title: slug, ownerId: newId(), visibility: 'internal', createdAt: at })

    it('take a slug once, and keep it taken until the project is removed', async () => {
      const [one, two] = [project('taken'), project('taken')]
      expect(await projects().insert(one)).toBe(true)
      expect(await projects().insert(two)).toBe(false)
      expect(await projects().markDeleted(one.id, at)).toBe(true)
      expect(await projects().markDeleted(one.id, at)).toBe(false)
      expect(await projects().findById(one.id)).toBeNull()
      expect(await projects().insert(two)).toBe(false)
      expect((await projects().findDeleted()).map(({ id }) => id)).toContain(one.id)
      await projects().remove(one.id)
      expect(await projects().insert(two)).toBe(true)
    })

    it('change only from the revision that is named', async () => {
      const one = project('revised')
      await projects().insert(one)
      expect(await projects().update(one.id, 2, { title: 'x' }, at)).toBeNull()
      expect(await projects().update(one.id, 1, { title: 'x' }, at)).toMatchObject({ title: 'x', revision: 2 })
      await projects().remove(one.id)
      expect(await projects().findById(one.id)).toMatchObject({ revision: 2 })
    })
  })

  describe('data sets and their files', () => {
    const datasets = () => portal.app.get(DatasetRepository, { strict: false })
    const files = () => portal.app.get(DatasetFileRepository, { strict: false })
    const file = (datasetId: string, name: string, size = 1): DatasetFile => ({
      id: newId(),
      datasetId,
      projectId: newId(),
      name,
      size,
      contentType: 'text/csv',
      checksum: '',
      state: 'storing',
      createdAt: at,
    })

    it('give a name free at once when a data set is deleted', async () => {
      const projectId = newId()
      const dataset = () => ({ id: newId(), projectId, name: 'iris', deletedAt: null, createdAt: at, updatedAt: at, revision: 1 })
      const [one, two] = [dataset(), dataset()]
      expect(await datasets().insert(one)).toBe(true)
      expect(await datasets().insert(two)).toBe(false)
      await datasets().markDeleted(one.id, at)
      expect(await datasets().insert(two)).toBe(true)
      expect((await datasets().findOf(projectId, { limit: 10 })).map(({ id }) => id)).toEqual([two.id])
      expect((await datasets().findAllIdsOf(projectId)).sort()).toEqual([one.id, two.id].sort())
      await datasets().remove(two.id)
      expect(await datasets().findById(two.id)).not.toBeNull()
      await datasets().remove(one.id)
      expect(await datasets().findDeletedIds()).not.toContain(one.id)
    })

    it('let one of twenty files claim a name, and that one as often as it asks', async () => {
      const datasetId = newId()
      const candidates = Array.from({ length: 20 }, () => file(datasetId, 'same'))
      const claims = await Promise.all(candidates.map((candidate) => files().claim(candidate)))
      expect(claims.filter(Boolean)).toHaveLength(1)
      const winner = candidates[claims.indexOf(true)]
      if (!winner) throw new Error('unreachable')
      expect(await files().claim(winner)).toBe(true)
      expect(await files().hasName(datasetId, 'same')).toBe(true)
      expect(await files().findOf(datasetId, { limit: 10 })).toEqual([])
      await files().release(winner.id)
      expect(await files().hasName(datasetId, 'same')).toBe(false)
    })

    it('show a file once it is published, count it, and hide it at once', async () => {
      const datasetId = newId()
      const [one, two] = [file(datasetId, 'one', 2 ** 40), file(datasetId, 'two', 2 ** 40)]
      for (const each of [one, two]) {
        await files().claim(each)
        expect(await files().publish(each.id, 'sum')).toMatchObject({ id: each.id, state: 'stored', checksum: 'sum' })
      }
      expect(await files().publish(one.id, 'other')).toMatchObject({ checksum: 'sum' })
      expect(await files().totals([datasetId, newId()])).toEqual(new Map([[datasetId, { fileCount: 2, sizeBytes: 2 ** 41 }]]))
      await files().release(one.id)
      expect(await files().findStored(one.id)).not.toBeNull()
      expect(await files().markDeleting(newId(), one.id)).toBe(false)
      expect(await files().markDeleting(datasetId, one.id)).toBe(true)
      expect(await files().markDeleting(datasetId, one.id)).toBe(false)
      expect(await files().hasName(datasetId, 'one')).toBe(false)
      expect((await files().findDeleting(datasetId)).map(({ id }) => id)).toEqual([one.id])
      await files().remove(two.id)
      expect(await files().findStored(two.id)).not.toBeNull()
      expect(await files().totals([datasetId])).toEqual(new Map([[datasetId, { fileCount: 1, sizeBytes: 2 ** 40 }]]))
    })
  })

  describe('uploads', () => {
    const uploads = () => portal.app.get(UploadRepository, { strict: false })
    const upload = (change: Partial<Upload> = {}): Upload => ({
      id: newId(),
      target: { kind: 'dataset', id: newId() },
      projectId: newId(),
      fileId: newId(),
      storeUploadId: 'store',
      name: 'a',
      size: 1,
      contentType: 'text/csv',
      partSize: 16,
      state: 'pending',
      parts: [],
      createdAt: at,
      updatedAt: at,
      expiresAt: new Date('2099-01-01'),
      ...change,
    })

    it('come back as they went', async () => {
      const one = upload({ parts: [{ number: 1, etag: 'x' }] })
      await uploads().insert(one)
      expect(await uploads().findById(one.id)).toEqual(one)
    })

    it('move to another state once, whoever asks at the same time', async () => {
      const one = upload()
      await uploads().insert(one)
      const moves = await together(20, (i) =>
        uploads().move(one.id, ['pending'], i % 2 === 0 ? 'completing' : 'aborting', at, { parts: [{ number: i + 1, etag: 'x' }] }),
      )
      const won = moves.filter((move) => move !== null)
      expect(won).toHaveLength(1)
      expect(await uploads().findById(one.id)).toEqual(won[0])
      expect(await uploads().begin(one.id, 'late')).toBeNull()
    })

    it('are due when they are being ended, expired, or never begun in the store', async () => {
      const now = new Date('2050-01-01')
      const grace = new Date('2049-12-31')
      const due = [
        upload({ state: 'completing' }),
        upload({ state: 'aborting' }),
        upload({ expiresAt: new Date('2049-01-01') }),
        upload({ storeUploadId: null, createdAt: new Date('2049-01-01') }),
      ]
      const others = [
        upload({ expiresAt: new Date('2051-01-01') }),
        upload({ storeUploadId: null, createdAt: new Date('2049-12-31T12:00:00Z'), expiresAt: new Date('2051-01-01') }),
        upload({ state: 'completed', expiresAt: new Date('2049-01-01') }),
        upload({ state: 'aborted', expiresAt: new Date('2049-01-01') }),
      ]
      for (const one of [...due, ...others]) await uploads().insert(one)
      const found = (await uploads().findDue(now, grace)).map(({ id }) => id)
      expect(due.every(({ id }) => found.includes(id))).toBe(true)
      expect(others.some(({ id }) => found.includes(id))).toBe(false)
    })

    it('are forgotten only when they have ended for long enough', async () => {
      const old = new Date('2020-01-01')
      const kept = [
        upload({ updatedAt: old }),
        upload({ state: 'completing', updatedAt: old }),
        upload({ state: 'completed', updatedAt: new Date('2020-01-03') }),
      ]
      const gone = [upload({ state: 'completed', updatedAt: old }), upload({ state: 'aborted', updatedAt: old })]
      for (const one of [...kept, ...gone]) await uploads().insert(one)
      await uploads().removeEndedBefore(new Date('2020-01-02'))
      for (const { id } of kept) expect(await uploads().findById(id)).not.toBeNull()
      for (const { id } of gone) expect(await uploads().findById(id)).toBeNull()
    })
  })
})
