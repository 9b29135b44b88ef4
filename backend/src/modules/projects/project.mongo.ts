import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isId } from '../../common/ids.js'
import { accessOf, type AccessFilter, type AccessLists } from '../../common/policy/policy.js'
import { isDuplicateKey, literally, Mongo } from '../../platform/mongo/mongo.js'
import type { Project, ProjectChange, ProjectSharing } from './project.js'
import { ProjectRepository, type ProjectQuery } from './project.repository.js'
import { wordsOf } from './search-words.js'

type Stored = Omit<Project, 'id'> & { _id: string; words: string[]; access: AccessLists }

const member = new Schema(
  { kind: { type: String, required: true }, id: { type: String, required: true }, role: { type: String, required: true } },
  { _id: false },
)

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    slug: { type: String, required: true, unique: true },
    title: { type: String, required: true },
    summary: { type: String, default: '' },
    task: { type: String, default: '' },
    tags: { type: [String], default: [] },
    ownerId: { type: String, required: true, index: true },
    visibility: { type: String, required: true },
    members: { type: [member], default: [] },
    access: { read: [String], edit: [String], deploy: [String], manage: [String], own: [String] },
    deletedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
    words: { type: [String], default: [] },
  },
  { collection: 'projects', versionKey: false },
)
schema.index({ deletedAt: 1, createdAt: -1, _id: -1 })
schema.index({ words: 1 })
schema.index({ 'access.read': 1, createdAt: -1 })
schema.index({ 'members.id': 1 })

const toProject = ({ _id, words: _words, access: _access, ...rest }: Stored): Project => ({ id: _id, ...rest })
const searchable = (project: Pick<Project, 'title' | 'summary' | 'task' | 'tags'>): string[] =>
  wordsOf([project.title, project.summary, project.task, ...project.tags].join(' '))

@Injectable()
export class MongoProjectRepository extends ProjectRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Project', schema)
    mongo.onReady('projects of the first release', () => this.upgrade())
  }

  async insert(project: Project): Promise<boolean> {
    const { id, ...rest } = project
    try {
      await this.model.create({ _id: id, ...rest, words: searchable(project), access: accessOf(project) })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async findById(id: string): Promise<Project | null> {
    const found = await this.model.findOne({ _id: id, deletedAt: null }).lean<Stored>()
    return found && toProject(found)
  }

  async findByIdOrSlug(idOrSlug: string): Promise<Project | null> {
    const byId = isId(idOrSlug) ? await this.findById(idOrSlug) : null
    if (byId) return byId
    const found = await this.model.findOne({ slug: idOrSlug, deletedAt: null }).lean<Stored>()
    return found && toProject(found)
  }

  async findByIds(ids: string[]): Promise<Project[]> {
    const found = await this.model.find({ _id: trusted({ $in: ids }), deletedAt: null }).lean<Stored[]>()
    return found.map(toProject)
  }

  async findIdsNamed(text: string, ownerIds: string[], limit: number): Promise<string[]> {
    const contains = trusted({ $regex: literally(text), $options: 'i' })
    const found = await this.model
      .find({ $or: [{ title: contains }, { slug: contains }, { ownerId: trusted({ $in: ownerIds }) }] }, { _id: 1 })
      .limit(limit)
      .lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async search({ access, text, task, ownerId, after, limit }: ProjectQuery): Promise<Project[]> {
    // Each word of the query is the beginning of a word of the project: an anchored pattern, so that the index on `words` serves it.
    const words = wordsOf(text ?? '').map((word) => ({ words: trusted({ $regex: `^${word}` }) }))
    const found = await this.model
      .find({
        ...ours(access),
        deletedAt: null,
        ...(task === undefined ? {} : { task }),
        ...(ownerId === undefined ? {} : { ownerId }),
        ...(words.length > 0 ? { $and: words } : {}),
        ...(after
          ? { $or: [{ createdAt: trusted({ $lt: after.createdAt }) }, { createdAt: after.createdAt, _id: trusted({ $lt: after.id }) }] }
          : {}),
      })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit + 1)
      .lean<Stored[]>()
    return found.map(toProject)
  }

  async update(id: string, revision: number, change: ProjectChange, at: Date): Promise<Project | null> {
    const before = await this.model.findOne({ _id: id, revision, deletedAt: null }).lean<Stored>()
    if (!before) return null
    const words = searchable({ ...before, ...change })
    const after = await this.model
      .findOneAndUpdate(
        { _id: id, revision, deletedAt: null },
        { $set: { ...change, words, updatedAt: at }, $inc: { revision: 1 } },
        { returnDocument: 'after' },
      )
      .lean<Stored>()
    return after && toProject(after)
  }

  async share(id: string, revision: number, sharing: ProjectSharing, at: Date): Promise<Project | null> {
    const after = await this.model
      .findOneAndUpdate(
        { _id: id, revision, deletedAt: null },
        { $set: { ...sharing, access: accessOf(sharing), updatedAt: at }, $inc: { revision: 1 } },
        { returnDocument: 'after' },
      )
      .lean<Stored>()
    return after && toProject(after)
  }

  async findIds(ids: string[], access: NonNullable<AccessFilter>): Promise<string[]> {
    const found = await this.model
      .find({ $and: [{ _id: trusted({ $in: ids }) }, ours(access)], deletedAt: null }, { _id: 1 })
      .lean<Stored[]>()
    return found.map(({ _id }) => _id)
  }

  async findEvenDeleted(id: string): Promise<Project | null> {
    const found = await this.model.findById(id).lean<Stored>()
    return found && toProject(found)
  }

  async countOwned(ownerId: string): Promise<number> {
    return this.model.countDocuments({ ownerId })
  }

  async markDeleted(id: string, at: Date): Promise<boolean> {
    const result = await this.model.updateOne(
      { _id: id, deletedAt: null },
      { $set: { deletedAt: at, updatedAt: at }, $inc: { revision: 1 } },
    )
    return result.modifiedCount === 1
  }

  async findDeleted(): Promise<Project[]> {
    const found = await this.model.find({ deletedAt: trusted({ $ne: null }) }).lean<Stored[]>()
    return found.map(toProject)
  }

  async remove(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id, deletedAt: trusted({ $ne: null }) })
  }

  /** Projects of the first release could be read by everyone who had signed in. */
  private async upgrade(): Promise<void> {
    const old = await this.model.find({ visibility: null }).lean<Stored[]>()
    for (const { _id, ownerId } of old) {
      const sharing: ProjectSharing = { ownerId, visibility: 'internal', members: [] }
      await this.model.updateOne({ _id, visibility: null }, { $set: { ...sharing, access: accessOf(sharing) } })
    }
  }
}

/** The policy's filter with its operators marked as ours. */
function ours(access: NonNullable<AccessFilter>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(access).map(([key, value]) => [key, typeof value === 'string' ? value : trusted({ ...value })]))
}
