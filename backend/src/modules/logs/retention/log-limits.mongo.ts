import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { Mongo } from '../../../platform/mongo/mongo.js'
import type { LogLimits } from './log-limits.js'
import { LogLimitsRepository } from './log-limits.repository.js'

type Stored = LogLimits & { _id: string }

// There is one.
const ID = 'limits'
const schema = new Schema<Stored>(
  { _id: { type: String, required: true }, days: { type: Number, required: true }, maxBytesPerApp: { type: Number, required: true } },
  { collection: 'log-limits', versionKey: false },
)

@Injectable()
export class MongoLogLimitsRepository extends LogLimitsRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('LogLimits', schema)
  }

  async find(): Promise<LogLimits | null> {
    const found = await this.model.findById(ID).lean<Stored>()
    return found && { days: found.days, maxBytesPerApp: found.maxBytesPerApp }
  }

  async set(limits: LogLimits): Promise<void> {
    await this.model.updateOne({ _id: ID }, { $set: { ...limits } }, { upsert: true })
  }
}
