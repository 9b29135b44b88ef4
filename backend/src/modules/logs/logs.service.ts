import { Injectable, Logger } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { can, type ProjectResource } from '../../common/policy/policy.js'
import type { SseStream } from '../../common/sse/sse-stream.js'
import { LiveStreams } from '../auth/live-streams.js'
import { EnginesService } from '../engines/engines.service.js'
import { EventBus } from '../events/event-bus.js'
import { readCursor } from './log-cursor.js'
import { LogHub } from './log-hub.js'
import type { LogQuery } from './logs.dto.js'
import { streamLog } from './log-stream.js'

const DELETED = 'The app was deleted.'
// Viewers of one app are checked together: what was just read of it serves them all.
const RECENT_MS = 1_000

/** The logs of apps, for those who may see them. */
@Injectable()
export class LogsService {
  private readonly logger = new Logger('Logs')
  private readonly recent = new Map<string, { at: number; project: Promise<ProjectResource | null> }>()

  constructor(
    private readonly engines: EnginesService,
    private readonly hub: LogHub,
    private readonly live: LiveStreams,
    bus: EventBus,
  ) {
    bus.on('engine.status-changed', ({ engineId, phase }) => {
      if (phase === 'Deleting') void this.forgetDeleted(engineId)
    })
  }

  /** @throws DomainError `engine-not-found`, `not-allowed` or `too-many-streams` */
  async require(auth: AuthContext, engineId: string): Promise<void> {
    await this.engines.require(auth, 'engine:log', engineId)
    this.live.requireRoom(auth)
  }

  /** Sends what is kept of an app's log and what comes, until the app is deleted or the reader may not read it any more. */
  stream(auth: AuthContext, engineId: string, { tail, lastEventId }: LogQuery, stream: SseStream): void {
    const cursor = lastEventId === undefined ? null : readCursor(lastEventId)
    streamLog(this.hub, stream, {
      engineId,
      from: cursor ? { cursor } : tail === undefined || lastEventId !== undefined ? {} : { tail },
      ...(lastEventId !== undefined && !cursor
        ? { notice: 'The id to go on from is none of ours: this begins with the oldest line that is kept.' }
        : {}),
    })
    this.live.watch(stream, auth, (fresh) => this.check(engineId, fresh))
  }

  /** Why a reader's stream has to end; null when it may go on. */
  private async check(engineId: string, auth: AuthContext): Promise<string | null> {
    try {
      const project = await this.projectOf(engineId)
      if (!project) return DELETED
      return can(auth, 'engine:log', project) ? null : 'You may not read this log any more.'
    } catch (error) {
      // The database is away: what was allowed a moment ago goes on, and is asked again.
      this.logger.debug({ err: error, engineId }, 'could not check whether a log may still be read')
      return null
    }
  }

  private projectOf(engineId: string): Promise<ProjectResource | null> {
    const at = performance.now()
    for (const [id, entry] of this.recent) if (at - entry.at > RECENT_MS) this.recent.delete(id)
    const entry = this.recent.get(engineId) ?? { at, project: this.engines.projectOf(engineId) }
    this.recent.set(engineId, entry)
    return entry.project
  }

  private async forgetDeleted(engineId: string): Promise<void> {
    try {
      if (!(await this.engines.exists(engineId))) this.hub.remove(engineId, DELETED)
    } catch (error) {
      this.logger.warn({ err: error, engineId }, 'could not find out whether an app is gone; its log is kept')
    }
  }
}
