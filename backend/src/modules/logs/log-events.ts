import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { EventFeed } from '../../platform/kubernetes/log-events.js'
import { timeText } from './log-entry.js'
import { LogHub } from './log-hub.js'

// What happened before the portal began to look, and was not stored, is told if it is not older than this.
const RECENT_MS = 3_600_000

/** Brings what Kubernetes says of an app into its log. */
@Injectable()
export class LogEvents implements OnApplicationBootstrap, OnApplicationShutdown {
  private unsubscribe: () => void = () => undefined

  constructor(
    private readonly feed: EventFeed,
    private readonly hub: LogHub,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.feed.onEvent((engineId, { at, count, message, ...event }) => {
      if (now().getTime() - at.getTime() > RECENT_MS) return
      const text = count > 1 ? `${message} (${count} times)` : message
      void this.hub.event(engineId, { kind: 'event', ts: timeText(at), ...event, message: text })
    })
  }

  onApplicationShutdown(): void {
    this.unsubscribe()
  }
}
