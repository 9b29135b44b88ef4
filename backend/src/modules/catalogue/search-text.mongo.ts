import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { SearchThing } from '../projects/search-text.js'
import type { Texts } from './catalogue-entry.js'
import { SearchTextRepository } from './search-text.repository.js'

/** The words in one text: a list of thousands takes several times as long to read. */
interface Stored {
  _id: string
  words: string
  things: SearchThing[]
  revision: number
  updatedAt: Date
}

const text = { type: String, required: true }
const thing = new Schema({ kind: text, id: text, title: text }, { _id: false })
const schema = new Schema<Stored>(
  {
    _id: text,
    words: { type: String, default: '' },
    things: { type: [thing], default: [] },
    revision: { type: Number, required: true },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'searchTexts', versionKey: false },
)
schema.index({ updatedAt: 1 })

@Injectable()
export class MongoSearchTextRepository extends SearchTextRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('SearchText', schema)
  }

  async all(): Promise<Map<string, Texts>> {
    return byId(await this.model.find().lean<Stored[]>())
  }

  async since(at: Date): Promise<Map<string, Texts>> {
    return byId(await this.model.find({ updatedAt: trusted({ $gte: at }) }).lean<Stored[]>())
  }

  async find(projectId: string): Promise<Texts | null> {
    const found = await this.model.findById(projectId).lean<Stored>()
    return found && toTexts(found)
  }

  async save(projectId: string, revision: number, { words, things }: Pick<Texts, 'words' | 'things'>, at: Date): Promise<boolean> {
    const set = { words: words.join(' '), things: [...things], updatedAt: at, revision: revision + 1 }
    if (revision > 0) return (await this.model.updateOne({ _id: projectId, revision }, { $set: set })).matchedCount === 1
    try {
      await this.model.create({ _id: projectId, ...set })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async remove(projectId: string): Promise<void> {
    await this.model.deleteOne({ _id: projectId })
  }
}

const toTexts = ({ words, things, revision }: Stored): Texts => ({ words: words === '' ? [] : words.split(' '), things, revision })
const byId = (found: Stored[]): Map<string, Texts> => new Map(found.map((stored) => [stored._id, toTexts(stored)]))
