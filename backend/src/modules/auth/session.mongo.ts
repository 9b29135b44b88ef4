import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { Mongo } from '../../platform/mongo/mongo.js'
import { SessionRepository, type Session } from './session.js'

type Stored = Omit<Session, 'id'> & { _id: string }

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true, index: true },
    tokenHash: { type: String, required: true, unique: true },
    createdAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true, index: true },
  },
  { collection: 'sessions', versionKey: false },
)

@Injectable()
export class MongoSessionRepository extends SessionRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Session', schema)
  }

  async insert({ id, ...rest }: Session): Promise<void> {
    await this.model.create({ _id: id, ...rest })
  }

  async findLive(tokenHash: string, at: Date): Promise<Session | null> {
    const found = await this.model.findOne({ tokenHash, expiresAt: trusted({ $gt: at }) }).lean<Stored>()
    if (!found) return null
    const { _id, ...rest } = found
    return { id: _id, ...rest }
  }

  async remove(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id })
  }

  async removeExpired(at: Date): Promise<void> {
    await this.model.deleteMany({ expiresAt: trusted({ $lte: at }) })
  }
}
