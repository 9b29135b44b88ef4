import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import { ViewRepository } from './view.repository.js'

interface StoredSalt {
  _id: string
  salt: string
}

interface StoredVisit {
  _id: string
  day: string
}

const text = { type: String, required: true }
const saltSchema = new Schema<StoredSalt>({ _id: text, salt: text }, { collection: 'viewSalts', versionKey: false })
const visitSchema = new Schema<StoredVisit>({ _id: text, day: text }, { collection: 'views', versionKey: false })
visitSchema.index({ day: 1 })

@Injectable()
export class MongoViewRepository extends ViewRepository {
  private readonly salts: Model<StoredSalt>
  private readonly visits: Model<StoredVisit>

  constructor(mongo: Mongo) {
    super()
    this.salts = mongo.model('ViewSalt', saltSchema)
    this.visits = mongo.model('View', visitSchema)
  }

  async saltOf(day: string, fresh: string): Promise<string> {
    const found = await this.salts.findById(day).lean<StoredSalt>()
    if (found) return found.salt
    try {
      await this.salts.create({ _id: day, salt: fresh })
      return fresh
    } catch (error) {
      // Another replica was first.
      if (!isDuplicateKey(error)) throw error
      return this.saltOf(day, fresh)
    }
  }

  async note(visit: string, day: string): Promise<boolean> {
    try {
      await this.visits.create({ _id: visit, day })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async forgetBefore(day: string): Promise<void> {
    await this.salts.deleteMany({ _id: trusted({ $lt: day }) })
    await this.visits.deleteMany({ day: trusted({ $lt: day }) })
  }
}
