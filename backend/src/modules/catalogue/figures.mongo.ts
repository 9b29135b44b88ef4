import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { Figures } from './catalogue-entry.js'
import { FiguresRepository } from './figures.repository.js'

type Stored = Figures & { _id: string; updatedAt: Date }

const number = { type: Number, default: 0 }
const schema = new Schema<Stored>(
  { _id: { type: String, required: true }, stars: number, views: number, revision: number, updatedAt: { type: Date, required: true } },
  { collection: 'projectFigures', versionKey: false },
)
schema.index({ updatedAt: 1 })

@Injectable()
export class MongoFiguresRepository extends FiguresRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('ProjectFigures', schema)
  }

  async all(): Promise<Map<string, Figures>> {
    return byId(await this.model.find().lean<Stored[]>())
  }

  async since(at: Date): Promise<Map<string, Figures>> {
    return byId(await this.model.find({ updatedAt: trusted({ $gte: at }) }).lean<Stored[]>())
  }

  async find(projectId: string): Promise<Figures> {
    const found = await this.model.findById(projectId).lean<Stored>()
    return found ? toFigures(found) : { stars: 0, views: 0, revision: 0 }
  }

  async setStars(projectId: string, revision: number, stars: number, at: Date): Promise<Figures | null> {
    await this.ensure(projectId, at)
    const after = await this.model
      .findOneAndUpdate(
        { _id: projectId, revision },
        { $set: { stars, updatedAt: at }, $inc: { revision: 1 } },
        { returnDocument: 'after' },
      )
      .lean<Stored>()
    return after && toFigures(after)
  }

  async addView(projectId: string, at: Date): Promise<Figures> {
    const count = async (): Promise<Figures | null> => {
      const after = await this.model
        .findOneAndUpdate({ _id: projectId }, { $inc: { views: 1 }, $set: { updatedAt: at } }, { returnDocument: 'after' })
        .lean<Stored>()
      return after && toFigures(after)
    }
    const counted = await count()
    if (counted) return counted
    await this.ensure(projectId, at)
    return (await count()) ?? { stars: 0, views: 1, revision: 0 }
  }

  async remove(projectId: string): Promise<void> {
    await this.model.deleteOne({ _id: projectId })
  }

  private async ensure(projectId: string, at: Date): Promise<void> {
    if (await this.model.exists({ _id: projectId })) return
    try {
      await this.model.create({ _id: projectId, stars: 0, views: 0, revision: 0, updatedAt: at })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
  }
}

const toFigures = ({ stars, views, revision }: Stored): Figures => ({ stars, views, revision })
const byId = (found: Stored[]): Map<string, Figures> => new Map(found.map((stored) => [stored._id, toFigures(stored)]))
