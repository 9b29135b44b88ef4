import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isId } from '../../common/ids.js'
import { accessOf, type AccessFilter, type AccessLists } from '../../common/policy/policy.js'
import { isDuplicateKey, literally, Mongo } from '../../platform/mongo/mongo.js'
import { newProject, type Project, type ProjectChange, type ProjectSharing } from './project.js'
import { ProjectRepository, type ListedProject } from './project.repository.js'

type Stored = Omit<Project, 'id'> & { _id: string; access: AccessLists }

const member = new Schema(
  { kind: { type: String, required: true }, id: { type: String, required: true }, role: { type: String, required: true } },
  { _id: false },
)

const text = { type: String, default: '' }
const contact = new Schema({ name: text, email: text, url: text }, { _id: false })
const link = new Schema({ title: text, url: text }, { _id: false })

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    slug: { type: String, required: true, unique: true },
    title: { type: String, required: true },
    summary: { type: String, default: '' },
    task: { type: String, default: '' },
    tags: { type: [String], default: [] },
    frameworks: { type: [String], default: [] },
    licence: { type: String, default: '' },
    contacts: { type: [contact], default: [] },
    links: { type: [link], default: [] },
    cover: { type: String, default: null },
    publishedVersion: { type: Number, default: null },
    publishedAt: { type: Date, default: null },
    ownerId: { type: String, required: true, index: true },
    visibility: { type: String, required: true },
    members: { type: [member], default: [] },
    access: { read: [String], edit: [String], deploy: [String], manage: [String], own: [String] },
    deletedAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
  },
  { collection: 'projects', versionKey: false },
)
schema.index({ deletedAt: 1 })
schema.index({ updatedAt: 1 })
schema.index({ 'access.read': 1 })

// A project of an earlier release lacks what came later.
const toProject = ({ _id, access: _access, ...rest }: Stored): Project => newProject({ ...rest, id: _id })
// Asked by its key alone, because the embedded database reads every project for a key and another field.
const unlessDeleted = (found: Stored | null): Project | null => (found?.deletedAt === null ? toProject(found) : null)
const NOT_LISTED = { contacts: 0, links: 0, cover: 0, access: 0 }

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
      await this.model.create({ _id: id, ...rest, access: accessOf(project) })
      this.written(project)
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async findById(id: string): Promise<Project | null> {
    return unlessDeleted(await this.model.findById(id).lean<Stored>())
  }

  async findByIdOrSlug(idOrSlug: string): Promise<Project | null> {
    const byId = isId(idOrSlug) ? await this.findById(idOrSlug) : null
    if (byId) return byId
    return unlessDeleted(await this.model.findOne({ slug: idOrSlug }).lean<Stored>())
  }

  async findByIds(ids: string[]): Promise<Project[]> {
    const found = await this.model.find({ _id: trusted({ $in: ids }) }).lean<Stored[]>()
    return found.flatMap((each) => unlessDeleted(each) ?? [])
  }

  async findIdsNamed(text: string, ownerIds: string[], limit: number): Promise<string[]> {
    const contains = trusted({ $regex: literally(text), $options: 'i' })
    const found = await this.model
      .find({ $or: [{ title: contains }, { slug: contains }, { ownerId: trusted({ $in: ownerIds }) }] }, { _id: 1 })
      .limit(limit)
      .lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async findListed(): Promise<ListedProject[]> {
    const found = await this.model.find({ deletedAt: null }, NOT_LISTED).lean<Stored[]>()
    return found.map(toProject)
  }

  async findListedSince(at: Date): Promise<ListedProject[]> {
    const found = await this.model.find({ updatedAt: trusted({ $gte: at }) }, NOT_LISTED).lean<Stored[]>()
    return found.map(toProject)
  }

  async findAllIds(): Promise<string[]> {
    const found = await this.model.find({ deletedAt: null }, { _id: 1 }).lean<{ _id: string }[]>()
    return found.map(({ _id }) => _id)
  }

  async update(id: string, revision: number, change: ProjectChange, at: Date): Promise<Project | null> {
    return this.change({ _id: id, revision, deletedAt: null }, { $set: { ...change, updatedAt: at }, $inc: { revision: 1 } })
  }

  async share(id: string, revision: number, sharing: ProjectSharing, at: Date): Promise<Project | null> {
    return this.change(
      { _id: id, revision, deletedAt: null },
      { $set: { ...sharing, access: accessOf(sharing), updatedAt: at }, $inc: { revision: 1 } },
    )
  }

  async touch(id: string, at: Date): Promise<Project | null> {
    return this.change({ _id: id, deletedAt: null }, { $set: { updatedAt: at } })
  }

  async publish(id: string, version: number, at: Date): Promise<Project | null> {
    const older = [{ publishedVersion: null }, { publishedVersion: trusted({ $lt: version }) }]
    return this.change(
      { _id: id, deletedAt: null, $or: older },
      { $set: { publishedVersion: version, publishedAt: at, updatedAt: at }, $inc: { revision: 1 } },
    )
  }

  async retract(id: string, version: number, latest: { version: number; at: Date } | null, at: Date): Promise<Project | null> {
    return this.change(
      { _id: id, deletedAt: null, publishedVersion: version },
      { $set: { publishedVersion: latest?.version ?? null, publishedAt: latest?.at ?? null, updatedAt: at }, $inc: { revision: 1 } },
    )
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
    return (await this.change({ _id: id, deletedAt: null }, { $set: { deletedAt: at, updatedAt: at }, $inc: { revision: 1 } })) !== null
  }

  async findDeleted(): Promise<Project[]> {
    const found = await this.model.find({ deletedAt: trusted({ $ne: null }) }).lean<Stored[]>()
    return found.map(toProject)
  }

  async remove(id: string): Promise<void> {
    await this.model.deleteOne({ _id: id, deletedAt: trusted({ $ne: null }) })
  }

  private async change(filter: Record<string, unknown>, change: Record<string, unknown>): Promise<Project | null> {
    const after = await this.model.findOneAndUpdate(filter, change, { returnDocument: 'after' }).lean<Stored>()
    return after && this.written(toProject(after))
  }

  /** Projects of the first release could be read by everyone who had signed in; those of the next kept the words that they were searched by. */
  private async upgrade(): Promise<void> {
    await this.model.collection.updateMany({ words: { $exists: true } }, { $unset: { words: '' } })
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
