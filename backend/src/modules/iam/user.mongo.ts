import { Injectable } from '@nestjs/common'
import { Schema, trusted, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { ApiToken, User } from './user.js'
import { ApiTokenRepository, UserRepository } from './user.repository.js'

type Stored<T extends { id: string }> = Omit<T, 'id'> & { _id: string }

const userSchema = new Schema<Stored<User>>(
  {
    _id: { type: String, required: true },
    username: { type: String, required: true, unique: true },
    displayName: { type: String, required: true },
    role: { type: String, required: true, index: true },
    passwordHash: { type: String, required: true },
    createdAt: { type: Date, required: true },
  },
  { collection: 'users', versionKey: false },
)

const tokenSchema = new Schema<Stored<ApiToken>>(
  {
    _id: { type: String, required: true },
    userId: { type: String, required: true, index: true },
    name: { type: String, required: true },
    tokenHash: { type: String, required: true, unique: true },
    createdAt: { type: Date, required: true },
    lastUsedAt: { type: Date, default: null },
  },
  { collection: 'apiTokens', versionKey: false },
)

const fromStored = <T extends { _id: string }>({ _id, ...rest }: T) => ({ id: _id, ...rest })
const toStored = <T extends { id: string }>({ id, ...rest }: T) => ({ _id: id, ...rest })

@Injectable()
export class MongoUserRepository extends UserRepository {
  private readonly model: Model<Stored<User>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('User', userSchema)
  }

  async findById(id: string): Promise<User | null> {
    const found = await this.model.findById(id).lean<Stored<User>>()
    return found && fromStored(found)
  }

  async findByIds(ids: string[]): Promise<User[]> {
    const found = await this.model.find({ _id: trusted({ $in: ids }) }).lean<Stored<User>[]>()
    return found.map(fromStored)
  }

  async findByUsername(username: string): Promise<User | null> {
    const found = await this.model.findOne({ username }).lean<Stored<User>>()
    return found && fromStored(found)
  }

  async hasAdmin(): Promise<boolean> {
    return (await this.model.exists({ role: 'admin' })) !== null
  }

  async insert(user: User): Promise<boolean> {
    try {
      await this.model.create(toStored(user))
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }
}

@Injectable()
export class MongoApiTokenRepository extends ApiTokenRepository {
  private readonly model: Model<Stored<ApiToken>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('ApiToken', tokenSchema)
  }

  async insert(token: ApiToken): Promise<void> {
    await this.model.create(toStored(token))
  }

  async findByHash(tokenHash: string): Promise<ApiToken | null> {
    const found = await this.model.findOne({ tokenHash }).lean<Stored<ApiToken>>()
    return found && fromStored(found)
  }

  async findOwnedBy(userId: string): Promise<ApiToken[]> {
    const found = await this.model.find({ userId }).sort({ _id: -1 }).lean<Stored<ApiToken>[]>()
    return found.map(fromStored)
  }

  async remove(userId: string, id: string): Promise<boolean> {
    return (await this.model.deleteOne({ _id: id, userId })).deletedCount === 1
  }

  async touch(id: string, at: Date): Promise<void> {
    await this.model.updateOne({ _id: id }, { $set: { lastUsedAt: at } })
  }
}
