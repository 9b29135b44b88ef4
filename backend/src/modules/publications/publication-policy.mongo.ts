import { Injectable } from '@nestjs/common'
import { Schema, type Model } from 'mongoose'
import { isDuplicateKey, Mongo } from '../../platform/mongo/mongo.js'
import type { PublicationPolicy } from './publication-policy.js'
import { PublicationPolicyRepository } from './publication-policy.repository.js'

type Stored = PublicationPolicy & { _id: string }

// There is one.
const ID = 'policy'
const yesNo = { type: Boolean, required: true } as const
const count = { type: Number, required: true } as const

const schema = new Schema<Stored>(
  {
    _id: { type: String, required: true },
    requireLicence: yesNo,
    minLimitationsWords: count,
    requireDataset: yesNo,
    requireAppReady: yesNo,
    refuseSecretLookingEnv: yesNo,
    enforced: yesNo,
    revision: count,
  },
  { collection: 'publicationPolicy', versionKey: false },
)

@Injectable()
export class MongoPublicationPolicyRepository extends PublicationPolicyRepository {
  private readonly model: Model<Stored>

  constructor(mongo: Mongo) {
    super()
    this.model = mongo.model('PublicationPolicy', schema)
  }

  async read(): Promise<PublicationPolicy | null> {
    const found = await this.model.findById(ID).lean<Stored>()
    if (!found) return null
    const { _id, ...policy } = found
    return policy
  }

  async begin(policy: PublicationPolicy): Promise<void> {
    try {
      await this.model.create({ _id: ID, ...policy })
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
  }

  async replace(revision: number, policy: PublicationPolicy): Promise<boolean> {
    const { matchedCount } = await this.model.updateOne({ _id: ID, revision }, { $set: { ...policy } })
    return matchedCount === 1
  }
}
