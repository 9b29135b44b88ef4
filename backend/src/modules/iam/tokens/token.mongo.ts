import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { fromStored, Mongo, toStored, type Stored } from '../../../platform/mongo/mongo.js'
import { ApiTokenRepository, type ApiToken } from './token.js'
import type { OwnedSearch } from '../users/owned-list.js'

const schema = new Schema<Stored<ApiToken>>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true, index: true },
    name: { type: String, required: true },
    tokenHash: { type: String, required: true, unique: true },
    scopes: { type: [String], required: true },
    projectId: { type: String, default: null },
    epoch: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
    lastUsedAt: { type: Date, default: null },
  },
  { collection: 'apiTokens', versionKey: false },
)

@Injectable()
export class MongoApiTokenRepository extends ApiTokenRepository {
  private readonly model: Model<Stored<ApiToken>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('ApiToken', schema)
    // Tokens of the first release could do all that their owner could, for ever: their owners make new ones.
    mongo.onReady('tokens of the first release', async () => {
      await this.model.deleteMany({ expiresAt: null })
    })
  }

  async insert(token: ApiToken): Promise<void> {
    await this.model.create(toStored(token))
  }

  async findByHash(tokenHash: string): Promise<ApiToken | null> {
    return fromStored(await this.model.findOne({ tokenHash }).lean<Stored<ApiToken>>())
  }

  async findById(id: string): Promise<ApiToken | null> {
    return fromStored(await this.model.findById(id).lean<Stored<ApiToken>>())
  }

  async findByIds(ids: string[]): Promise<ApiToken[]> {
    const found = await this.model.find({ _id: trusted({ $in: ids }) }).lean<Stored<ApiToken>[]>()
    return found.map((token) => fromStored(token))
  }

  async search({ userIds, before, limit }: OwnedSearch): Promise<ApiToken[]> {
    const found = await this.model
      .find({
        ...(userIds === undefined ? {} : { userId: trusted({ $in: userIds }) }),
        ...(before === undefined ? {} : { _id: trusted({ $lt: before }) }),
      })
      .sort({ _id: -1 })
      .limit(limit + 1)
      .lean<Stored<ApiToken>[]>()
    return found.map((token) => fromStored(token))
  }

  async remove(id: string): Promise<boolean> {
    return (await this.model.deleteOne({ _id: id })).deletedCount === 1
  }

  async removeOf(userId: string, epochBelow: number): Promise<void> {
    await this.model.deleteMany({ userId, epoch: trusted({ $lt: epochBelow }) })
  }

  async touch(id: string, at: Date): Promise<void> {
    await this.model.updateOne({ _id: id }, { $set: { lastUsedAt: at } })
  }
}
