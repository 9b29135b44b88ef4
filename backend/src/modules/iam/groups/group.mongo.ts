import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { fromStored, isDuplicateKey, literally, Mongo, type Stored, toStored } from '../../../platform/mongo/mongo.js'
import type { Group, GroupChange } from './group.js'
import { GroupRepository } from './group.repository.js'

const schema = new Schema<Stored<Group>>(
  {
    _id: { type: String, required: true },
    name: { type: String, required: true, unique: true },
    description: { type: String, default: '' },
    createdAt: { type: Date, required: true },
    updatedAt: { type: Date, required: true },
    revision: { type: Number, required: true },
  },
  { collection: 'groups', versionKey: false },
)

@Injectable()
export class MongoGroupRepository extends GroupRepository {
  private readonly model: Model<Stored<Group>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Group', schema)
  }

  async insert(group: Group): Promise<boolean> {
    try {
      await this.model.create(toStored(group))
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async findById(id: string): Promise<Group | null> {
    return fromStored(await this.model.findById(id).lean<Stored<Group>>())
  }

  async findByIds(ids: string[]): Promise<Group[]> {
    const found = await this.model.find({ _id: trusted({ $in: ids }) }).lean<Stored<Group>[]>()
    return found.map((group) => fromStored(group))
  }

  async findByName(name: string): Promise<Group | null> {
    return fromStored(await this.model.findOne({ name }).lean<Stored<Group>>())
  }

  async findByNames(names: string[]): Promise<Group[]> {
    const found = await this.model.find({ name: trusted({ $in: names }) }).lean<Stored<Group>[]>()
    return found.map((group) => fromStored(group))
  }

  async search({ text, words = [], ids, afterName, limit }: Parameters<GroupRepository['search']>[0]): Promise<Group[]> {
    const contains = words.map((word) => {
      const pattern = trusted({ $regex: literally(word), $options: 'i' })
      return { $or: [{ name: pattern }, { description: pattern }] }
    })
    const found = await this.model
      .find({
        $and: [
          ...contains,
          ...(text === undefined ? [] : [{ name: trusted({ $regex: `^${literally(text.toLowerCase())}` }) }]),
          ...(afterName === undefined ? [] : [{ name: trusted({ $gt: afterName }) }]),
          ...(ids === undefined ? [] : [{ _id: trusted({ $in: ids }) }]),
          {},
        ],
      })
      .sort({ name: 1 })
      .limit(limit + 1)
      .lean<Stored<Group>[]>()
    return found.map((group) => fromStored(group))
  }

  async update(id: string, revision: number, change: GroupChange, at: Date): Promise<Group | null | 'name-taken'> {
    try {
      return fromStored(
        await this.model
          .findOneAndUpdate(
            { _id: id, revision },
            { $set: { ...change, updatedAt: at }, $inc: { revision: 1 } },
            { returnDocument: 'after' },
          )
          .lean<Stored<Group>>(),
      )
    } catch (error) {
      if (isDuplicateKey(error)) return 'name-taken'
      throw error
    }
  }

  async remove(id: string): Promise<boolean> {
    return (await this.model.deleteOne({ _id: id })).deletedCount === 1
  }
}
