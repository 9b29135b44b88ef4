import { Controller, Get, Res } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { SseStream } from '../../common/sse/sse-stream.js'
import { EventStreams } from './event-streams.js'

@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(private readonly streams: EventStreams) {}

  /** One stream per tab. Who reconnects re-reads what it shows: events are hints, so none is kept for later. */
  @Get()
  @Can('event:read')
  @ApiOperation({ summary: 'What changes of all that you may see, as it happens (Server-Sent Events)', operationId: 'streamEvents' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description:
      'events engine.status-changed, upload.completed, project.changed, report.changed, report.presence, figure.changed, project.registries-changed, project.quota-changed, quota.default-changed, project.published, project.deleted, task.changed, system.changed',
    schema: { type: 'string' },
  })
  stream(@Auth() auth: AuthContext, @Res() reply: FastifyReply): void {
    this.streams.require(auth)
    this.streams.open(new SseStream(reply), auth)
  }
}
