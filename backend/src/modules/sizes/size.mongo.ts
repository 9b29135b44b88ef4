import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { Size, SizeCatalogue } from './size.js'
import { SizeRepository } from './size.repository.js'

type Stored = SizeCatalogue & { _id: string }

const ID = 'sizes'
const count = { type: Number, required: true } as const

const sizeSchema = new Schema<Size>(
  {
    id: { type: String, required: true },
    title: { type: String, required: true },
    description: { type: String, default: '' },
    cpuMillis: count,
    cpuLimitMillis: count,
    memoryMiB: count,
    memoryLimitMiB: count,
    ephemeralMiB: count,
    gpus: count,
    isDefault: { type: Boolean, required: true },
    order: count,
    revision: count,
  },
  { _id: false, id: false },
)

const schema = new Schema<Stored>(
  { _id: { type: String, required: true }, revision: count, sizes: { type: [sizeSchema], required: true } },
  { collection: 'sizes', versionKey: false },
)

/** One document holds all: what must be true of them together is true of every write. */
@Injectable()
export class MongoSizeRepository extends SizeRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Sizes', schema)
  }

  async read(): Promise<SizeCatalogue | null> {
    const found = await this.model.findById(ID).lean<Stored>()
    return found && { sizes: found.sizes, revision: found.revision }
  }

  async begin(sizes: readonly Size[]): Promise<void> {
    try {
      await this.model.create({ _id: ID, revision: 1, sizes: [...sizes] })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
  }

  async replace(revision: number, sizes: readonly Size[]): Promise<boolean> {
    const { matchedCount } = await this.model.updateOne({ _id: ID, revision }, { $set: { sizes: [...sizes] }, $inc: { revision: 1 } })
    return matchedCount === 1
  }
}
