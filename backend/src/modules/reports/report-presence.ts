import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { EventBus } from '../events/event-bus.js'
import type { Report } from './report.js'
import { PresenceRepository } from './presence.repository.js'

/** A page says every 15 seconds that its editor is open; two of these may be lost. */
const LASTS_MS = 40_000
const SWEEP_MS = 5_000

/**
 * Knows who has which report open in the editor. What is stored holds for all replicas; each remembers what it has told its own readers, and compares every
 * few seconds, so that they also hear of someone who writes by another replica, and of someone who just closed the lid.
 */
@Injectable()
export class ReportPresence implements OnApplicationShutdown {
  private readonly logger = new Logger('ReportPresence')
  /** By report: its project, and who its readers were told of. */
  private readonly told = new Map<string, { projectId: string; people: string }>()
  private sweeper: NodeJS.Timeout | undefined

  constructor(
    private readonly presences: PresenceRepository,
    private readonly bus: EventBus,
    mongo: Mongo,
  ) {
    mongo.whenReady(() => {
      this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS)
    })
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeper)
  }

  /** Someone has the report open, for {@link LASTS_MS} from now. */
  async note({ id: reportId, projectId }: Pick<Report, 'id' | 'projectId'>, userId: string): Promise<void> {
    const at = now()
    await this.presences.put({ reportId, projectId, userId, expiresAt: new Date(at.getTime() + LASTS_MS) })
    this.compare(reportId, projectId, await this.presences.findOf(reportId, at))
  }

  /** Someone has closed the report. Another page of theirs, if there is one, says so again when it hears of this. */
  async end({ id: reportId, projectId }: Pick<Report, 'id' | 'projectId'>, userId: string): Promise<void> {
    await this.presences.remove(reportId, userId)
    this.compare(reportId, projectId, await this.presences.findOf(reportId, now()))
  }

  /** Who has the report open. @returns ids of accounts */
  editorsOf(reportId: string): Promise<string[]> {
    return this.presences.findOf(reportId, now())
  }

  /** Tells the readers of each report for which it has changed who has it open. */
  async sweep(): Promise<void> {
    try {
      const at = now()
      const open = Map.groupBy(await this.presences.findAll(at), ({ reportId }) => reportId)
      for (const [reportId, { projectId }] of this.told) if (!open.has(reportId)) this.compare(reportId, projectId, [])
      for (const [reportId, presences] of open)
        this.compare(
          reportId,
          presences[0]?.projectId ?? '',
          presences.map(({ userId }) => userId),
        )
      await this.presences.removeExpired(at)
    } catch (error) {
      this.logger.debug({ err: error }, 'could not find out who writes what; the next sweep tries again')
    }
  }

  private compare(reportId: string, projectId: string, userIds: string[]): void {
    const people = userIds.join()
    if ((this.told.get(reportId)?.people ?? '') === people) return
    if (people === '') this.told.delete(reportId)
    else this.told.set(reportId, { projectId, people })
    this.bus.publish('report.presence', { projectId, reportId })
  }
}
