import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common'
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { SseStream } from '../../common/sse/sse-stream.js'
import { LogQuery } from './logs.dto.js'
import { LogsService } from './logs.service.js'

@ApiTags('engines')
@Controller('engines')
export class LogsController {
  constructor(private readonly logs: LogsService) {}

  @Get(':id/logs')
  @Can('engine:log')
  @ApiOperation({
    summary: "An app's log, as it is written (Server-Sent Events)",
    description:
      'First what is kept, then what comes, of all pods and revisions. `line` {ts, pod, container, text}: ts is RFC 3339 with nanoseconds. ' +
      '`gap` {reason}: lines may be missing before the next one. `end` {reason}: nothing more comes. ' +
      'Each line has an id; sent back as Last-Event-ID it resumes after that line, also after a restart of the portal.',
    operationId: 'streamEngineLogs',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'id of the last event that was received' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'events line, gap, end', schema: { type: 'string' } })
  async stream(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Query() query: LogQuery,
    @Headers('last-event-id') header: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.logs.require(auth, id)
    const lastEventId = header || query.lastEventId
    const { tail } = query
    this.logs.stream(auth, id, { tail, lastEventId }, new SseStream(reply))
  }
}
