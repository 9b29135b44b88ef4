import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, literally, Mongo, type Stored, toStored } from '../../../platform/mongo/mongo.js'
import type { User } from './user.js'
import { folded, type UserFilter, type UserPosition, type UserQuery } from './user-search.js'
import { UserRepository, type UserChange, type UserSecurityChange } from './user.repository.js'

/** With the texts that are searched and sorted by, folded: the database compares them letter by letter. */
type StoredUser = Stored<User> & { folded: { name: string; email: string } }

const membership = new Schema(
  { groupId: { type: String, required: true }, role: { type: String, required: true }, source: { type: String, required: true } },
  { _id: false },
)

const schema = new Schema<StoredUser>(
  {
    _id: { type: String, required: true },
    username: { type: String, required: true, unique: true },
    displayName: { type: String, required: true },
    email: { type: String, default: null, index: true },
    role: { type: String, required: true, index: true },
    state: { type: String, required: true },
    passwordHash: { type: String, default: null },
    mustChangePassword: { type: Boolean, required: true },
    externalId: { type: String, required: true, unique: true },
    memberships: { type: [membership], default: [] },
    epoch: { type: Number, required: true },
    lastSeenAt: { type: Date, default: null },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
    folded: { name: { type: String, default: '' }, email: { type: String, default: '' } },
  },
  { collection: 'users', versionKey: false },
)
schema.index({ 'memberships.groupId': 1 })
schema.index({ 'folded.name': 1, _id: 1 })
schema.index({ lastSeenAt: 1, _id: 1 })
schema.index({ createdAt: 1, _id: 1 })

@Injectable()
export class MongoUserRepository extends UserRepository {
  private readonly model: Model<StoredUser>

  constructor(mongo: Mongo) {
    super()
    // Before the indexes: those are unique over fields that accounts of the first release lack.
    mongo.onReady('accounts of the first release', () => this.upgrade())
    this.model = mongo.model('User', schema)
  }

  async findById(id: string): Promise<User | null> {
    return toUser(await this.model.findById(id).lean<StoredUser>())
  }

  async findByIds(ids: string[]): Promise<User[]> {
    const found = await this.model.find({ _id: trusted({ $in: ids }) }).lean<StoredUser[]>()
    return found.map(ofStored)
  }

  async findByUsername(username: string): Promise<User | null> {
    return toUser(await this.model.findOne({ username }).lean<StoredUser>())
  }

  async findByExternalId(externalId: string): Promise<User | null> {
    return toUser(await this.model.findOne({ externalId }).lean<StoredUser>())
  }

  async findByEmail(email: string, limit: number): Promise<User[]> {
    const exactly = `^${literally(email)}$`
    const found = await this.model
      .find({ email: trusted({ $regex: exactly, $options: 'i' }) })
      .limit(limit)
      .lean<StoredUser[]>()
    return found.map(ofStored)
  }

  async hasAdmin(except?: string): Promise<boolean> {
    const other = except === undefined ? {} : { _id: trusted({ $ne: except }) }
    return (await this.model.exists({ role: 'admin', state: 'active', ...other })) !== null
  }

  async insert(user: User): Promise<boolean> {
    try {
      await this.model.create(stored(user))
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async update(id: string, revision: number, change: UserChange, at: Date): Promise<User | null> {
    return this.change({ _id: id, revision }, { ...change, updatedAt: at }, { revision: 1 })
  }

  async secure(id: string, revision: number | null, change: UserSecurityChange & UserChange, at: Date): Promise<User | null> {
    const filter = revision === null ? { _id: id } : { _id: id, revision }
    return this.change(filter, { ...change, updatedAt: at }, { revision: 1, epoch: 1 })
  }

  async touch(id: string, at: Date): Promise<void> {
    await this.model.updateOne({ _id: id }, { $set: { lastSeenAt: at } })
  }

  async search({ sort, descending, after, limit, ...filter }: UserQuery): Promise<User[]> {
    const key = SORT_KEYS[sort]
    const direction = descending ? -1 : 1
    const position = after === undefined ? [] : [behind(key, after, descending)]
    const found = await this.model
      .find({ $and: [...conditions(filter), ...position, {}] })
      .sort({ [key]: direction, _id: direction })
      .limit(limit + 1)
      .lean<StoredUser[]>()
    return found.map(ofStored)
  }

  async count(filter: UserFilter): Promise<number> {
    return this.model.countDocuments({ $and: [...conditions(filter), {}] })
  }

  async findByPrefix(text: string, limit: number): Promise<User[]> {
    const begins = literally(folded(text))
    const found = await this.model
      .find({
        state: 'active',
        $or: [{ username: trusted({ $regex: `^${begins}` }) }, { 'folded.name': trusted({ $regex: `(^| )${begins}` }) }],
      })
      .sort({ username: 1 })
      .limit(limit)
      .lean<StoredUser[]>()
    return found.map(ofStored)
  }

  async takenNames(usernames: string[]): Promise<Set<string>> {
    const found = await this.model.find({ username: trusted({ $in: usernames }) }, { username: 1 }).lean<Pick<StoredUser, 'username'>[]>()
    return new Set(found.map(({ username }) => username))
  }

  async insertAll(users: User[]): Promise<Set<string>> {
    if (users.length === 0) return new Set()
    try {
      await this.model.insertMany(users.map(stored), { ordered: false })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
    const found = await this.model.find({ _id: trusted({ $in: users.map(({ id }) => id) }) }, { _id: 1 }).lean<Pick<StoredUser, '_id'>[]>()
    return new Set(found.map(({ _id }) => _id))
  }

  async remove(id: string): Promise<boolean> {
    return (await this.model.deleteOne({ _id: id })).deletedCount === 1
  }

  async leaveGroup(groupId: string, at: Date): Promise<void> {
    await this.model.updateMany(
      { 'memberships.groupId': groupId },
      { $pull: { memberships: { groupId } }, $set: { updatedAt: at }, $inc: { revision: 1 } },
    )
  }

  private async change(filter: { _id: string; revision?: number }, set: Partial<User>, inc: Record<string, number>): Promise<User | null> {
    return toUser(
      await this.model
        .findOneAndUpdate(filter, { $set: { ...set, ...refolded(set) }, $inc: inc }, { returnDocument: 'after' })
        .lean<StoredUser>(),
    )
  }

  private async upgrade(): Promise<void> {
    const unfolded = await this.model.find({ folded: null }).lean<StoredUser[]>()
    for (const { _id, displayName, email } of unfolded)
      await this.model.updateOne({ _id, displayName }, { $set: refolded({ displayName, email: email ?? null }) })
    const old = await this.model.find({ epoch: null }).lean<Pick<StoredUser, '_id' | 'createdAt'>[]>()
    for (const { _id, createdAt } of old)
      await this.model.updateOne(
        { _id, epoch: null },
        {
          $set: {
            email: null,
            state: 'active',
            mustChangePassword: false,
            externalId: `local:${_id}`,
            memberships: [],
            epoch: 1,
            lastSeenAt: null,
            updatedAt: createdAt,
            revision: 1,
          },
        },
      )
  }
}

const SORT_KEYS = { username: 'username', displayName: 'folded.name', lastSeenAt: 'lastSeenAt', createdAt: 'createdAt' } as const

const ofStored = ({ _id, folded: _folded, ...rest }: StoredUser): User => ({ id: _id, ...rest })
const toUser = (found: StoredUser | null): User | null => found && ofStored(found)
const stored = (user: User): StoredUser => ({
  ...toStored(user),
  folded: { name: folded(user.displayName), email: folded(user.email ?? '') },
})

/** What else changes with the texts that are searched. */
const refolded = ({ displayName, email }: Partial<User>): Record<string, string> => ({
  ...(displayName === undefined ? {} : { 'folded.name': folded(displayName) }),
  ...(email === undefined ? {} : { 'folded.email': folded(email ?? '') }),
})

function conditions({ text = '', role, state, groupId, seen }: UserFilter): Record<string, unknown>[] {
  const words = folded(text).split(/\s+/).filter(Boolean)
  const contains = words.map((word) => {
    const pattern = trusted({ $regex: literally(word) })
    return { $or: [{ username: pattern }, { 'folded.name': pattern }, { 'folded.email': pattern }] }
  })
  return [
    ...contains,
    ...(role === undefined ? [] : [{ role }]),
    ...(state === undefined ? [] : [{ state }]),
    ...(groupId === undefined ? [] : [{ 'memberships.groupId': groupId }]),
    ...(seen === undefined ? [] : [{ lastSeenAt: seen === 'never' ? null : within(seen) }]),
  ]
}

const within = ({ from, before }: { from?: Date; before?: Date }) =>
  trusted({ ...(from === undefined ? {} : { $gte: from }), ...(before === undefined ? {} : { $lt: before }) })

/** What comes after a position. Whoever was never seen comes before all others, as the database sorts. */
function behind(key: string, { value, id }: UserPosition, descending: boolean): Record<string, unknown> {
  const further = (than: string | Date) => (descending ? trusted({ $lt: than }) : trusted({ $gt: than }))
  const same = { [key]: value, _id: further(id) }
  if (value === null) return descending ? same : { $or: [same, { [key]: trusted({ $ne: null }) }] }
  const beyond = { [key]: further(value) }
  return { $or: descending && key === 'lastSeenAt' ? [beyond, same, { [key]: null }] : [beyond, same] }
}
