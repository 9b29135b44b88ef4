import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { createHash } from 'node:crypto'
import { isDuplicateKey, Mongo } from '../../../platform/mongo/mongo.js'
import { UsedTransactions } from './used-transaction.js'

interface StoredUse {
  /** A digest: the state itself is nothing to keep. */
  _id: string
  until: Date
}

const schema = new Schema<StoredUse>(
  { _id: { type: String, required: true }, until: { type: Date, required: true, index: true } },
  { collection: 'oidc_transactions', versionKey: false },
)

@Injectable()
export class MongoUsedTransactions extends UsedTransactions {
  private readonly model: Model<StoredUse>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('OidcTransaction', schema)
  }

  async use(state: string, at: Date, until: Date): Promise<boolean> {
    // The embedded database has no index that removes what is too old.
    await this.model.deleteMany({ until: trusted({ $lt: at }) })
    try {
      await this.model.create({ _id: createHash('sha256').update(state).digest('base64url'), until })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }
}
