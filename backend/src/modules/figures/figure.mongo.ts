import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { ChartSpec } from '../richtext/rich-text.js'
import type { Figure } from './figure.js'
import { FigureRepository, type DrawnFigure, type FigureChange } from './figure.repository.js'

/**
 * What is drawn is kept as the JSON that it was checked as: charts have keys and depths that documents of the database have not. `nameKey` is unique: the
 * project and the name, or the id once it is deleted, so that the name is free at once.
 */
type Stored = Omit<Figure, 'id'> & { _id: string; nameKey: string; deletedAt: Date | null; json: string }
type Listed = Omit<Stored, 'json'>

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    name: { type: String, required: true },
    nameKey: { type: String, required: true, unique: true },
    title: { type: String, required: true },
    summary: { type: String, default: '' },
    hash: { type: String, required: true },
    points: { type: Number, required: true },
    bytes: { type: Number, required: true },
    json: { type: String, default: '' },
    revision: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    updatedBy: { type: String, required: true },
    deletedAt: { type: Date, default: null },
  },
  { collection: 'figures', versionKey: false },
)
schema.index({ projectId: 1, deletedAt: 1, name: 1 })

const WITHOUT_SPEC = { json: 0 } as const

const nameKeyOf = (projectId: string, name: string): string => `${projectId}/${name}`
const toFigure = ({ _id, nameKey: _nameKey, deletedAt: _deletedAt, ...rest }: Listed): Figure => ({ id: _id, ...rest })

@Injectable()
export class MongoFigureRepository extends FigureRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Figure', schema)
  }

  async findOf(projectId: string): Promise<Figure[]> {
    const found = await this.model.find({ projectId, deletedAt: null }, WITHOUT_SPEC).sort({ name: 1 }).lean<Listed[]>()
    return found.map(toFigure)
  }

  async findById(id: string): Promise<Figure | null> {
    const found = await this.model.findOne({ _id: id, deletedAt: null }, WITHOUT_SPEC).lean<Listed>()
    return found && toFigure(found)
  }

  async findNamed(projectId: string, name: string): Promise<Figure | null> {
    const found = await this.model.findOne({ nameKey: nameKeyOf(projectId, name) }, WITHOUT_SPEC).lean<Listed>()
    return found && toFigure(found)
  }

  async findDrawn(id: string): Promise<DrawnFigure | null> {
    const found = await this.model.findOne({ _id: id, deletedAt: null }).lean<Stored>()
    if (!found) return null
    const { json, ...listed } = found
    // Only the portal writes here, and only what it has checked.
    return { ...toFigure(listed), spec: JSON.parse(json) as ChartSpec }
  }

  count(projectId: string): Promise<number> {
    return this.model.countDocuments({ projectId, deletedAt: null })
  }

  async insert({ id, spec, ...rest }: DrawnFigure): Promise<boolean> {
    try {
      await this.model.create({
        _id: id,
        ...rest,
        nameKey: nameKeyOf(rest.projectId, rest.name),
        json: JSON.stringify(spec),
        deletedAt: null,
      })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async replace(id: string, { spec, ...change }: FigureChange): Promise<Figure | null> {
    const after = await this.model
      .findOneAndUpdate(
        { _id: id, deletedAt: null },
        { $set: { ...change, json: JSON.stringify(spec) }, $inc: { revision: 1 } },
        { returnDocument: 'after', projection: WITHOUT_SPEC },
      )
      .lean<Listed>()
    return after && toFigure(after)
  }

  async remove(id: string, at: Date): Promise<boolean> {
    const { matchedCount } = await this.model.updateOne(
      { _id: id, deletedAt: null },
      { $set: { deletedAt: at, updatedAt: at, nameKey: `deleted/${id}`, json: '', summary: '' }, $inc: { revision: 1 } },
    )
    return matchedCount === 1
  }

  async everOf(projectId: string, ids: readonly string[]): Promise<Set<string>> {
    // One by one, by its key: a list of keys is looked for in every document where the database has no index for lists, and these are large.
    const found = await Promise.all(ids.map((id) => this.model.exists({ _id: id, projectId })))
    return new Set(ids.filter((_, index) => found[index] !== null))
  }

  async hashesOf(projectId: string): Promise<Map<string, string>> {
    const found = await this.model.find({ projectId, deletedAt: null }, { hash: 1 }).lean<Pick<Stored, '_id' | 'hash'>[]>()
    return new Map(found.map(({ _id, hash }) => [_id, hash]))
  }

  async removeAllOf(projectId: string): Promise<void> {
    await this.model.deleteMany({ projectId })
  }
}
