import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import { ENGINE_PHASES, type Engine, type EngineChange, type EngineStatus } from './engine.js'
import { EngineRepository, type EngineQuery, type Observation } from './engine.repository.js'

type Stored = Omit<Engine, 'id'> & { _id: string }

const stepSchema = new Schema(
  {
    name: { type: String, required: true },
    state: { type: String, required: true },
    startedAt: { type: Date, default: null },
    finishedAt: { type: Date, default: null },
  },
  { _id: false },
)

const causeSchema = new Schema(
  {
    code: { type: String, required: true },
    title: { type: String, required: true },
    evidence: { type: String, default: '' },
    fix: { type: String, default: '' },
    field: { type: String, default: null },
  },
  { _id: false },
)

const statusSchema = new Schema(
  {
    phase: { type: String, enum: ENGINE_PHASES, required: true },
    since: { type: Date, required: true },
    message: { type: String, default: '' },
    steps: { type: [stepSchema], default: [] },
    replicas: { type: Number, default: 0 },
    cause: { type: causeSchema, default: null },
  },
  { _id: false },
)

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    name: { type: String, required: true },
    image: { type: String, required: true },
    port: { type: Number, required: true },
    // A list, not a map: names may contain what a database takes for a path.
    env: {
      type: [new Schema({ name: { type: String, required: true }, value: { type: String, default: '' } }, { _id: false })],
      default: [],
    },
    host: { type: String, required: true },
    namespace: { type: String, required: true },
    driver: { type: String, default: null },
    generation: { type: Number, required: true },
    appliedGeneration: { type: Number, required: true },
    digest: { type: String, default: null },
    status: { type: statusSchema, required: true },
    deletedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
  },
  { collection: 'engines', versionKey: false, minimize: false },
)
schema.index({ projectId: 1, name: 1 }, { unique: true, name: 'engine-name' })
schema.index({ host: 1 }, { unique: true, name: 'engine-host' })
schema.index({ createdAt: -1, _id: -1 })
schema.index({ projectId: 1, createdAt: -1, _id: -1 })

/** What was stored before there was more than one driver was deployed by the first. */
const toEngine = ({ _id, ...rest }: Stored): Engine => ({
  id: _id,
  ...rest,
  driver: rest.driver ?? (rest.appliedGeneration > 0 ? 'knative' : null),
})

@Injectable()
export class MongoEngineRepository extends EngineRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Engine', schema)
  }

  async insert(engine: Engine): Promise<'stored' | 'name-taken' | 'host-taken'> {
    const { id, ...rest } = engine
    try {
      await this.model.create({ _id: id, ...rest })
      return 'stored'
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      // Databases word this differently; that the name is taken can be looked up.
      return (await this.findByName(engine.projectId, engine.name)) ? 'name-taken' : 'host-taken'
    }
  }

  async findById(id: string): Promise<Engine | null> {
    const found = await this.model.findOne({ _id: id }).lean<Stored>()
    return found && toEngine(found)
  }

  async findByName(projectId: string, name: string): Promise<Engine | null> {
    const found = await this.model.findOne({ projectId, name }).lean<Stored>()
    return found && toEngine(found)
  }

  async search({ projectIds, after, limit }: EngineQuery): Promise<Engine[]> {
    const found = await this.model
      .find({
        projectId: trusted({ $in: projectIds }),
        ...(after
          ? { $or: [{ createdAt: trusted({ $lt: after.createdAt }) }, { createdAt: after.createdAt, _id: trusted({ $lt: after.id }) }] }
          : {}),
      })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      .lean<Stored[]>()
    return found.map(toEngine)
  }

  async projectIds(): Promise<string[]> {
    return this.model.distinct('projectId')
  }

  async findIdsOfProject(projectId: string): Promise<string[]> {
    const found = await this.model.find({ projectId }, { _id: 1 }).lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async findAllIds(): Promise<string[]> {
    const found = await this.model.find({}, { _id: 1 }).lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async change(id: string, revision: number, change: EngineChange, status: EngineStatus, at: Date): Promise<Engine | null> {
    const after = await this.model
      .findOneAndUpdate(
        { _id: id, revision, deletedAt: null },
        { $set: { ...change, status, digest: null, updatedAt: at }, $inc: { revision: 1, generation: 1 } },
        { returnDocument: 'after' },
      )
      .lean<Stored>()
    return after && toEngine(after)
  }

  async observe(id: string, generation: number, deleting: boolean, observation: Observation): Promise<boolean> {
    const result = await this.model.updateOne(
      { _id: id, generation, deletedAt: deleting ? trusted({ $ne: null }) : null },
      { $set: { ...observation } },
    )
    return result.matchedCount === 1
  }

  async markDeleted(id: string, status: EngineStatus, at: Date): Promise<Engine | null> {
    await this.model.updateOne({ _id: id, deletedAt: null }, { $set: { deletedAt: at, updatedAt: at, status }, $inc: { revision: 1 } })
    return this.findById(id)
  }

  async remove(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id, deletedAt: trusted({ $ne: null }) })
  }
}
