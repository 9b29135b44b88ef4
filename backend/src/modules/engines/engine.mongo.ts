import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, literally, Mongo } from '../../platform/mongo/mongo.js'
import { DEFAULT_HEALTH, DEFAULT_SCALING, FORMER_RESOURCES, FORMER_SIZE, type EngineSpec } from './engine-spec.js'
import { ENGINE_PHASES, type Deploy, type Engine, type EngineChange, type EnginePhase, type EngineStatus } from './engine.js'
import { EngineRepository, type Amendment, type EngineQuery, type Guard, type Observation } from './engine.repository.js'
import type { EngineFilter, EnginePosition, EngineSearch, EngineSort, FoundEngine } from './overview/engine-search.js'

type Stored = Omit<Engine, 'id'> & { _id: string }

const number = { type: Number, required: true }
const text = { type: String, required: true }

/** Fields of a specification, as apps and their revisions have them. */
export const SPEC_SCHEMA = {
  image: text,
  port: number,
  command: { type: [String], default: [] },
  args: { type: [String], default: [] },
  // A list, not a map: names may contain what a database takes for a path.
  env: {
    type: [new Schema({ name: text, value: { type: String, default: '' } }, { _id: false })],
    default: [],
  },
  size: text,
  resources: new Schema(
    { cpuMillis: number, cpuLimitMillis: number, memoryMiB: number, memoryLimitMiB: number, ephemeralMiB: number, gpus: number },
    { _id: false },
  ),
  scaling: new Schema(
    {
      min: number,
      max: number,
      metric: text,
      target: number,
      windowSeconds: { type: Number, default: null },
      scaleDownDelaySeconds: number,
    },
    { _id: false },
  ),
  health: new Schema({ kind: text, path: { type: String, default: '' }, startupSeconds: number }, { _id: false }),
  access: text,
}

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
    ...SPEC_SCHEMA,
    secrets: { type: [new Schema({ name: text, sealed: text, at: { type: Date, required: true } }, { _id: false })], default: [] },
    pin: { type: String, default: null },
    paused: { type: Boolean, default: false },
    lease: { type: new Schema({ expiresAt: { type: Date, required: true } }, { _id: false }), default: null },
    previewOf: { type: String, default: null },
    deploy: {
      type: new Schema(
        {
          at: { type: Date, required: true },
          by: { type: new Schema({ id: text, via: text }, { _id: false }), default: null },
          reason: text,
          from: { type: Number, default: null },
        },
        { _id: false },
      ),
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
schema.index({ name: 1, _id: 1 })
schema.index({ 'deploy.at': 1, _id: 1 })
schema.index({ 'resources.memoryMiB': 1, _id: 1 })

/** What is missing of an app that was stored before there was such a field. */
const former = ({ driver, appliedGeneration, updatedAt }: Stored): EngineSpec & Pick<Engine, Added> => ({
  image: '',
  port: 0,
  command: [],
  args: [],
  env: [],
  size: FORMER_SIZE,
  resources: FORMER_RESOURCES,
  scaling: DEFAULT_SCALING,
  health: DEFAULT_HEALTH,
  access: 'project',
  secrets: [],
  pin: null,
  paused: false,
  lease: null,
  previewOf: null,
  deploy: { at: updatedAt, by: null, reason: 'changed', from: null },
  driver: driver ?? (appliedGeneration > 0 ? 'knative' : null),
})
type Added = 'secrets' | 'pin' | 'paused' | 'lease' | 'previewOf' | 'deploy' | 'driver'

const toEngine = (stored: Stored): Engine => {
  const { _id, ...rest } = stored
  const known = Object.fromEntries(
    Object.entries(rest).filter(([key, value]) => value !== undefined && !(key === 'driver' && value === null)),
  )
  return { ...former(stored), ...(known as Omit<Engine, 'id'>), id: _id }
}

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

  async findByHost(host: string): Promise<Engine | null> {
    const found = await this.model.findOne({ host }).lean<Stored>()
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

  async findPhases(projectId?: string): Promise<{ projectId: string; phase: EnginePhase }[]> {
    const found = await this.model
      .find({ deletedAt: null, lease: null, ...(projectId === undefined ? {} : { projectId }) }, { projectId: 1, 'status.phase': 1 })
      .lean<Pick<Stored, 'projectId' | 'status'>[]>()
    return found.map((engine) => ({ projectId: engine.projectId, phase: engine.status.phase }))
  }

  async projectIds(): Promise<string[]> {
    return this.model.distinct('projectId')
  }

  async findIdsOfProject(projectId: string): Promise<string[]> {
    const found = await this.model.find({ projectId }, { _id: 1 }).lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async findExpired(at: Date): Promise<Engine[]> {
    const found = await this.model.find(expiredBy(at)).lean<Stored[]>()
    return found.map(toEngine)
  }

  async markExpired(id: string, status: EngineStatus, at: Date): Promise<boolean> {
    const set = { status, deletedAt: at, updatedAt: at }
    return (await this.model.findOneAndUpdate({ _id: id, ...expiredBy(at) }, { $set: set, $inc: { revision: 1 } })) !== null
  }

  async searchAll({ sort, descending, after, limit, ...filter }: EngineSearch): Promise<FoundEngine[]> {
    const key = SORT_KEYS[sort]
    const direction = descending ? -1 : 1
    const position = after === undefined ? [] : [behind(key, after, descending)]
    const found = await this.model
      .find({ $and: [...conditions(filter), ...position, {}] })
      .sort({ [key]: direction, _id: direction })
      .limit(limit + 1)
      .lean<Stored[]>()
    // As it is stored, not as it is read: what an old record lacks is sorted as nothing.
    return found.map((stored) => ({ engine: toEngine(stored), position: { value: valueOf(stored, sort), id: stored._id } }))
  }

  async countAll(filter: EngineFilter): Promise<number> {
    return this.model.countDocuments({ $and: [...conditions(filter), {}] })
  }

  async countOfProject(projectId: string): Promise<number> {
    return this.model.countDocuments({ projectId, deletedAt: null })
  }

  async findAllIds(): Promise<string[]> {
    const found = await this.model.find({}, { _id: 1 }).lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async change(
    id: string,
    revision: number | null,
    change: EngineChange,
    { status, deploy }: { status: EngineStatus; deploy: Deploy },
  ): Promise<Engine | null> {
    const after = await this.model
      .findOneAndUpdate(
        { _id: id, deletedAt: null, ...(revision === null ? {} : { revision }) },
        { $set: { ...change, status, deploy, digest: null, paused: false, updatedAt: deploy.at }, $inc: { revision: 1, generation: 1 } },
        { returnDocument: 'after' },
      )
      .lean<Stored>()
    return after && toEngine(after)
  }

  async amend(id: string, change: Amendment, at: Date): Promise<Engine | null> {
    const after = await this.model
      .findOneAndUpdate(
        { _id: id, deletedAt: null },
        { $set: { ...change, updatedAt: at }, $inc: { revision: 1 } },
        { returnDocument: 'after' },
      )
      .lean<Stored>()
    return after && toEngine(after)
  }

  async observe(id: string, { generation, deleting, paused }: Guard, observation: Observation): Promise<boolean> {
    const result = await this.model.updateOne(
      // An app from before apps could be paused has no such field.
      { _id: id, generation, deletedAt: deleting ? trusted({ $ne: null }) : null, paused: paused ? true : trusted({ $ne: true }) },
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

const expiredBy = (at: Date) => ({ 'lease.expiresAt': trusted({ $lt: at }), deletedAt: null })

const SORT_KEYS = { name: 'name', createdAt: 'createdAt', deployedAt: 'deploy.at', memory: 'resources.memoryMiB' } as const

/** What an app is sorted by; a record from before there was such a field lacks it. */
function valueOf({ name, createdAt, deploy, resources }: Partial<Stored>, sort: EngineSort): EnginePosition['value'] {
  const values = { name, createdAt, deployedAt: deploy?.at, memory: resources?.memoryMiB }
  return values[sort] ?? null
}

function conditions({ words, phase, driver }: EngineFilter): Record<string, unknown>[] {
  return [
    ...words.map(({ text, projectIds }) => ({
      $or: [{ name: trusted({ $regex: literally(text) }) }, { projectId: trusted({ $in: projectIds }) }],
    })),
    ...(phase === undefined ? [] : [{ 'status.phase': phase }]),
    ...(driver === undefined ? [] : [{ driver }]),
  ]
}

/** What comes after a position. What lacks the value comes before all else, as the database sorts. */
function behind(key: string, { value, id }: EnginePosition, descending: boolean): Record<string, unknown> {
  const further = (than: string | number | Date) => (descending ? trusted({ $lt: than }) : trusted({ $gt: than }))
  const same = { [key]: value, _id: further(id) }
  if (value === null) return descending ? same : { $or: [same, { [key]: trusted({ $ne: null }) }] }
  return { $or: [{ [key]: further(value) }, same, ...(descending ? [{ [key]: null }] : [])] }
}
