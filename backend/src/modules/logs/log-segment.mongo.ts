import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { fromStored, isDuplicateKey, Mongo, toStored, type Stored } from '../../platform/mongo/mongo.js'
import type { SegmentQuery } from './log-archive.js'
import { placeText } from './log-place.js'
import type { LogSegment } from './log-segment.js'
import { LogSegmentRepository, type SegmentState } from './log-segment.repository.js'

type StoredSegment = Stored<LogSegment> & { state: SegmentState }

const run = new Schema({ key: String, run: Number, ended: Boolean }, { _id: false })

const schema = new Schema<StoredSegment>(
  {
    _id: { type: String, required: true },
    engineId: { type: String, required: true },
    state: { type: String, required: true },
    epoch: { type: String, required: true },
    first: { type: Number, required: true },
    next: { type: Number, required: true },
    end: { type: String, required: true },
    from: { type: String, required: true },
    to: { type: String, required: true },
    lines: { type: Number, required: true },
    entries: { type: Number, required: true },
    bytes: { type: Number, required: true },
    key: { type: String, required: true },
    revisions: { type: [String], default: [] },
    pods: { type: [String], default: [] },
    containers: { type: [String], default: [] },
    marks: { type: String, default: '' },
    runs: { type: [run], default: [] },
    events: { type: [String], default: [] },
    createdAt: { type: Date, required: true },
  },
  { collection: 'logSegments', versionKey: false },
)
schema.index({ engineId: 1, state: 1, end: 1 })
schema.index({ engineId: 1, state: 1, createdAt: 1 })
schema.index({ state: 1, createdAt: 1 })

@Injectable()
export class MongoLogSegmentRepository extends LogSegmentRepository {
  private readonly model: Model<StoredSegment>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('LogSegment', schema)
  }

  async begin(segment: LogSegment): Promise<void> {
    try {
      await this.model.create({ ...toStored(segment), state: 'writing' })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
  }

  async finish(id: string): Promise<boolean> {
    const found = await this.model
      .findOneAndUpdate(
        { _id: id, state: trusted({ $in: ['writing', 'stored'] }) },
        { $set: { state: 'stored' } },
        { projection: { _id: 1 } },
      )
      .lean()
    return found !== null
  }

  async last(engineId: string): Promise<LogSegment | null> {
    const found = await this.model.findOne({ engineId, state: 'stored' }).sort({ end: -1 }).lean<StoredSegment>()
    return found && toSegment(found)
  }

  async find({ engineId, after, before, filter = {}, limit }: SegmentQuery): Promise<LogSegment[]> {
    const { revision, pod, container, from, to } = filter
    const all = [
      ...(after ? [{ end: trusted({ $gt: placeText(after) }) }] : []),
      ...(before ? [{ _id: trusted({ $lt: `${engineId}.${placeText(before)}` }) }] : []),
      ...(from === undefined ? [] : [{ to: trusted({ $gte: from }) }]),
      ...(to === undefined ? [] : [{ from: trusted({ $lte: to }) }]),
    ]
    const found = await this.model
      .find({
        engineId,
        state: 'stored',
        ...(revision === undefined ? {} : { revisions: revision }),
        ...(pod === undefined ? {} : { pods: pod }),
        ...(container === undefined ? {} : { containers: container }),
        ...(all.length > 0 ? { $and: all } : {}),
      })
      .sort({ end: before ? -1 : 1 })
      .limit(limit)
      .lean<StoredSegment[]>()
    return found.map(toSegment)
  }

  async eventsSince(engineId: string, at: Date): Promise<string[]> {
    const found = await this.model
      .find({ engineId, state: 'stored', createdAt: trusted({ $gte: at }) }, { events: 1 })
      .lean<{ events?: string[] }[]>()
    return found.flatMap(({ events = [] }) => events)
  }

  async hide(ids: string[]): Promise<void> {
    await this.model.updateMany({ _id: trusted({ $in: ids }) }, { $set: { state: 'removing' } })
  }

  async hideAllOf(engineId: string): Promise<void> {
    await this.model.updateMany({ engineId }, { $set: { state: 'removing' } })
  }

  async removable(at: Date, limit: number): Promise<{ id: string; key: string }[]> {
    const found = await this.model
      .find({ $or: [{ state: 'removing' }, { state: 'writing', createdAt: trusted({ $lt: at }) }] }, { key: 1 })
      .limit(limit)
      .lean<{ _id: string; key: string }[]>()
    return found.map(({ _id, key }) => ({ id: _id, key }))
  }

  async remove(ids: string[]): Promise<void> {
    await this.model.deleteMany({ _id: trusted({ $in: ids }) })
  }

  async engineIds(): Promise<string[]> {
    return this.model.distinct('engineId')
  }

  async sizes(engineId: string, after: string | null, limit: number): Promise<{ id: string; bytes: number; createdAt: Date }[]> {
    const found = await this.model
      .find({ engineId, state: 'stored', ...(after === null ? {} : { _id: trusted({ $gt: after }) }) }, { bytes: 1, createdAt: 1 })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<{ _id: string; bytes: number; createdAt: Date }[]>()
    return found.map(({ _id, bytes, createdAt }) => ({ id: _id, bytes, createdAt }))
  }
}

function toSegment({ state: _state, ...stored }: StoredSegment): LogSegment {
  return fromStored<LogSegment>(stored)
}
