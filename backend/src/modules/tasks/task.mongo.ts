import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { fromStored, isDuplicateKey, Mongo, toStored, type Stored } from '../../platform/mongo/mongo.js'
import type { ItemOutcome, ItemState, Task, TaskCounts, TaskItem } from './task.js'
import { TaskRepository, type ItemSearch, type TaskEnd, type TaskSearch } from './task.repository.js'

const count = { type: Number, default: 0 }
const date = { type: Date, default: null }

const schema = new Schema<Stored<Task>>(
  {
    _id: { type: String, required: true },
    kind: { type: String, required: true },
    state: { type: String, required: true },
    ownerId: { type: String, required: true },
    params: { type: Schema.Types.Mixed, required: true },
    active: { type: Boolean, required: true },
    slot: { type: String, required: true, unique: true },
    planned: { type: Boolean, required: true },
    again: { type: Boolean, default: false },
    counts: { total: count, done: count, skipped: count, failed: count },
    note: { type: String, default: '' },
    problem: { type: Schema.Types.Mixed, default: null },
    result: { type: Schema.Types.Mixed, default: null },
    cancelling: { type: Boolean, default: false },
    holder: { type: String, default: null },
    fence: count,
    beat: count,
    createdAt: { type: Date, required: true },
    startedAt: date,
    endedAt: date,
    expiresAt: date,
    expired: { type: Boolean, default: false },
    deleting: { type: Boolean, default: false },
  },
  { collection: 'tasks', versionKey: false },
)
schema.index({ active: 1 })

const itemSchema = new Schema<Stored<TaskItem>>(
  {
    _id: { type: String, required: true },
    taskId: { type: String, required: true },
    projectId: { type: String, required: true },
    title: { type: String, default: '' },
    slug: { type: String, default: '' },
    state: { type: String, required: true },
    reason: { type: String, default: null },
    reasonCode: { type: String, default: null },
    files: { type: Schema.Types.Mixed, default: () => [] },
    fence: count,
    attempts: count,
  },
  { collection: 'taskItems', versionKey: false },
)
itemSchema.index({ taskId: 1 })

const BATCH = 500
const UNFINISHED: ItemState[] = ['waiting', 'running']
const OUTCOMES = ['done', 'skipped', 'failed'] as const

@Injectable()
export class MongoTaskRepository extends TaskRepository {
  private readonly tasks: Model<Stored<Task>>
  private readonly items: Model<Stored<TaskItem>>

  constructor(mongo: Mongo) {
    super()
    this.tasks = mongo.model('Task', schema)
    this.items = mongo.model('TaskItem', itemSchema)
  }

  async insert(task: Task): Promise<boolean> {
    try {
      await this.tasks.create(toStored(task))
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async findById(id: string): Promise<Task | null> {
    const found = fromStored<Task>(await this.tasks.findById(id).lean<Stored<Task>>())
    return found?.deleting ? null : found
  }

  async findBySlot(slot: string): Promise<Task | null> {
    return fromStored<Task>(await this.tasks.findOne({ slot }).lean<Stored<Task>>())
  }

  async findActive(): Promise<Task[]> {
    return all<Task>(await this.tasks.find({ active: true }).sort({ _id: 1 }).lean<Stored<Task>[]>())
  }

  async search({ state, before, limit }: TaskSearch): Promise<Task[]> {
    const found = await this.tasks
      .find({
        deleting: false,
        ...(state === undefined ? {} : { state }),
        ...(before === undefined ? {} : { _id: trusted({ $lt: before }) }),
      })
      .sort({ _id: -1 })
      .limit(limit + 1)
      .lean<Stored<Task>[]>()
    return all<Task>(found)
  }

  async claim({ id, fence, beat }: Pick<Task, 'id' | 'fence' | 'beat'>, holder: string, at: Date): Promise<Task | null> {
    const claimed = await this.change(
      { _id: id, active: true, fence, beat },
      { $set: { holder, state: 'running' }, $inc: { fence: 1, beat: 1 } },
    )
    if (claimed === null || claimed.startedAt !== null) return claimed
    return this.change({ _id: id, active: true, fence: claimed.fence }, { $set: { startedAt: at } })
  }

  beat(id: string, fence: number): Promise<Task | null> {
    return this.change({ _id: id, active: true, fence }, { $inc: { beat: 1 } })
  }

  progress(id: string, fence: number, change: Partial<Pick<Task, 'planned' | 'again' | 'counts' | 'note'>>): Promise<Task | null> {
    return this.change({ _id: id, active: true, fence }, { $set: change, $inc: { beat: 1 } })
  }

  end(id: string, fence: number, end: TaskEnd): Promise<Task | null> {
    return this.change({ _id: id, active: true, fence }, { $set: { ...end, active: false, slot: id, holder: null, cancelling: false } })
  }

  async release(id: string, fence: number): Promise<void> {
    await this.change({ _id: id, active: true, fence }, { $set: { holder: null }, $inc: { beat: 1 } })
  }

  requestCancel(id: string, note: string): Promise<Task | null> {
    return this.change({ _id: id, active: true }, { $set: { cancelling: true, note } })
  }

  async restart(id: string, slot: string, note: string): Promise<Task | null | 'taken'> {
    const fresh = { state: 'queued', active: true, again: true, slot, note, cancelling: false, holder: null }
    const cleared = { problem: null, result: null, endedAt: null, expiresAt: null }
    try {
      return await this.change({ _id: id, active: false, expired: false, deleting: false }, { $set: { ...fresh, ...cleared } })
    } catch (error) {
      if (isDuplicateKey(error)) return 'taken'
      throw error
    }
  }

  expire({ id, fence }: Pick<Task, 'id' | 'fence'>, note: string): Promise<Task | null> {
    return this.change({ _id: id, active: false, fence }, { $set: { expired: true, result: null, note } })
  }

  async filesGone(id: string): Promise<void> {
    await this.change({ _id: id, active: false, expired: true }, { $set: { expiresAt: null } })
  }

  async markDeleting(id: string): Promise<boolean> {
    return (await this.change({ _id: id, active: false }, { $set: { deleting: true } })) !== null
  }

  async remove(id: string): Promise<void> {
    await this.tasks.deleteOne({ _id: id, deleting: true })
  }

  async findDue(at: Date, endedBefore: Date): Promise<Task[]> {
    const found = await this.tasks.find({ active: false }).lean<Stored<Task>[]>()
    return all<Task>(found).filter(
      ({ deleting, expiresAt, endedAt }) => deleting || (expiresAt === null ? endedAt !== null && endedAt <= endedBefore : expiresAt <= at),
    )
  }

  async insertItems(items: readonly TaskItem[]): Promise<void> {
    for (let at = 0; at < items.length; at += BATCH) {
      const batch = items.slice(at, at + BATCH).map((item) => toStored(item))
      const there = await this.items.find({ _id: trusted({ $in: batch.map(({ _id }) => _id) }) }, { _id: 1 }).lean<{ _id: string }[]>()
      const known = new Set(there.map(({ _id }) => _id))
      try {
        await this.items.insertMany(
          batch.filter(({ _id }) => !known.has(_id)),
          { ordered: false },
        )
      } catch (error) {
        // Another process plans the same task.
        if (!isDuplicateKey(error)) throw error
      }
    }
  }

  async findItems(taskId: string, { states, after, limit }: ItemSearch): Promise<TaskItem[]> {
    const found = await this.items
      .find({
        taskId,
        ...(states === undefined ? {} : { state: trusted({ $in: [...states] }) }),
        ...(after === undefined ? {} : { _id: trusted({ $gt: after }) }),
      })
      .sort({ _id: 1 })
      .limit(limit + 1)
      .lean<Stored<TaskItem>[]>()
    return all<TaskItem>(found)
  }

  async count(taskId: string): Promise<TaskCounts> {
    const total = await this.items.countDocuments({ taskId })
    const [done = 0, skipped = 0, failed = 0] = await Promise.all(OUTCOMES.map((state) => this.items.countDocuments({ taskId, state })))
    return { total, done, skipped, failed }
  }

  async beginItem(id: string, fence: number): Promise<TaskItem | null> {
    const begun = await this.items
      .findOneAndUpdate(
        { _id: id, state: trusted({ $in: UNFINISHED }), fence: trusted({ $lte: fence }) },
        { $set: { state: 'running', fence, reason: null, reasonCode: null, files: [] }, $inc: { attempts: 1 } },
        { returnDocument: 'after' },
      )
      .lean<Stored<TaskItem>>()
    return fromStored<TaskItem>(begun)
  }

  async finishItem(id: string, fence: number, outcome: ItemOutcome): Promise<boolean> {
    const { matchedCount } = await this.items.updateOne({ _id: id, fence, state: 'running' }, { $set: { ...outcome } })
    return matchedCount === 1
  }

  async putBackItem(id: string, fence: number): Promise<void> {
    await this.items.updateOne({ _id: id, fence, state: 'running' }, { $set: { state: 'waiting' }, $inc: { attempts: -1 } })
  }

  async amendItem({ id, fence }: Pick<TaskItem, 'id' | 'fence'>, outcome: ItemOutcome): Promise<void> {
    await this.items.updateOne({ _id: id, fence }, { $set: { ...outcome } })
  }

  async resetItems(taskId: string): Promise<void> {
    const again: ItemState[] = [...UNFINISHED, 'failed']
    await this.items.updateMany(
      { taskId, state: trusted({ $in: again }) },
      { $set: { state: 'waiting', reason: null, reasonCode: null, files: [], attempts: 0 } },
    )
  }

  async removeItems(taskId: string): Promise<void> {
    await this.items.deleteMany({ taskId })
  }

  private async change(filter: Record<string, unknown>, change: Record<string, unknown>): Promise<Task | null> {
    return fromStored<Task>(await this.tasks.findOneAndUpdate(filter, change, { returnDocument: 'after' }).lean<Stored<Task>>())
  }
}

const all = <T extends { id: string }>(found: Stored<T>[]): T[] => found.map((each) => fromStored<T>(each))
