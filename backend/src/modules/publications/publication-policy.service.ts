import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { canonicalJson } from '../../common/canonical-json.js'
import { BUILT_IN_POLICY, type PublicationPolicy } from './publication-policy.js'
import { PublicationPolicyRepository } from './publication-policy.repository.js'

/** What an admin asks of projects that everyone may read. */
@Injectable()
export class PublicationPolicyService {
  constructor(private readonly policies: PublicationPolicyRepository) {}

  async get(): Promise<PublicationPolicy> {
    return (await this.policies.read()) ?? BUILT_IN_POLICY
  }

  /**
   * Holds from now on: what is public already stays so. What is there already (an answer was lost, and it is sent again) is no conflict.
   * @throws DomainError `publication-policy-conflict`
   */
  async set(auth: AuthContext, { revision, ...values }: PublicationPolicy): Promise<PublicationPolicy> {
    const before = await this.get()
    if (canonicalJson(values) === canonicalJson(valuesOf(before))) return before
    await this.policies.begin(BUILT_IN_POLICY)
    const after = { ...values, revision: revision + 1 }
    if (before.revision !== revision || !(await this.policies.replace(revision, after)))
      throw new DomainError('publication-policy-conflict', { sent: revision, current: (await this.get()).revision })
    auth.trail.change({ resource: { type: 'publication-policy', id: 'default' }, before: valuesOf(before), after: valuesOf(after) })
    return after
  }
}

const valuesOf = ({ revision: _, ...values }: PublicationPolicy): Record<string, unknown> => values
