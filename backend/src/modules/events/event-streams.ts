import { Injectable, Logger } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { newId } from '../../common/ids.js'
import { can } from '../../common/policy/policy.js'
import { formatEvent, type SseStream } from '../../common/sse/sse-stream.js'
import { LiveStreams } from '../auth/live-streams.js'
import { ProjectsService } from '../projects/projects.service.js'
import { EventBus, type VitrineEvent } from './event-bus.js'

interface Reader {
  stream: SseStream
  auth: AuthContext
}

/** Tells every open tab what changes of all that its reader may see. The project of an event is read once for all readers. */
@Injectable()
export class EventStreams {
  private readonly logger = new Logger('Events')
  private readonly readers = new Set<Reader>()
  /** Events go out in the order in which they came. */
  private last: Promise<void> = Promise.resolve()

  constructor(
    bus: EventBus,
    private readonly live: LiveStreams,
    private readonly projects: ProjectsService,
  ) {
    bus.events.subscribe((event) => {
      if (this.readers.size > 0) this.last = this.last.then(() => this.tell(event))
    })
  }

  /** Before a stream is opened. @throws DomainError `too-many-streams` */
  require(auth: AuthContext): void {
    this.live.requireRoom(auth)
  }

  open(stream: SseStream, auth: AuthContext): void {
    const reader = { stream, auth }
    this.readers.add(reader)
    stream.onClose(() => this.readers.delete(reader))
    this.live.watch(stream, auth, (fresh) => {
      reader.auth = fresh
      return null
    })
  }

  private async tell({ name, payload }: VitrineEvent): Promise<void> {
    try {
      const project = 'projectId' in payload ? await this.projects.findEvenDeleted(payload.projectId) : undefined
      if (project === null) return
      const text = formatEvent({ id: newId(), event: name, data: payload })
      for (const { stream, auth } of this.readers) {
        if (project && !can(auth, 'project:read', project)) continue
        if (name === 'task.changed' && !can(auth, 'task:read')) continue
        // A reader that does not keep up with hints is cut off; it reconnects and re-reads.
        if (!stream.sendFormatted(text)) stream.end()
      }
    } catch (error) {
      // The database is away: readers re-read when it is back, as system.changed tells them.
      this.logger.debug({ err: error, event: name }, 'could not find out who may see an event')
    }
  }
}
