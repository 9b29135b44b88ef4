import { Inject, Injectable } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type { AuthContext, AuthenticatedRequest } from '../../common/auth-context/auth-context.js'
import { networkOf } from '../../common/network.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { Budget, type Left } from './budget.js'

/**
 * How many requests a minute someone may send. Who has an account draws on its budget, a token on one of its own. Everyone else, and whoever shows a
 * cookie or a token that is worth nothing, draws on that of the address. Each replica counts for itself.
 */
@Injectable()
export class RequestLimits {
  private readonly account: Budget
  private readonly token: Budget
  private readonly address: Budget
  private readonly counted = new WeakSet<object>()

  constructor(@Inject(CONFIG) config: Config) {
    this.account = new Budget('account', config.rateLimitAccount)
    this.token = new Budget('token', config.rateLimitToken)
    this.address = new Budget('address', config.rateLimitAddress)
  }

  /**
   * Before anything is done for a request: takes from the address when it shows no credentials. One that does is counted when it is known whose they
   * are; it only has to be from an address that has not spent all on bad ones.
   * @throws DomainError `too-many-requests`
   */
  async arrived(request: AuthenticatedRequest, reply: FastifyReply): Promise<void> {
    if (!this.address.on) return
    const key = networkOf(request.ip)
    if (hasCredentials(request)) {
      const left = await this.address.look(key)
      if (left.spent) this.refuse(this.address, left, reply)
      return
    }
    this.counted.add(request)
    this.settle(this.address, await this.address.take(key), reply)
  }

  /**
   * When it is known who is asking.
   * @throws DomainError `too-many-requests`
   */
  async identified(request: AuthenticatedRequest, auth: AuthContext, reply: FastifyReply): Promise<void> {
    if (auth.via === 'anonymous') return
    this.counted.add(request)
    const [budget, key] = auth.via === 'token' ? [this.token, auth.credentialId] : [this.account, auth.user.id]
    if (budget.on) this.settle(budget, await budget.take(key), reply)
  }

  /** Before the answer leaves: what neither took from is taken from the address, be it for a bad credential or for a route that does not ask. */
  async answered(request: AuthenticatedRequest, reply: FastifyReply): Promise<void> {
    // A session that only has to be refreshed is a good one.
    if (!this.address.on || this.counted.has(request) || request.trail?.problem === 'session-stale') return
    const left = await this.address.take(networkOf(request.ip))
    if (!reply.hasHeader('ratelimit')) void reply.headers(this.address.headers(left))
  }

  private settle(budget: Budget, left: Left, reply: FastifyReply): void {
    if (left.spent) this.refuse(budget, left, reply)
    void reply.headers(budget.headers(left))
  }

  private refuse(budget: Budget, left: Left, reply: FastifyReply): never {
    void reply.headers(budget.headers(left))
    throw new DomainError('too-many-requests', { seconds: Math.max(1, left.reset) })
  }
}

const hasCredentials = ({ headers }: AuthenticatedRequest): boolean => headers.authorization !== undefined || headers.cookie !== undefined
