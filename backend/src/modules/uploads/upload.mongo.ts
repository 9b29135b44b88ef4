import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { Mongo } from '../../platform/mongo/mongo.js'
import type { Upload, UploadState } from './upload.js'
import { UploadRepository, type UploadChange } from './upload.repository.js'

type Stored = Omit<Upload, 'id'> & { _id: string }

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    target: { kind: { type: String, required: true }, id: { type: String, required: true } },
    projectId: { type: String, required: true },
    fileId: { type: String, required: true },
    storeUploadId: { type: String, default: null },
    name: { type: String, required: true },
    size: { type: Number, required: true },
    contentType: { type: String, required: true },
    partSize: { type: Number, required: true },
    state: { type: String, required: true },
    // Not subdocuments: mongoose takes seconds to make ten thousand of them.
    parts: { type: Schema.Types.Mixed, default: () => [] },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    expiresAt: { type: Date, required: true },
  },
  { collection: 'uploads', versionKey: false },
)
schema.index({ projectId: 1, state: 1, _id: -1 })
schema.index({ 'target.id': 1, state: 1 })
schema.index({ state: 1, updatedAt: 1 })

const UNFINISHED: UploadState[] = ['pending', 'completing', 'aborting']
const BATCH = 500

const toUpload = ({ _id, ...rest }: Stored): Upload => ({ id: _id, ...rest })

@Injectable()
export class MongoUploadRepository extends UploadRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Upload', schema)
  }

  async insert({ id, ...rest }: Upload): Promise<void> {
    await this.model.create({ _id: id, ...rest })
  }

  async findById(id: string): Promise<Upload | null> {
    const found = await this.model.findById(id).lean<Stored>()
    return found && toUpload(found)
  }

  async begin(id: string, storeUploadId: string): Promise<Upload | null> {
    const found = await this.model
      .findOneAndUpdate({ _id: id, state: 'pending' }, { $set: { storeUploadId } }, { returnDocument: 'after' })
      .lean<Stored>()
    return found && toUpload(found)
  }

  async move(id: string, from: UploadState[], to: UploadState, at: Date, change: UploadChange = {}): Promise<Upload | null> {
    const found = await this.model
      .findOneAndUpdate(
        { _id: id, state: trusted({ $in: from }) },
        { $set: { ...change, state: to, updatedAt: at } },
        { returnDocument: 'after' },
      )
      .lean<Stored>()
    return found && toUpload(found)
  }

  async findPendingOf(projectId: string, { before, limit }: { before?: string; limit: number }): Promise<Upload[]> {
    const found = await this.model
      .find({
        projectId,
        state: 'pending',
        storeUploadId: trusted({ $ne: null }),
        ...(before === undefined ? {} : { _id: trusted({ $lt: before }) }),
      })
      .sort({ _id: -1 })
      .limit(limit + 1)
      .lean<Stored[]>()
    return found.map(toUpload)
  }

  async findUnfinishedInto(datasetId: string): Promise<Upload[]> {
    const found = await this.model.find({ 'target.id': datasetId, state: trusted({ $in: UNFINISHED }) }).lean<Stored[]>()
    return found.map(toUpload)
  }

  async findDue(at: Date, begunBefore: Date): Promise<Upload[]> {
    const found = await this.model
      .find({
        $or: [
          { state: trusted({ $in: ['completing', 'aborting'] }) },
          { state: 'pending', expiresAt: trusted({ $lte: at }) },
          { state: 'pending', storeUploadId: null, createdAt: trusted({ $lte: begunBefore }) },
        ],
      })
      .limit(BATCH)
      .lean<Stored[]>()
    return found.map(toUpload)
  }

  async removeEndedBefore(at: Date): Promise<void> {
    await this.model.deleteMany({ state: trusted({ $in: ['completed', 'aborted'] }), updatedAt: trusted({ $lte: at }) })
  }
}
