import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { unfinished } from './audit-entry.js'
import { AuditIntentRepository, AuditRepository } from './audit.repository.js'

const SWEEP_MS = 60_000
const BATCH = 100
/** At the start only what the process before has left can be there, or what another replica does just now. */
const OLD_AT_START_MS = 2 * 60_000
const OLD_MS = 5 * 60_000

/** Writes down as `unknown` what a process began and did not live to finish. */
@Injectable()
export class AuditRecovery implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Audit')
  private timer: NodeJS.Timeout | undefined
  private sweeping: Promise<void> = Promise.resolve()
  private stopped = false

  constructor(
    private readonly mongo: Mongo,
    private readonly entries: AuditRepository,
    private readonly intents: AuditIntentRepository,
  ) {}

  onApplicationBootstrap(): void {
    this.mongo.whenReady(() => {
      if (this.stopped) return
      this.sweeping = this.sweep(OLD_AT_START_MS)
      this.timer = setInterval(() => {
        this.sweeping = this.sweeping.then(() => this.sweep(OLD_MS))
      }, SWEEP_MS)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true
    clearInterval(this.timer)
    await this.sweeping
  }

  /** Writes what was begun `ageMs` ago and more. Safe to run anywhere at any time: an entry has the id of its note. */
  async sweep(ageMs: number): Promise<void> {
    try {
      while (!this.stopped) {
        const left = await this.intents.begunBefore(new Date(now().getTime() - ageMs), BATCH)
        for (const intent of left) {
          if ((await this.entries.append([unfinished(intent)])) > 0)
            this.logger.warn({ requestId: intent.requestId, action: intent.action }, 'an attempt was never finished')
          await this.intents.remove(intent.id)
        }
        if (left.length < BATCH) return
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'attempts that were never finished could not be looked for')
    }
  }
}
