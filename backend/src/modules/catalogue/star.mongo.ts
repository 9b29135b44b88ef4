import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import { StarRepository } from './star.repository.js'

/** The id is made of both, so that nobody gives two. */
interface Stored {
  _id: string
  projectId: string
  userId: string
  at: Date
}

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true, index: true },
    userId: { type: String, required: true, index: true },
    at: { type: Date, required: true },
  },
  { collection: 'stars', versionKey: false },
)

@Injectable()
export class MongoStarRepository extends StarRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Star', schema)
  }

  async add(projectId: string, userId: string, at: Date): Promise<void> {
    try {
      await this.model.create({ _id: idOf(projectId, userId), projectId, userId, at })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
  }

  async remove(projectId: string, userId: string): Promise<void> {
    await this.model.deleteOne({ _id: idOf(projectId, userId) })
  }

  async projectsOf(userId: string): Promise<string[]> {
    const found = await this.model.find({ userId }, { projectId: 1 }).lean<Pick<Stored, 'projectId'>[]>()
    return found.map(({ projectId }) => projectId)
  }

  async among(projectIds: readonly string[], userId: string): Promise<string[]> {
    // By their keys: the embedded database has no other index for this, and every list asks.
    const keys = projectIds.map((projectId) => idOf(projectId, userId))
    const found = await this.model.find({ _id: trusted({ $in: keys }) }, { projectId: 1 }).lean<Pick<Stored, 'projectId'>[]>()
    return found.map(({ projectId }) => projectId)
  }

  async countOf(projectId: string): Promise<number> {
    return this.model.countDocuments({ projectId })
  }

  async counts(): Promise<Map<string, number>> {
    const found = await this.model.aggregate<{ _id: string; count: number }>([{ $group: { _id: '$projectId', count: { $sum: 1 } } }])
    return new Map(found.map(({ _id, count }) => [_id, count]))
  }

  async removeOf(projectId: string): Promise<void> {
    await this.model.deleteMany({ projectId })
  }
}

const idOf = (projectId: string, userId: string): string => `${projectId}/${userId}`
