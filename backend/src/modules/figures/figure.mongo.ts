import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { newId } from '../../common/ids.js'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { ChartSpec } from '../richtext/rich-text.js'
import type { Figure } from './figure.js'
import { FigureRepository, type DrawnFigure, type FigureChange } from './figure.repository.js'

/**
 * `nameKey` is unique: the project and the name, or the id once it is deleted, so that the name is free at once. `specId` names what is drawn, which is kept
 * apart: a database may read whole documents for a list of their names, and 200 of 1 MiB each take seconds.
 */
type Stored = Omit<Figure, 'id'> & { _id: string; nameKey: string; specId: string; deletedAt: Date | null }

const figureSchema = new Schema<Stored>(
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
    specId: { type: String, required: true },
    revision: { type: Number, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    updatedBy: { type: String, required: true },
    deletedAt: { type: Date, default: null },
  },
  { collection: 'figures', versionKey: false },
)
figureSchema.index({ projectId: 1, deletedAt: 1, name: 1 })

/** As the JSON that it was checked as: charts have keys and depths that documents of the database have not. Never changed: each push has one of its own. */
interface StoredSpec {
  _id: string
  figureId: string
  projectId: string
  json: string
}

const specSchema = new Schema<StoredSpec>(
  {
    _id: { type: String, required: true },
    figureId: { type: String, required: true, index: true },
    projectId: { type: String, required: true, index: true },
    json: { type: String, required: true },
  },
  { collection: 'figureSpecs', versionKey: false },
)

const toFigure = ({ _id, nameKey: _nameKey, specId: _specId, deletedAt: _deletedAt, ...rest }: Stored): Figure => ({ id: _id, ...rest })
const nameKeyOf = (projectId: string, name: string): string => `${projectId}/${name}`

/**
 * What is drawn is stored first, then the figure that names it, which is what makes it count; last, what it replaced is removed. Killed in between, something
 * is left that nothing names: it goes with its figure, or with the project.
 */
@Injectable()
export class MongoFigureRepository extends FigureRepository {
  private readonly figures: Model<Stored>
  private readonly specs: Model<StoredSpec>

  constructor(mongo: Mongo) {
    super()
    this.figures = mongo.model('Figure', figureSchema)
    this.specs = mongo.model('FigureSpec', specSchema)
  }

  async findOf(projectId: string): Promise<Figure[]> {
    const found = await this.figures.find({ projectId, deletedAt: null }).sort({ name: 1 }).lean<Stored[]>()
    return found.map(toFigure)
  }

  async findById(id: string): Promise<Figure | null> {
    const found = await this.find(id)
    return found && toFigure(found)
  }

  async findNamed(projectId: string, name: string): Promise<Figure | null> {
    const found = await this.figures.findOne({ nameKey: nameKeyOf(projectId, name) }).lean<Stored>()
    return found && toFigure(found)
  }

  async findDrawn(id: string): Promise<DrawnFigure | null> {
    const found = await this.find(id)
    if (!found) return null
    const spec = await this.specs.findById(found.specId).lean<StoredSpec>()
    if (spec) return { ...toFigure(found), spec: JSON.parse(spec.json) as ChartSpec }
    // Replaced since it was read, or deleted; anything else is a loss that must not look like either.
    if ((await this.find(id))?.specId === found.specId) throw new Error(`what the figure ${id} draws is lost`)
    return this.findDrawn(id)
  }

  count(projectId: string): Promise<number> {
    return this.figures.countDocuments({ projectId, deletedAt: null })
  }

  async insert({ id, spec, ...rest }: DrawnFigure): Promise<boolean> {
    const specId = await this.store({ id, projectId: rest.projectId }, spec)
    try {
      await this.figures.create({ _id: id, ...rest, specId, nameKey: nameKeyOf(rest.projectId, rest.name), deletedAt: null })
      return true
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
      await this.specs.deleteOne({ _id: specId })
      return false
    }
  }

  async replace({ id, projectId }: Pick<Figure, 'id' | 'projectId'>, { spec, ...change }: FigureChange): Promise<Figure | null> {
    const specId = await this.store({ id, projectId }, spec)
    const before = await this.figures
      .findOneAndUpdate({ _id: id, deletedAt: null }, { $set: { ...change, specId }, $inc: { revision: 1 } }, { returnDocument: 'before' })
      .lean<Stored>()
    // Of several at the same time each removes just the one that it replaced.
    await this.specs.deleteOne({ _id: before?.specId ?? specId })
    return before && toFigure({ ...before, ...change, revision: before.revision + 1 })
  }

  async remove(id: string, at: Date): Promise<boolean> {
    const { matchedCount } = await this.figures.updateOne(
      { _id: id, deletedAt: null },
      { $set: { deletedAt: at, updatedAt: at, nameKey: `deleted/${id}`, summary: '' }, $inc: { revision: 1 } },
    )
    if (matchedCount === 1) await this.specs.deleteMany({ figureId: id })
    return matchedCount === 1
  }

  async everOf(projectId: string, ids: readonly string[]): Promise<Set<string>> {
    // One by one, by its key: for a list of keys, a database that has no index for lists looks at every figure there is.
    const found = await Promise.all(ids.map((id) => this.figures.exists({ _id: id, projectId })))
    return new Set(ids.filter((_, index) => found[index] !== null))
  }

  async hashesOf(projectId: string): Promise<Map<string, string>> {
    const found = await this.figures.find({ projectId, deletedAt: null }, { hash: 1 }).lean<Pick<Stored, '_id' | 'hash'>[]>()
    return new Map(found.map(({ _id, hash }) => [_id, hash]))
  }

  async removeAllOf(projectId: string): Promise<void> {
    await this.figures.deleteMany({ projectId })
    await this.specs.deleteMany({ projectId })
  }

  private find(id: string): Promise<Stored | null> {
    return this.figures.findOne({ _id: id, deletedAt: null }).lean<Stored>().exec()
  }

  /** @returns its id */
  private async store({ id: figureId, projectId }: Pick<Figure, 'id' | 'projectId'>, spec: ChartSpec): Promise<string> {
    const _id = newId()
    await this.specs.create({ _id, figureId, projectId, json: JSON.stringify(spec) })
    return _id
  }
}
