import { Controller, Get, Logger, Req, Res } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Can } from '../../common/auth-context/auth-context.js'
import { newId } from '../../common/ids.js'
import { SseStream } from '../../common/sse/sse-stream.js'
import { AuthService } from '../auth/auth.service.js'
import { EventBus } from './event-bus.js'

// So long a stream may outlive the session or token that opened it.
const CHECK_MS = 5_000

@ApiTags('events')
@Controller('events')
export class EventsController {
  private readonly logger = new Logger('Events')

  constructor(
    private readonly bus: EventBus,
    private readonly auth: AuthService,
  ) {}

  /** One stream per tab. Who reconnects re-reads what it shows: events are hints, so none is kept for later. */
  @Get()
  @Can('project:read')
  @ApiOperation({ summary: 'What changes, as it happens (Server-Sent Events)', operationId: 'streamEvents' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'events engine.status-changed, upload.completed, project.changed, project.deleted, system.changed',
    schema: { type: 'string' },
  })
  stream(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const stream = new SseStream(reply)
    const subscription = this.bus.events.subscribe(({ name, payload }) => {
      // A reader that does not keep up with hints is cut off; it reconnects and re-reads.
      if (!stream.send({ id: newId(), event: name, data: payload })) stream.end()
    })
    const checking = setInterval(() => void this.endUnlessSignedIn(stream, request), CHECK_MS)
    stream.onClose(() => {
      clearInterval(checking)
      subscription.unsubscribe()
    })
  }

  private async endUnlessSignedIn(stream: SseStream, request: FastifyRequest): Promise<void> {
    try {
      if (await this.auth.identify(request)) return
      stream.send({ event: 'end', data: { reason: 'you are no longer signed in' } })
      stream.end()
    } catch (error) {
      // The database is away: what was allowed a moment ago goes on, and is asked again.
      this.logger.debug({ err: error }, 'could not check whether a reader is still signed in')
    }
  }
}
