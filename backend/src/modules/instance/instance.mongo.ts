import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import { InstanceRepository } from './instance.repository.js'

interface Stored {
  _id: string
  value: string
}

const ID = 'id'

const schema = new Schema<Stored>(
  { _id: { type: String, required: true }, value: { type: String, required: true } },
  { collection: 'instance', versionKey: false },
)

@Injectable()
export class MongoInstanceRepository extends InstanceRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Instance', schema)
  }

  async ensure(fresh: string): Promise<string> {
    const found = await this.model.findById(ID).lean<Stored>()
    if (found) return found.value
    try {
      await this.model.create({ _id: ID, value: fresh })
      return fresh
    } catch (error) {
      // Another replica was first.
      if (!isDuplicateKey(error)) throw error
      return this.ensure(fresh)
    }
  }
}
