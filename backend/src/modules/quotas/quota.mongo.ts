import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { Mongo } from '../../platform/mongo/mongo.js'
import type { QuotaLimits } from './quota.js'
import { QuotaRepository } from './quota.repository.js'

type Stored = QuotaLimits & { _id: string }

// No project's id looks like this.
const DEFAULT = 'default'
const count = { type: Number, required: true } as const

const schema = new Schema<Stored>(
  { _id: { type: String, required: true }, apps: count, cpuMillis: count, memoryMiB: count, gpus: count },
  { collection: 'quotas', versionKey: false },
)

const limitsOf = ({ apps, cpuMillis, memoryMiB, gpus }: Stored): QuotaLimits => ({ apps, cpuMillis, memoryMiB, gpus })

@Injectable()
export class MongoQuotaRepository extends QuotaRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Quota', schema)
  }

  async find(projectId: string): Promise<QuotaLimits | null> {
    const found = await this.model.findById(projectId).lean<Stored>()
    return found && limitsOf(found)
  }

  findDefault(): Promise<QuotaLimits | null> {
    return this.find(DEFAULT)
  }

  async all(): Promise<Map<string, QuotaLimits>> {
    const found = await this.model.find().lean<Stored[]>()
    return new Map(found.filter(({ _id }) => _id !== DEFAULT).map((stored) => [stored._id, limitsOf(stored)]))
  }

  async set(projectId: string, limits: QuotaLimits): Promise<void> {
    await this.model.updateOne({ _id: projectId }, { $set: { ...limits } }, { upsert: true })
  }

  setDefault(limits: QuotaLimits): Promise<void> {
    return this.set(DEFAULT, limits)
  }

  async remove(projectId: string): Promise<void> {
    await this.model.deleteOne({ _id: projectId })
  }
}
