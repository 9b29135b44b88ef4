import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { fromStored, isDuplicateKey, Mongo, toStored, type Stored } from '../../platform/mongo/mongo.js'
import type { ProjectRegistries, RegistrySignIn } from './registry.js'
import { RegistryRepository } from './registry.repository.js'

const signInSchema = new Schema<RegistrySignIn>(
  {
    registry: { type: String, required: true },
    username: { type: String, required: true },
    sealed: { type: String, required: true },
    updatedAt: { type: Date, required: true },
  },
  { _id: false },
)

const schema = new Schema<Stored<ProjectRegistries>>(
  {
    _id: { type: String, required: true },
    signIns: { type: [signInSchema], required: true },
    revision: { type: Number, required: true },
  },
  { collection: 'registries', versionKey: false },
)

@Injectable()
export class MongoRegistryRepository extends RegistryRepository {
  private readonly model: Model<Stored<ProjectRegistries>>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('Registries', schema)
  }

  async find(projectId: string): Promise<ProjectRegistries | null> {
    return fromStored(await this.model.findById(projectId).lean<Stored<ProjectRegistries>>())
  }

  async insert(registries: ProjectRegistries): Promise<boolean> {
    try {
      await this.model.create(toStored(registries))
      return true
    } catch (error) {
      if (isDuplicateKey(error)) return false
      throw error
    }
  }

  async replace(projectId: string, revision: number, signIns: RegistrySignIn[]): Promise<boolean> {
    const { matchedCount } = await this.model.updateOne({ _id: projectId, revision }, { $set: { signIns }, $inc: { revision: 1 } })
    return matchedCount === 1
  }

  async remove(projectId: string): Promise<void> {
    await this.model.deleteOne({ _id: projectId })
  }
}
