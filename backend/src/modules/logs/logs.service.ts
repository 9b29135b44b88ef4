import { Injectable, Logger } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import type { SseStream } from '../../common/sse/sse-stream.js'
import { EnginesService } from '../engines/engines.service.js'
import { EventBus } from '../events/event-bus.js'
import { readCursor } from './log-cursor.js'
import { LogHub } from './log-hub.js'
import type { LogQuery } from './logs.dto.js'
import { streamLog } from './log-stream.js'

const DELETED = 'The app was deleted.'
const SIGNED_OUT = 'You are signed out.'

/** The logs of apps, for those who may see them. */
@Injectable()
export class LogsService {
  private readonly logger = new Logger('Logs')

  constructor(
    private readonly engines: EnginesService,
    private readonly hub: LogHub,
    bus: EventBus,
  ) {
    bus.on('engine.status-changed', ({ engineId, phase }) => {
      if (phase === 'Deleting') void this.forgetDeleted(engineId)
    })
  }

  /** @throws DomainError `engine-not-found` or `not-allowed` */
  async require(auth: AuthContext, engineId: string): Promise<void> {
    await this.engines.require(auth, 'engine:read', engineId)
  }

  /**
   * Sends what is kept of an app's log and what comes, until the app is deleted or the reader may not read it any more.
   * @param again who is asking, found out anew; null when that is nobody any more
   */
  stream(engineId: string, { tail, lastEventId }: LogQuery, stream: SseStream, again: () => Promise<AuthContext | null>): void {
    const cursor = lastEventId === undefined ? null : readCursor(lastEventId)
    streamLog(this.hub, stream, {
      engineId,
      from: cursor ? { cursor } : tail === undefined || lastEventId !== undefined ? {} : { tail },
      ...(lastEventId !== undefined && !cursor
        ? { notice: 'The id to go on from is none of ours: this begins with the oldest line that is kept.' }
        : {}),
      check: () => this.check(engineId, again),
    })
  }

  private async check(engineId: string, again: () => Promise<AuthContext | null>): Promise<string | null> {
    try {
      const auth = await again()
      if (!auth) return SIGNED_OUT
      await this.require(auth, engineId)
      return null
    } catch (error) {
      if (error instanceof DomainError && error.code === 'engine-not-found') return DELETED
      if (error instanceof DomainError && error.code === 'not-allowed') return 'You may not read this log any more.'
      // The database is away: what was allowed a minute ago goes on, and is asked again in a minute.
      this.logger.warn({ err: error, engineId }, 'could not check whether a log may still be read')
      return null
    }
  }

  private async forgetDeleted(engineId: string): Promise<void> {
    try {
      if (!(await this.engines.exists(engineId))) this.hub.remove(engineId, DELETED)
    } catch (error) {
      this.logger.warn({ err: error, engineId }, 'could not find out whether an app is gone; its log is kept')
    }
  }
}
