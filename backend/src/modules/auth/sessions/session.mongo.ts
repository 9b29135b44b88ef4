import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { fromStored, Mongo, toStored, type Stored } from '../../../platform/mongo/mongo.js'
import { SessionRepository, type Session } from './session.js'
import type { OwnedSearch } from '../../iam/users/owned-list.js'

const schema = new Schema<Stored<Session>>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true, index: true },
    epoch: { type: Number, required: true },
    generation: { type: Number, required: true },
    nonce: { type: String, required: true },
    rotatedAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true, index: true },
    endsAt: { type: Date, required: true },
    lastSeenAt: { type: Date, required: true },
    method: { type: String, required: true },
    address: { type: String, default: '' },
    userAgent: { type: String, default: '' },
  },
  { collection: 'sessions', versionKey: false },
)

@Injectable()
export class MongoSessionRepository extends SessionRepository {
  private readonly model: Model<Stored<Session>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Session', schema)
    mongo.onReady('sessions of the first release', async () => {
      await this.model.deleteMany({ nonce: null })
    })
  }

  async insert(session: Session): Promise<void> {
    await this.model.create(toStored(session))
  }

  async findById(id: string): Promise<Session | null> {
    return fromStored(await this.model.findById(id).lean<Stored<Session>>())
  }

  async findByIds(ids: string[]): Promise<Session[]> {
    const found = await this.model.find({ _id: trusted({ $in: ids }) }).lean<Stored<Session>[]>()
    return found.map((session) => fromStored(session))
  }

  async search({ userIds, before, limit }: OwnedSearch): Promise<Session[]> {
    const found = await this.model
      .find({
        ...(userIds === undefined ? {} : { userId: trusted({ $in: userIds }) }),
        ...(before === undefined ? {} : { _id: trusted({ $lt: before }) }),
      })
      .sort({ _id: -1 })
      .limit(limit + 1)
      .lean<Stored<Session>[]>()
    return found.map((session) => fromStored(session))
  }

  async rotate(id: string, generation: number, at: Date, expiresAt: Date): Promise<boolean> {
    const result = await this.model.updateOne(
      { _id: id, generation },
      { $set: { rotatedAt: at, lastSeenAt: at, expiresAt }, $inc: { generation: 1 } },
    )
    return result.modifiedCount === 1
  }

  async touch(id: string, at: Date, address: string): Promise<void> {
    await this.model.updateOne({ _id: id }, { $set: { lastSeenAt: at, address } })
  }

  async remove(id: string): Promise<boolean> {
    return (await this.model.deleteOne({ _id: id })).deletedCount === 1
  }

  async removeOf(userId: string, epochBelow: number): Promise<void> {
    await this.model.deleteMany({ userId, epoch: trusted({ $lt: epochBelow }) })
  }

  async removeExpired(at: Date): Promise<void> {
    await this.model.deleteMany({ expiresAt: trusted({ $lte: at }) })
  }
}
