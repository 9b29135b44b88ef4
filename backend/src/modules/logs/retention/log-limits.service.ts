import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'
import type { LogLimits } from './log-limits.js'
import { LogLimitsRepository } from './log-limits.repository.js'

/** How much of the logs of apps is kept: what an admin has set, else what the operator has configured. */
@Injectable()
export class LogLimitsService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'logRetentionDays' | 'logMaxBytesPerApp'>,
    private readonly limits: LogLimitsRepository,
  ) {}

  async get(): Promise<LogLimits> {
    const { logRetentionDays: days, logMaxBytesPerApp: maxBytesPerApp } = this.config
    return (await this.limits.find()) ?? { days, maxBytesPerApp }
  }

  /** What is more than that goes with the next sweep, within ten minutes. */
  async set(auth: AuthContext, limits: LogLimits): Promise<LogLimits> {
    const before = await this.get()
    const after = { days: limits.days, maxBytesPerApp: limits.maxBytesPerApp }
    await this.limits.set(after)
    auth.trail.change({ resource: { type: 'log-limits', id: 'default' }, before: { ...before }, after })
    return after
  }
}
