import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../../platform/mongo/mongo.js'
import { SignInFailures, type FailureCount } from './sign-in-failures.js'

type StoredCount = FailureCount & { _id: string }

const schema = new Schema<StoredCount>(
  { _id: { type: String, required: true }, failures: { type: Number, required: true }, last: { type: Date, required: true, index: true } },
  { collection: 'signInFailures', versionKey: false },
)

@Injectable()
export class MongoSignInFailures extends SignInFailures {
  private readonly model: Model<StoredCount>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('SignInFailures', schema)
  }

  async find(keys: string[]): Promise<Map<string, FailureCount>> {
    const found = await this.model.find({ _id: trusted({ $in: keys }) }).lean<StoredCount[]>()
    return new Map(found.map(({ _id, failures, last }) => [_id, { failures, last }]))
  }

  async advance(key: string, seen: FailureCount | null, { failures, last }: FailureCount): Promise<boolean> {
    if (seen !== null)
      return (
        (await this.model.updateOne({ _id: key, failures: seen.failures, last: seen.last }, { $set: { failures, last } })).matchedCount ===
        1
      )
    try {
      await this.model.create({ _id: key, failures, last })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async takeBack(key: string): Promise<void> {
    await this.model.updateOne({ _id: key, failures: trusted({ $gt: 0 }) }, { $inc: { failures: -1 } })
  }

  async remove(key: string): Promise<void> {
    await this.model.deleteOne({ _id: key })
  }

  async removeBefore(at: Date): Promise<void> {
    await this.model.deleteMany({ last: trusted({ $lt: at }) })
  }
}
