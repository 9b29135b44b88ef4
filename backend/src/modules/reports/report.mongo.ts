import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { RichText } from '../richtext/rich-text.js'
import type { Report, ReportRevision, ReportRevisionSummary, ReportSummary } from './report.js'
import { ReportRepository, type ReportChange } from './report.repository.js'

/** The content is kept as the JSON that it was checked as: charts have keys and depths that documents of the database have not. */
type Stored<T> = Omit<T, 'content'> & { json: string }
type StoredReport = Omit<Stored<Report>, 'id'> & { _id: string }
type StoredRevision = Stored<ReportRevision> & { _id: string }

const outlineEntry = new Schema(
  { id: { type: String, required: true }, level: { type: Number, required: true }, text: { type: String, default: '' } },
  { _id: false, id: false },
)

const reportSchema = new Schema<StoredReport>(
  {
    _id: { type: String, required: true },
    projectId: { type: String, required: true },
    title: { type: String, required: true },
    json: { type: String, required: true },
    words: { type: Number, required: true },
    outline: { type: [outlineEntry], default: [] },
    assets: { type: [String], default: [] },
    engines: { type: [String], default: [] },
    text: { type: String, default: '' },
    authorId: { type: String, required: true },
    lastEditorId: { type: String, required: true },
    keptAt: { type: Date, required: true },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
  },
  { collection: 'reports', versionKey: false },
)
reportSchema.index({ projectId: 1, _id: 1 })

const revisionSchema = new Schema<StoredRevision>(
  {
    _id: { type: String, required: true },
    reportId: { type: String, required: true },
    projectId: { type: String, required: true, index: true },
    number: { type: Number, required: true },
    title: { type: String, required: true },
    json: { type: String, required: true },
    words: { type: Number, required: true },
    assets: { type: [String], default: [] },
    bytes: { type: Number, required: true },
    editorId: { type: String, required: true },
    at: { type: Date, required: true },
  },
  { collection: 'reportRevisions', versionKey: false },
)
revisionSchema.index({ reportId: 1, number: -1 })

const read = (json: string): RichText => JSON.parse(json) as RichText
const toReport = ({ _id, json, ...rest }: StoredReport): Report => ({ id: _id, ...rest, content: read(json) })
const write = <T extends { content: RichText }>({ content, ...rest }: T): Omit<T, 'content'> & { json: string } => ({
  ...rest,
  json: JSON.stringify(content),
})

@Injectable()
export class MongoReportRepository extends ReportRepository {
  private readonly reports: Model<StoredReport>
  private readonly revisions: Model<StoredRevision>

  constructor(mongo: Mongo) {
    super()
    this.reports = mongo.model('Report', reportSchema)
    this.revisions = mongo.model('ReportRevision', revisionSchema)
  }

  async insert({ id, ...rest }: Report): Promise<void> {
    await this.reports.create({ _id: id, ...write(rest) })
  }

  count(projectId: string): Promise<number> {
    return this.reports.countDocuments({ projectId })
  }

  async findById(id: string): Promise<Report | null> {
    const found = await this.reports.findById(id).lean<StoredReport>()
    return found && toReport(found)
  }

  async findOf(projectId: string): Promise<ReportSummary[]> {
    type Listed = Omit<StoredReport, 'json' | 'outline' | 'text'>
    const found = await this.reports.find({ projectId }, { json: 0, outline: 0, text: 0 }).sort({ _id: 1 }).lean<Listed[]>()
    return found.map(({ _id, ...rest }) => ({ id: _id, ...rest }))
  }

  async findWholeOf(projectId: string): Promise<Report[]> {
    const found = await this.reports.find({ projectId }).sort({ _id: 1 }).lean<StoredReport[]>()
    return found.map(toReport)
  }

  async findTextsOf(projectId: string): Promise<Pick<Report, 'id' | 'title' | 'text'>[]> {
    const found = await this.reports
      .find({ projectId }, { title: 1, text: 1 })
      .sort({ _id: 1 })
      .lean<Pick<StoredReport, '_id' | 'title' | 'text'>[]>()
    return found.map(({ _id, title, text }) => ({ id: _id, title, text }))
  }

  async save(id: string, revision: number, change: ReportChange): Promise<Report | null> {
    const after = await this.reports
      .findOneAndUpdate({ _id: id, revision }, { $set: write(change), $inc: { revision: 1 } }, { returnDocument: 'after' })
      .lean<StoredReport>()
    return after && toReport(after)
  }

  async remove(id: string): Promise<boolean> {
    const { deletedCount } = await this.reports.deleteOne({ _id: id })
    return deletedCount === 1
  }

  async keep(revision: ReportRevision): Promise<void> {
    try {
      await this.revisions.create({ _id: `${revision.reportId}-${revision.number}`, ...write(revision) })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
  }

  findRevisions(reportId: string): Promise<ReportRevisionSummary[]> {
    return this.revisions
      .find({ reportId }, { _id: 0, json: 0, assets: 0, projectId: 0 })
      .sort({ number: -1 })
      .lean<ReportRevisionSummary[]>()
      .exec()
  }

  async findRevision(reportId: string, number: number): Promise<ReportRevision | null> {
    const found = await this.revisions.findOne({ reportId, number }, { _id: 0 }).lean<Stored<ReportRevision>>()
    if (!found) return null
    const { json, ...rest } = found
    return { ...rest, content: read(json) }
  }

  async removeRevisions(reportId: string, numbers: number[]): Promise<void> {
    if (numbers.length > 0) await this.revisions.deleteMany({ reportId, number: trusted({ $in: numbers }) })
  }

  async removeAllRevisions(reportId: string): Promise<void> {
    await this.revisions.deleteMany({ reportId })
  }

  async assetsOf(projectId: string): Promise<Set<string>> {
    const [now, before] = await Promise.all([
      this.reports.distinct('assets', { projectId }),
      this.revisions.distinct('assets', { projectId }),
    ])
    return new Set([...now, ...before])
  }

  async removeAllOf(projectId: string): Promise<void> {
    await this.revisions.deleteMany({ projectId })
    await this.reports.deleteMany({ projectId })
  }
}
