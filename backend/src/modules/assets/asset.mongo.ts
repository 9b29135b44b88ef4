import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { fromStored, Mongo, toStored, type Stored } from '../../platform/mongo/mongo.js'
import { nextReview, type Asset } from './asset.js'
import { AssetRepository, type AssetFacts, type AssetTotals } from './asset.repository.js'

const schema = new Schema<Stored<Asset>>(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    name: { type: String, required: true },
    contentType: { type: String, required: true },
    size: { type: Number, required: true },
    width: { type: Number, default: null },
    height: { type: Number, default: null },
    state: { type: String, required: true },
    storeUploadId: { type: String, default: null },
    createdAt: { type: Date, required: true },
    unusedSince: { type: Date, default: null },
    reviewAt: { type: Date, required: true },
  },
  { collection: 'assets', versionKey: false },
)
schema.index({ projectId: 1, state: 1 })
schema.index({ reviewAt: 1 })

@Injectable()
export class MongoAssetRepository extends AssetRepository {
  private readonly model: Model<Stored<Asset>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Asset', schema)
  }

  async insert(asset: Asset): Promise<void> {
    await this.model.create(toStored(asset))
  }

  async findById(id: string): Promise<Asset | null> {
    return fromStored(await this.model.findOne({ _id: id, state: trusted({ $ne: 'deleting' }) }).lean<Stored<Asset>>())
  }

  async findEvenDeleted(id: string): Promise<Asset | null> {
    return fromStored(await this.model.findById(id).lean<Stored<Asset>>())
  }

  async findStored(projectId: string, ids: string[]): Promise<Asset[]> {
    if (ids.length === 0) return []
    const found = await this.model.find({ projectId, state: 'stored', _id: trusted({ $in: ids }) }).lean<Stored<Asset>[]>()
    return found.map((asset) => fromStored<Asset>(asset))
  }

  async totals(projectId: string): Promise<AssetTotals> {
    const [found] = await this.model.aggregate<AssetTotals>([
      { $match: { projectId, state: { $in: ['pending', 'stored'] } } },
      { $group: { _id: null, files: { $sum: 1 }, bytes: { $sum: '$size' } } },
    ])
    return { files: found?.files ?? 0, bytes: found?.bytes ?? 0 }
  }

  async begin(id: string, storeUploadId: string): Promise<boolean> {
    const { matchedCount } = await this.model.updateOne({ _id: id, state: 'pending' }, { $set: { storeUploadId } })
    return matchedCount === 1
  }

  async keep(id: string, facts: AssetFacts, at: Date): Promise<Asset | null> {
    const change = { ...facts, state: 'stored', storeUploadId: null, unusedSince: at, reviewAt: nextReview(at) }
    return fromStored(
      await this.model.findOneAndUpdate({ _id: id, state: 'pending' }, { $set: change }, { returnDocument: 'after' }).lean<Stored<Asset>>(),
    )
  }

  async claim(projectId: string, ids: string[], at: Date): Promise<Set<string>> {
    const claimed = await Promise.all(
      ids.map(async (id) => {
        const { matchedCount } = await this.model.updateOne(
          { _id: id, projectId, state: 'stored' },
          { $set: { unusedSince: null, reviewAt: nextReview(at) } },
        )
        return matchedCount === 1 ? [id] : []
      }),
    )
    return new Set(claimed.flat())
  }

  async findDue(at: Date, limit: number): Promise<Asset[]> {
    const found = await this.model
      .find({ reviewAt: trusted({ $lte: at }) })
      .sort({ reviewAt: 1 })
      .limit(limit)
      .lean<Stored<Asset>[]>()
    return found.map((asset) => fromStored<Asset>(asset))
  }

  async postpone({ id, state, reviewAt }: Asset, unusedSince: Date | null, at: Date): Promise<void> {
    await this.model.updateOne({ _id: id, state, reviewAt }, { $set: { unusedSince, reviewAt: nextReview(at) } })
  }

  async markDeleting({ id, state, reviewAt }: Asset, at: Date): Promise<boolean> {
    // Due at once, so that any replica takes it up where this one is killed.
    const { matchedCount } = await this.model.updateOne({ _id: id, state, reviewAt }, { $set: { state: 'deleting', reviewAt: at } })
    return matchedCount === 1
  }

  async markAllDeleting(projectId: string, at: Date): Promise<void> {
    await this.model.updateMany({ projectId, state: trusted({ $ne: 'deleting' }) }, { $set: { state: 'deleting', reviewAt: at } })
  }

  async findDeletingOf(projectId: string): Promise<Asset[]> {
    const found = await this.model.find({ projectId, state: 'deleting' }).lean<Stored<Asset>[]>()
    return found.map((asset) => fromStored<Asset>(asset))
  }

  async remove(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id, state: 'deleting' })
  }
}
