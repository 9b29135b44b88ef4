import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { VersionHead } from './version.js'
import { VersionRepository } from './version.repository.js'

/** The id is made of project and number, so that there is one of each number. */
type Stored = VersionHead & { _id: string }
interface StoredText {
  _id: string
  projectId: string
  text: string
}

const text = { type: String, default: '' }
const author = new Schema({ id: text, username: text, displayName: text }, { _id: false, id: false })
const withdrawal = new Schema({ at: { type: Date, required: true }, by: text, reason: text }, { _id: false })

const headSchema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    number: { type: Number, required: true },
    contentId: { type: String, required: true },
    state: { type: String, required: true },
    settled: { type: Boolean, required: true },
    at: { type: Date, required: true },
    author: { type: author, required: true },
    note: text,
    hash: { type: String, required: true },
    appDigest: { type: String, default: null },
    passed: { type: Boolean, required: true },
    assets: { type: [String], default: [] },
    withdrawn: { type: withdrawal, default: null },
  },
  { collection: 'versions', versionKey: false },
)
headSchema.index({ projectId: 1, number: -1 })
headSchema.index({ settled: 1 })

const textSchema = new Schema<StoredText>(
  { _id: { type: String, required: true }, projectId: { type: String, required: true }, text: { type: String, required: true } },
  { collection: 'versionTexts', versionKey: false },
)
textSchema.index({ projectId: 1 })

const idOf = ({ projectId, number }: Pick<VersionHead, 'projectId' | 'number'>): string => `${projectId}/${number}`
const toHead = ({ _id, ...head }: Stored): VersionHead => head

@Injectable()
export class MongoVersionRepository extends VersionRepository {
  private readonly heads: Model<Stored>
  private readonly texts: Model<StoredText>

  constructor(mongo: Mongo) {
    super()
    this.heads = mongo.model('Version', headSchema)
    this.texts = mongo.model('VersionText', textSchema)
  }

  async claim(head: VersionHead): Promise<boolean> {
    try {
      await this.heads.create({ _id: idOf(head), ...head })
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async findUnpublished(projectId: string): Promise<VersionHead | null> {
    const found = await this.heads.findOne({ projectId, state: trusted({ $ne: 'published' }) }).lean<Stored>()
    return found && toHead(found)
  }

  async putText({ contentId, projectId }: Pick<VersionHead, 'contentId' | 'projectId'>, text: string): Promise<void> {
    await this.texts.create({ _id: contentId, projectId, text })
  }

  async findText(contentId: string): Promise<string | null> {
    const found = await this.texts.findById(contentId).lean<StoredText>()
    return found && found.text
  }

  async removeText(contentId: string): Promise<void> {
    await this.texts.deleteOne({ _id: contentId })
  }

  async publish(head: VersionHead): Promise<boolean> {
    const { matchedCount } = await this.heads.updateOne(
      { _id: idOf(head), contentId: head.contentId, state: 'preparing' },
      { $set: { state: 'published' } },
    )
    return matchedCount === 1
  }

  async markDiscarding(head: VersionHead): Promise<boolean> {
    const { matchedCount } = await this.heads.updateOne(
      { _id: idOf(head), contentId: head.contentId, state: trusted({ $ne: 'published' }) },
      { $set: { state: 'discarding' } },
    )
    return matchedCount === 1
  }

  async discard(head: VersionHead): Promise<void> {
    await this.heads.deleteOne({ _id: idOf(head), contentId: head.contentId, state: 'discarding' })
  }

  async list(projectId: string, limit: number): Promise<VersionHead[]> {
    const found = await this.heads.find({ projectId, state: 'published' }).sort({ number: -1 }).limit(limit).lean<Stored[]>()
    return found.map(toHead)
  }

  async find(projectId: string, number: number): Promise<VersionHead | null> {
    const found = await this.heads.findOne({ _id: idOf({ projectId, number }), state: 'published' }).lean<Stored>()
    return found && toHead(found)
  }

  async findLatest(projectId: string, before?: number): Promise<VersionHead | null> {
    const found = await this.heads
      .findOne({
        projectId,
        state: 'published',
        withdrawn: null,
        ...(before === undefined ? {} : { number: trusted({ $lt: before }) }),
      })
      .sort({ number: -1 })
      .lean<Stored>()
    return found && toHead(found)
  }

  async lastNumber(projectId: string): Promise<number> {
    const found = await this.heads.findOne({ projectId, state: 'published' }, { number: 1 }).sort({ number: -1 }).lean<Stored>()
    return found?.number ?? 0
  }

  async withdraw(projectId: string, number: number, withdrawn: NonNullable<VersionHead['withdrawn']>): Promise<boolean> {
    const { matchedCount } = await this.heads.updateOne(
      { _id: idOf({ projectId, number }), state: 'published', withdrawn: null },
      { $set: { withdrawn, settled: false } },
    )
    return matchedCount === 1
  }

  async settle(head: VersionHead): Promise<boolean> {
    const after = await this.heads
      .findOneAndUpdate(
        { _id: idOf(head), withdrawn: head.withdrawn === null ? null : trusted({ $ne: null }) },
        { $set: { settled: true } },
      )
      .lean<Stored>()
    return after !== null || (await this.find(head.projectId, head.number)) === null
  }

  async findUnsettled(begunBefore: Date): Promise<VersionHead[]> {
    const found = await this.heads.find({ settled: false }).lean<Stored[]>()
    return found.map(toHead).filter(({ state, at }) => state === 'published' || at < begunBefore)
  }

  async assetsOf(projectId: string): Promise<Set<string>> {
    const found = await this.heads.find({ projectId, withdrawn: null }, { assets: 1 }).lean<Pick<Stored, 'assets'>[]>()
    return new Set(found.flatMap(({ assets }) => assets))
  }

  async removeOf(projectId: string): Promise<void> {
    await this.texts.deleteMany({ projectId })
    await this.heads.deleteMany({ projectId })
  }
}
