import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import { comparable, type Dataset, type DatasetFile, type DatasetTotals } from './dataset.js'
import { DatasetFileRepository, DatasetRepository } from './dataset.repository.js'

/** `nameKey` is unique: the scope and the name while it counts, the id once it is being deleted, so that the name is free at once. */
type Stored<T extends { id: string }> = Omit<T, 'id'> & { _id: string; nameKey: string }

const datasetSchema = new Schema<Stored<Dataset>>(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true, unique: true },
    deletedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
  },
  { collection: 'datasets', versionKey: false },
)
datasetSchema.index({ projectId: 1, deletedAt: 1, _id: -1 })
datasetSchema.index({ deletedAt: 1 })

const fileSchema = new Schema<Stored<DatasetFile>>(
  {
    _id: { type: String, required: true },
    datasetId: { type: String, required: true },
    projectId: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true, unique: true },
    size: { type: Number, required: true },
    contentType: { type: String, required: true },
    checksum: { type: String, default: '' },
    state: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'datasetFiles', versionKey: false },
)
fileSchema.index({ datasetId: 1, state: 1, name: 1 })
fileSchema.index({ state: 1 })

const nameKeyOf = (scope: string, name: string): string => `${scope}/${comparable(name)}`
const goneKeyOf = (id: string): string => `deleted/${id}`

function fromStored<T extends { id: string }>({ _id, nameKey: _nameKey, ...rest }: Stored<T>): T {
  return { id: _id, ...rest } as unknown as T
}

@Injectable()
export class MongoDatasetRepository extends DatasetRepository {
  private readonly model: Model<Stored<Dataset>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Dataset', datasetSchema)
  }

  async insert({ id, ...rest }: Dataset): Promise<boolean> {
    try {
      await this.model.create({ _id: id, nameKey: nameKeyOf(rest.projectId, rest.name), ...rest })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async findById(id: string): Promise<Dataset | null> {
    const found = await this.model.findOne({ _id: id, deletedAt: null }).lean<Stored<Dataset>>()
    return found && fromStored(found)
  }

  async findOf(projectId: string, { before, limit }: { before?: string; limit: number }): Promise<Dataset[]> {
    const found = await this.model
      .find({ projectId, deletedAt: null, ...(before === undefined ? {} : { _id: trusted({ $lt: before }) }) })
      .sort({ _id: -1 })
      .limit(limit + 1)
      .lean<Stored<Dataset>[]>()
    return found.map((dataset) => fromStored<Dataset>(dataset))
  }

  async touch(id: string, at: Date): Promise<void> {
    await this.model.updateOne({ _id: id, deletedAt: null }, { $set: { updatedAt: at }, $inc: { revision: 1 } })
  }

  async markDeleted(id: string, at: Date): Promise<boolean> {
    const result = await this.model.updateOne(
      { _id: id, deletedAt: null },
      { $set: { deletedAt: at, updatedAt: at, nameKey: goneKeyOf(id) }, $inc: { revision: 1 } },
    )
    return result.modifiedCount === 1
  }

  async findAllIdsOf(projectId: string): Promise<string[]> {
    const found = await this.model.find({ projectId }, { _id: 1 }).lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async findDeletedIds(): Promise<string[]> {
    const found = await this.model.find({ deletedAt: trusted({ $ne: null }) }, { _id: 1 }).lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async remove(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id, deletedAt: trusted({ $ne: null }) })
  }
}

@Injectable()
export class MongoDatasetFileRepository extends DatasetFileRepository {
  private readonly model: Model<Stored<DatasetFile>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('DatasetFile', fileSchema)
  }

  async claim({ id, ...rest }: DatasetFile): Promise<boolean> {
    try {
      await this.model.create({ _id: id, nameKey: nameKeyOf(rest.datasetId, rest.name), ...rest, state: 'storing' })
      return true
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      // Either the name or the id is taken; in the latter case it is this very file, claimed by an earlier try.
      return (await this.model.exists({ _id: id })) !== null
    }
  }

  async hasName(datasetId: string, name: string): Promise<boolean> {
    return (await this.model.exists({ nameKey: nameKeyOf(datasetId, name) })) !== null
  }

  async publish(id: string, checksum: string): Promise<DatasetFile | null> {
    await this.model.updateOne({ _id: id, state: 'storing' }, { $set: { state: 'stored', checksum } })
    return this.findStored(id)
  }

  async release(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id, state: 'storing' })
  }

  async findStored(id: string): Promise<DatasetFile | null> {
    const found = await this.model.findOne({ _id: id, state: 'stored' }).lean<Stored<DatasetFile>>()
    return found && fromStored(found)
  }

  async findOf(datasetId: string, { afterName, limit }: { afterName?: string; limit: number }): Promise<DatasetFile[]> {
    const found = await this.model
      .find({ datasetId, state: 'stored', ...(afterName === undefined ? {} : { name: trusted({ $gt: afterName }) }) })
      .sort({ name: 1 })
      .limit(limit + 1)
      .lean<Stored<DatasetFile>[]>()
    return found.map((file) => fromStored<DatasetFile>(file))
  }

  async totals(datasetIds: string[]): Promise<Map<string, DatasetTotals>> {
    const found = await this.model.aggregate<{ _id: string } & DatasetTotals>([
      { $match: { datasetId: { $in: datasetIds }, state: 'stored' } },
      { $group: { _id: '$datasetId', fileCount: { $sum: 1 }, sizeBytes: { $sum: '$size' } } },
    ])
    return new Map(found.map(({ _id, fileCount, sizeBytes }) => [_id, { fileCount, sizeBytes }]))
  }

  async markDeleting(datasetId: string, id: string): Promise<boolean> {
    const result = await this.model.updateOne(
      { _id: id, datasetId, state: 'stored' },
      { $set: { state: 'deleting', nameKey: goneKeyOf(id) } },
    )
    return result.modifiedCount === 1
  }

  async markAllDeleting(datasetId: string): Promise<void> {
    // The name keys stay as they are: the data set is gone, so nobody can want the names.
    await this.model.updateMany({ datasetId, state: 'stored' }, { $set: { state: 'deleting' } })
  }

  async findDeleting(datasetId?: string): Promise<DatasetFile[]> {
    const found = await this.model
      .find({ state: 'deleting', ...(datasetId === undefined ? {} : { datasetId }) })
      .limit(1_000)
      .lean<Stored<DatasetFile>[]>()
    return found.map((file) => fromStored<DatasetFile>(file))
  }

  async findHidden(id: string): Promise<DatasetFile | null> {
    const found = await this.model.findOne({ _id: id, state: 'deleting' }).lean<Stored<DatasetFile>>()
    return found && fromStored(found)
  }

  async remove(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id, state: 'deleting' })
  }
}
