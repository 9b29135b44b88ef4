import { Injectable } from '@nestjs/common'
import { mongo, Schema, trusted, type Model } from 'mongoose'
import { newId } from '../../common/ids.js'
import { fromStored, isDuplicateKey, literally, Mongo, type Stored, toStored } from '../../platform/mongo/mongo.js'
import { namesOf, type AuditActor, type AuditEntry, type AuditIntent } from './audit-entry.js'
import { AuditIntentRepository, AuditRepository, type AuditQuery } from './audit.repository.js'

const DUPLICATE_KEY = 11000

type StoredEntry = Stored<AuditEntry> & { names: string[] }

const actor = new Schema<AuditActor>({ id: { type: String, default: null }, name: String, via: String }, { _id: false })
const resource = new Schema({ type: { type: String }, id: { type: String }, name: { type: String, default: null } }, { _id: false })

const schema = new Schema<StoredEntry>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true, index: true },
    actor: { type: actor, required: true },
    action: { type: String, required: true },
    outcome: { type: String, required: true },
    status: { type: Number, required: true },
    problem: { type: String, default: null },
    resource: { type: resource, default: null },
    // Values are JSON: their keys are anyone's, also such as the database would take for operators.
    before: { type: String, default: null },
    after: { type: String, default: null },
    address: { type: String, default: '' },
    userAgent: { type: String, default: '' },
    requestId: { type: String, default: '' },
    names: { type: [String], default: [], index: true },
  },
  { collection: 'audit', versionKey: false },
)
schema.index({ 'actor.id': 1, _id: -1 })
schema.index({ 'actor.name': 1, _id: -1 })
schema.index({ action: 1, _id: -1 })
schema.index({ outcome: 1, _id: -1 })
schema.index({ 'resource.id': 1, _id: -1 })

@Injectable()
export class MongoAuditRepository extends AuditRepository {
  private readonly model: Model<StoredEntry>

  constructor(database: Mongo) {
    super()
    this.model = database.model('AuditEntry', schema)
  }

  async append(entries: AuditEntry[]): Promise<number> {
    try {
      await this.model.insertMany(
        entries.map((entry) => ({ ...toStored(entry), names: namesOf(entry) })),
        { ordered: false },
      )
      return entries.length
    } catch (error) {
      if (!isDuplicateKey(error) || !(error instanceof mongo.MongoBulkWriteError)) throw error
      // Unordered: all but those that are there already have been stored.
      const refused = [error.writeErrors].flat()
      if (refused.some(({ code }) => code !== DUPLICATE_KEY)) throw error
      return entries.length - refused.length
    }
  }

  newest(query: AuditQuery, limit: number, before?: string): Promise<AuditEntry[]> {
    return this.find(filterOf(query, before === undefined ? [] : [{ _id: trusted({ $lt: before }) }]), -1, limit)
  }

  oldest(query: AuditQuery, limit: number, after: string | undefined, end: string): Promise<AuditEntry[]> {
    const range = [{ _id: trusted({ $lt: end }) }, ...(after === undefined ? [] : [{ _id: trusted({ $gt: after }) }])]
    return this.find(filterOf(query, range), 1, limit)
  }

  private async find(filter: Record<string, unknown>, order: 1 | -1, limit: number): Promise<AuditEntry[]> {
    const found = await this.model.find(filter).sort({ _id: order }).limit(limit).lean<StoredEntry[]>()
    return found.map(({ names: _names, ...stored }) => fromStored(stored))
  }
}

/** Ids begin with their time, so that a span of time is a range of ids, in the order of the list. */
const beginning = (at: Date): string => newId(at).slice(0, 10)

function filterOf(query: AuditQuery, range: Record<string, unknown>[]): Record<string, unknown> {
  const { actor: who, action, outcome, resourceType, resourceId, from, to, text } = query
  const all = [
    ...range,
    ...(from ? [{ _id: trusted({ $gte: beginning(from) }) }] : []),
    ...(to ? [{ _id: trusted({ $lt: beginning(to) }) }] : []),
    ...(who === undefined ? [] : [{ $or: [{ 'actor.id': who }, { 'actor.name': who }] }]),
    // Anchored, so that the index on `names` serves it.
    ...(text === undefined ? [] : [{ names: trusted({ $regex: `^${literally(text.toLowerCase())}` }) }]),
  ]
  return {
    ...(action === undefined ? {} : { action }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(resourceType === undefined ? {} : { 'resource.type': resourceType }),
    ...(resourceId === undefined ? {} : { 'resource.id': resourceId }),
    ...(all.length > 0 ? { $and: all } : {}),
  }
}

const intentSchema = new Schema<Stored<AuditIntent>>(
  {
    _id: { type: String, required: true },
    at: { type: Date, required: true, index: true },
    actor: { type: actor, required: true },
    action: { type: String, required: true },
    resource: { type: resource, default: null },
    route: { type: String, required: true },
    address: { type: String, default: '' },
    userAgent: { type: String, default: '' },
    requestId: { type: String, required: true },
  },
  { collection: 'auditIntents', versionKey: false },
)

@Injectable()
export class MongoAuditIntentRepository extends AuditIntentRepository {
  private readonly model: Model<Stored<AuditIntent>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('AuditIntent', intentSchema)
  }

  async insert(intent: AuditIntent): Promise<void> {
    await this.model.create(toStored(intent))
  }

  async remove(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id })
  }

  async begunBefore(at: Date, limit: number): Promise<AuditIntent[]> {
    const found = await this.model
      .find({ at: trusted({ $lt: at }) })
      .sort({ _id: 1 })
      .limit(limit)
      .lean<Stored<AuditIntent>[]>()
    return found.map((intent) => fromStored(intent))
  }
}
