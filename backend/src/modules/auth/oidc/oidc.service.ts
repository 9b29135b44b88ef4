import { Inject, Injectable, Logger } from '@nestjs/common'
import type { AuditTrail } from '../../../common/auth-context/audit-trail.js'
import type { Origin } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import type { ProblemCode } from '../../../common/problem/catalogue.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'
import { translateMongoError } from '../../../platform/mongo/mongo.js'
import { AuthService, type SignedIn } from '../auth.service.js'
import { IdentityProvider, isBadAnswer, isProviderAway } from './identity-provider.js'
import { ACTION, OidcAccounts } from './oidc-accounts.js'
import { TRANSACTION_MS, TransactionSeal } from './transaction.js'
import { UsedTransactions } from './used-transaction.js'

/** How a sign-in at the identity provider ended: with a session, or with a code of the catalogue. */
export type Outcome = { signedIn: SignedIn; returnTo: string } | { problem: ProblemCode }

/** Signing in at an identity provider. */
@Injectable()
export class OidcService {
  private readonly logger = new Logger('Oidc')
  private readonly seal: TransactionSeal

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly provider: IdentityProvider,
    private readonly accounts: OidcAccounts,
    private readonly used: UsedTransactions,
    private readonly auth: AuthService,
  ) {
    this.seal = new TransactionSeal(config.secret)
  }

  /**
   * Begins a sign-in. @returns where to send the browser, and what it has to bring back
   * @throws DomainError `identity-provider-not-configured`, `identity-provider-unavailable`
   */
  async begin(returnTo: string): Promise<{ url: string; sealed: string }> {
    try {
      const { transaction, url } = await this.provider.begin(returnTo)
      return { url: url.href, sealed: this.seal.seal(transaction) }
    } catch (error) {
      if (error instanceof DomainError && error.code === 'identity-provider-unavailable') this.warn('is not reachable', error.cause)
      throw error
    }
  }

  /**
   * Ends a sign-in with the provider's answer. Throws nothing: whoever comes back is a person in front of a page.
   * @param sealed what the browser brought back @param search the query with the provider's answer
   */
  async finish(sealed: string | undefined, search: string, origin: Origin, trail: AuditTrail): Promise<Outcome> {
    try {
      const transaction = this.seal.open(sealed, now())
      if (!transaction) throw refused('the browser brought no transaction, or one that is too old')
      // Before anything is stored: only a browser that has begun something makes us do so.
      if (new URLSearchParams(search).get('state') !== transaction.state) throw refused('the answer belongs to another transaction')
      if (!(await this.used.use(transaction.state, now(), new Date(transaction.at + TRANSACTION_MS))))
        throw refused('the transaction was used before')
      const identity = await this.provider.finish(search, transaction)
      const user = await this.accounts.accountFor(identity, trail)
      return { signedIn: await this.auth.signIn(user, 'oidc', origin, trail), returnTo: transaction.returnTo }
    } catch (error) {
      const problem = this.problemOf(error)
      trail.problem = problem
      if (problem === 'sign-in-failed') trail.deny(ACTION)
      return { problem }
    }
  }

  private problemOf(error: unknown): ProblemCode {
    const known = error instanceof DomainError ? error : translateMongoError(error)
    if (known) {
      if (known.cause !== undefined) this.warn(`gave ${known.code}`, known.cause)
      return known.code
    }
    if (isProviderAway(error)) {
      this.warn('is not reachable', error)
      return 'identity-provider-unavailable'
    }
    if (isBadAnswer(error)) {
      this.warn('gave an answer that is not good', error)
      return 'sign-in-failed'
    }
    this.logger.error({ err: error }, 'unexpected error while someone signed in at the identity provider')
    return 'internal-error'
  }

  /** Only names, codes and messages: the errors themselves hold tokens and claims. */
  private warn(what: string, error: unknown): void {
    const reasons: string[] = []
    for (let at = error; at instanceof Error && reasons.length < 4; at = at.cause)
      reasons.push(`${'code' in at && typeof at.code === 'string' ? `${at.code}: ` : ''}${at.message}`)
    this.logger.warn({ reasons }, `the identity provider ${what}`)
  }
}

const refused = (reason: string): DomainError => new DomainError('sign-in-failed', {}, { cause: new Error(reason) })
