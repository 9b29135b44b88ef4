import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { fromStored, isDuplicateKey, Mongo, toStored, type Stored } from '../../../platform/mongo/mongo.js'
import type { User } from './user.js'
import { UserRepository, type UserChange, type UserSecurityChange } from './user.repository.js'

const membership = new Schema(
  { groupId: { type: String, required: true }, role: { type: String, required: true }, source: { type: String, required: true } },
  { _id: false },
)

const schema = new Schema<Stored<User>>(
  {
    _id: { type: String, required: true },
    username: { type: String, required: true, unique: true },
    displayName: { type: String, required: true },
    email: { type: String, default: null, index: true },
    role: { type: String, required: true, index: true },
    state: { type: String, required: true },
    passwordHash: { type: String, default: null },
    mustChangePassword: { type: Boolean, required: true },
    externalId: { type: String, required: true, unique: true },
    memberships: { type: [membership], default: [] },
    epoch: { type: Number, required: true },
    lastSeenAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
  },
  { collection: 'users', versionKey: false },
)
schema.index({ 'memberships.groupId': 1 })

@Injectable()
export class MongoUserRepository extends UserRepository {
  private readonly model: Model<Stored<User>>

  constructor(mongo: Mongo) {
    super()
    // Before the indexes: those are unique over fields that accounts of the first release lack.
    mongo.onReady('accounts of the first release', () => this.upgrade())
    this.model = mongo.model('User', schema)
  }

  async findById(id: string): Promise<User | null> {
    return fromStored(await this.model.findById(id).lean<Stored<User>>())
  }

  async findByIds(ids: string[]): Promise<User[]> {
    const found = await this.model.find({ _id: trusted({ $in: ids }) }).lean<Stored<User>[]>()
    return found.map((user) => fromStored(user))
  }

  async findByUsername(username: string): Promise<User | null> {
    return fromStored(await this.model.findOne({ username }).lean<Stored<User>>())
  }

  async findByExternalId(externalId: string): Promise<User | null> {
    return fromStored(await this.model.findOne({ externalId }).lean<Stored<User>>())
  }

  async findByEmail(email: string, limit: number): Promise<User[]> {
    const exactly = `^${email.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`
    const found = await this.model
      .find({ email: trusted({ $regex: exactly, $options: 'i' }) })
      .limit(limit)
      .lean<Stored<User>[]>()
    return found.map((user) => fromStored(user))
  }

  async hasAdmin(except?: string): Promise<boolean> {
    const other = except === undefined ? {} : { _id: trusted({ $ne: except }) }
    return (await this.model.exists({ role: 'admin', state: 'active', ...other })) !== null
  }

  async insert(user: User): Promise<boolean> {
    try {
      await this.model.create(toStored(user))
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async update(id: string, revision: number, change: UserChange, at: Date): Promise<User | null> {
    return this.change({ _id: id, revision }, { ...change, updatedAt: at }, { revision: 1 })
  }

  async secure(id: string, revision: number | null, change: UserSecurityChange & UserChange, at: Date): Promise<User | null> {
    const filter = revision === null ? { _id: id } : { _id: id, revision }
    return this.change(filter, { ...change, updatedAt: at }, { revision: 1, epoch: 1 })
  }

  async touch(id: string, at: Date): Promise<void> {
    await this.model.updateOne({ _id: id }, { $set: { lastSeenAt: at } })
  }

  private async change(filter: { _id: string; revision?: number }, set: Partial<User>, inc: Record<string, number>): Promise<User | null> {
    return fromStored(await this.model.findOneAndUpdate(filter, { $set: set, $inc: inc }, { returnDocument: 'after' }).lean<Stored<User>>())
  }

  private async upgrade(): Promise<void> {
    const old = await this.model.find({ epoch: null }).lean<Pick<Stored<User>, '_id' | 'createdAt'>[]>()
    for (const { _id, createdAt } of old)
      await this.model.updateOne(
        { _id, epoch: null },
        {
          $set: {
            email: null,
            state: 'active',
            mustChangePassword: false,
            externalId: `local:${_id}`,
            memberships: [],
            epoch: 1,
            lastSeenAt: null,
            updatedAt: createdAt,
            revision: 1,
          },
        },
      )
  }
}
