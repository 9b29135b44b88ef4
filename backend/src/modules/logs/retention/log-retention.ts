import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../../common/clock.js'
import { Mongo } from '../../../platform/mongo/mongo.js'
import { ObjectStore } from '../../../platform/object-store/object-store.js'
import { EnginesService } from '../../engines/engines.service.js'
import { LogSegmentRepository } from '../log-segment.repository.js'
import type { LogLimits } from './log-limits.js'
import { LogLimitsService } from './log-limits.service.js'

const SWEEP_MS = 10 * 60_000
const DAY_MS = 24 * 3_600_000
// Writing a segment takes a second; one that was not finished for so long was left behind by a crash.
const GRACE_MS = 3_600_000
const PAGE = 1_000
const BATCH = 200

/**
 * Removes stored logs that are too old, too much, or of apps that are gone. The record is marked first, which hides it, then the object goes, then the
 * record: wherever this is cut short, the next sweep finds the record and goes on.
 */
@Injectable()
export class LogRetention implements OnApplicationShutdown {
  private readonly logger = new Logger('LogRetention')
  private timer: NodeJS.Timeout | undefined
  private stopped = false
  private running: Promise<void> | null = null

  constructor(
    private readonly limits: LogLimitsService,
    private readonly segments: LogSegmentRepository,
    private readonly store: ObjectStore,
    private readonly engines: EnginesService,
    mongo: Mongo,
  ) {
    mongo.whenReady(() => {
      this.timer = setInterval(() => void this.trySweep(), SWEEP_MS)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true
    clearInterval(this.timer)
    await this.running
  }

  /** Removes all of an app that does not exist any more. */
  async removeAllOf(engineId: string): Promise<void> {
    await this.segments.hideAllOf(engineId)
    await this.removeHidden()
  }

  /** One look at everything that is stored. @throws when a store is away; the next sweep goes on */
  async sweep(): Promise<void> {
    const limits = await this.limits.get()
    for (const engineId of await this.segments.engineIds()) {
      if (this.stopped) return
      if (await this.engines.exists(engineId)) await this.hideTooMuch(engineId, limits)
      else await this.segments.hideAllOf(engineId)
    }
    await this.removeHidden()
  }

  private async trySweep(): Promise<void> {
    this.running ??= this.sweep()
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the sweep of stored logs did not end; the next one goes on'))
      .finally(() => (this.running = null))
    await this.running
  }

  /** Hides what is older than the days that logs are kept, and the oldest of what is more than an app may have. */
  private async hideTooMuch(engineId: string, { days, maxBytesPerApp }: LogLimits): Promise<void> {
    const oldest = now().getTime() - days * DAY_MS
    const all: { id: string; bytes: number; createdAt: Date }[] = []
    for (let after: string | null = null; ;) {
      const page = await this.segments.sizes(engineId, after, PAGE)
      all.push(...page)
      after = page.at(-1)?.id ?? null
      if (page.length < PAGE) break
    }
    let total = all.reduce((sum, { bytes }) => sum + bytes, 0)
    const gone: string[] = []
    // The newest one stays: it says how far the log was taken, without which all that the node still has would be stored anew.
    for (const { id, bytes, createdAt } of all.slice(0, -1)) {
      if (createdAt.getTime() >= oldest && total <= maxBytesPerApp) break
      gone.push(id)
      total -= bytes
    }
    for (let at = 0; at < gone.length; at += BATCH) await this.segments.hide(gone.slice(at, at + BATCH))
  }

  private async removeHidden(): Promise<void> {
    const before = new Date(now().getTime() - GRACE_MS)
    while (!this.stopped) {
      const batch = await this.segments.removable(before, BATCH)
      for (const { key } of batch) await this.store.remove(key)
      await this.segments.remove(batch.map(({ id }) => id))
      if (batch.length < BATCH) return
    }
  }
}
