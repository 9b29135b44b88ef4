import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../../platform/mongo/mongo.js'
import { SPEC_SCHEMA } from '../engine.mongo.js'
import { KEPT_REVISIONS, type EngineRevision } from './engine-revision.js'
import { EngineRevisionRepository } from './engine-revision.repository.js'

type Stored = EngineRevision & { _id: string }

const text = { type: String, required: true }
const number = { type: Number, required: true }
const date = { type: Date, required: true }
const schema = new Schema<Stored>(
  {
    _id: text,
    engineId: text,
    projectId: text,
    generation: number,
    at: date,
    by: { type: new Schema({ id: text, via: text }, { _id: false }), default: null },
    reason: text,
    from: { type: Number, default: null },
    spec: { type: new Schema(SPEC_SCHEMA, { _id: false }), required: true },
    pin: { type: String, default: null },
    secrets: { type: [new Schema({ name: text, at: date }, { _id: false })], default: [] },
    digest: { type: String, default: null },
  },
  { collection: 'engine-revisions', versionKey: false, minimize: false },
)
schema.index({ engineId: 1, generation: -1 })

// One of each generation, whoever stores it.
const idOf = (engineId: string, generation: number): string => `${engineId}:${generation}`

const toRevision = ({ _id, ...rest }: Stored): EngineRevision => rest

@Injectable()
export class MongoEngineRevisionRepository extends EngineRevisionRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('EngineRevision', schema)
  }

  async record(revision: EngineRevision): Promise<void> {
    const { engineId, generation } = revision
    try {
      await this.model.create({ _id: idOf(engineId, generation), ...revision })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      return
    }
    if (generation > KEPT_REVISIONS) await this.model.deleteMany({ engineId, generation: trusted({ $lte: generation - KEPT_REVISIONS }) })
  }

  async setDigest(engineId: string, generation: number, digest: string): Promise<void> {
    await this.model.updateOne({ _id: idOf(engineId, generation) }, { $set: { digest } })
  }

  async find(engineId: string, generation: number): Promise<EngineRevision | null> {
    const found = await this.model.findOne({ _id: idOf(engineId, generation) }).lean<Stored>()
    return found && toRevision(found)
  }

  async page(engineId: string, before: number | null, limit: number): Promise<EngineRevision[]> {
    const found = await this.model
      .find({ engineId, ...(before === null ? {} : { generation: trusted({ $lt: before }) }) })
      .sort({ generation: -1 })
      .limit(limit)
      .lean<Stored[]>()
    return found.map(toRevision)
  }

  async removeOf(engineId: string): Promise<void> {
    await this.model.deleteMany({ engineId })
  }
}
