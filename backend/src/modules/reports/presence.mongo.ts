import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import { PresenceRepository, type Presence } from './presence.repository.js'

type Stored = Presence & { _id: string }

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    reportId: { type: String, required: true, index: true },
    projectId: { type: String, required: true },
    userId: { type: String, required: true },
    expiresAt: { type: Date, required: true, index: true },
  },
  { collection: 'reportPresences', versionKey: false },
)

@Injectable()
export class MongoPresenceRepository extends PresenceRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('ReportPresence', schema)
  }

  async put(presence: Presence): Promise<void> {
    const _id = `${presence.reportId}-${presence.userId}`
    const put = () => this.model.updateOne({ _id }, { $set: { expiresAt: presence.expiresAt } })
    if ((await put()).matchedCount === 1) return
    try {
      await this.model.create({ _id, ...presence })
    } catch (error) {
      // Another tab of the same person was as fast.
      if (!isDuplicateKey(error)) throw error
    }
  }

  async remove(reportId: string, userId: string): Promise<void> {
    await this.model.deleteOne({ _id: `${reportId}-${userId}` })
  }

  async findOf(reportId: string, at: Date): Promise<string[]> {
    const found = await this.model
      .find({ reportId, expiresAt: trusted({ $gt: at }) }, { userId: 1 })
      .sort({ _id: 1 })
      .lean<Pick<Stored, 'userId'>[]>()
    return found.map(({ userId }) => userId)
  }

  findAll(at: Date): Promise<Presence[]> {
    return this.model
      .find({ expiresAt: trusted({ $gt: at }) }, { _id: 0 })
      .sort({ reportId: 1, userId: 1 })
      .lean<Presence[]>()
      .exec()
  }

  async removeExpired(at: Date): Promise<void> {
    await this.model.deleteMany({ expiresAt: trusted({ $lte: at }) })
  }
}
