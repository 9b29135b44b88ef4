import type { PublicationPolicy } from './publication-policy.js'

/** Where the policy is kept. */
export abstract class PublicationPolicyRepository {
  /** Null before the first is stored. */
  abstract read(): Promise<PublicationPolicy | null>
  /** Stores the first one; does nothing when there is one. */
  abstract begin(policy: PublicationPolicy): Promise<void>
  /** Replaces the one that is at `revision`. @returns whether it was */
  abstract replace(revision: number, policy: PublicationPolicy): Promise<boolean>
}
