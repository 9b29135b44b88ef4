import { Controller, Get, Res } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Can } from '../../common/auth-context/auth-context.js'
import { newId } from '../../common/ids.js'
import { SseStream } from '../../common/sse/sse-stream.js'
import { EventBus } from './event-bus.js'

@ApiTags('events')
@Controller('events')
export class EventsController {
  constructor(private readonly bus: EventBus) {}

  /** One stream per tab. Who reconnects re-reads what it shows: events are hints, so none is kept for later. */
  @Get()
  @Can('project:read')
  @ApiOperation({ summary: 'What changes, as it happens (Server-Sent Events)', operationId: 'streamEvents' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({
    description: 'events engine.status-changed, upload.completed, project.changed, project.deleted, system.changed',
    schema: { type: 'string' },
  })
  stream(@Res() reply: FastifyReply): void {
    const stream = new SseStream(reply)
    const subscription = this.bus.events.subscribe(({ name, payload }) => {
      // A reader that does not keep up with hints is cut off; it reconnects and re-reads.
      if (!stream.send({ id: newId(), event: name, data: payload })) stream.end()
    })
    stream.onClose(() => subscription.unsubscribe())
  }
}
