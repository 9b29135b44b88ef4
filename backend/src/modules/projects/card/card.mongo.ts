import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../../platform/mongo/mongo.js'
import type { RichText } from '../../richtext/rich-text.js'
import { CARD_SECTIONS, emptyCard, type Card, type CardSection, type CardTexts } from './card.js'
import { CardRepository } from './card.repository.js'

/** Each text as JSON: the names in a chart may be what a database takes for an operator or a path. */
type Stored = Record<CardSection, string | null> & { _id: string; revision: number; updatedAt: Date }

const text = { type: String, default: null }
const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    description: text,
    explanation: text,
    usage: text,
    limitations: text,
    performance: text,
    revision: { type: Number, required: true },
    updatedAt: { type: Date, required: true },
  },
  { collection: 'cards', versionKey: false },
)

@Injectable()
export class MongoCardRepository extends CardRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Card', schema)
  }

  async find(projectId: string): Promise<Card> {
    const found = await this.model.findById(projectId).lean<Stored>()
    return found ? toCard(found) : emptyCard(projectId)
  }

  async write(projectId: string, revision: number, section: CardSection, text: RichText | null, at: Date): Promise<Card | null> {
    const set = { [section]: text && JSON.stringify(text), updatedAt: at }
    if (revision === 1) {
      try {
        await this.model.create({ _id: projectId, ...set, revision: 2 })
        return await this.find(projectId)
      } catch (error) {
        if (isDuplicateKey(error)) return null
        throw error
      }
    }
    const after = await this.model
      .findOneAndUpdate({ _id: projectId, revision }, { $set: set, $inc: { revision: 1 } }, { returnDocument: 'after' })
      .lean<Stored>()
    return after && toCard(after)
  }

  async remove(projectId: string): Promise<void> {
    await this.model.deleteOne({ _id: projectId })
  }
}

function toCard(stored: Stored): Card {
  const { texts } = emptyCard(stored._id)
  // Only the portal writes here, and only what it has checked.
  for (const section of CARD_SECTIONS) texts[section] = JSON.parse(stored[section] ?? 'null') as CardTexts[CardSection]
  return { projectId: stored._id, texts, revision: stored.revision }
}
