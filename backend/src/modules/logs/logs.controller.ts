import { Controller, Get, Headers, Param, Query, Res, StreamableFile } from '@nestjs/common'
import { ApiHeader, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Readable } from 'node:stream'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { SseStream } from '../../common/sse/sse-stream.js'
import { LogDownloadQuery, LogPage, LogPageQuery, LogQuery } from './logs.dto.js'
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
      'First what is kept, then what comes, of all pods and revisions, stored and live as one. `line` {ts, pod, container, revision, text}: ts is RFC 3339 ' +
      'with nine digits. `marker` {ts, uid, what, pod, container, revision, message}: a container started, ended or crashed, or there is no pod any more ' +
      '(zero). `event` {ts, uid, type, reason, message, object}: what Kubernetes says of the app. `gap` {reason}: lines may be missing before the next one. ' +
      '`end` {reason}: nothing more comes. Each has an id; sent back as Last-Event-ID it resumes after it, also after a restart of the portal. ' +
      'Markers and events may come again after a portal was killed, with the same uid; lines never do.',
    operationId: 'streamEngineLogs',
  })
  @ApiHeader({ name: 'Last-Event-ID', required: false, description: 'id of the last event that was received' })
  @ApiProduces('text/event-stream')
  @ApiOkResponse({ description: 'events line, marker, event, gap, end', schema: { type: 'string' } })
  async stream(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Query() query: LogQuery,
    @Headers('last-event-id') header: string | undefined,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const { id: engineId } = await this.logs.require(auth, id)
    this.logs.requireRoom(auth)
    const lastEventId = header || query.lastEventId
    const checked = this.logs.filterOf(query)
    this.logs.stream(auth, engineId, { ...query, ...(lastEventId === undefined ? {} : { lastEventId }) }, checked, new SseStream(reply))
  }

  @Get(':id/logs/lines')
  @Can('engine:log')
  @ApiOperation({
    summary: "A page of an app's log",
    description: 'Of what is kept by now, stored or in memory, the newest first unless asked otherwise.',
    operationId: 'listEngineLogLines',
  })
  @ApiOkResponse({ type: LogPage })
  page(@Auth() auth: AuthContext, @Param('id') id: string, @Query() query: LogPageQuery): Promise<LogPage> {
    return this.logs.page(auth, id, query)
  }

  @Get(':id/logs/download')
  @Can('engine:log')
  @ApiOperation({
    summary: "An app's log as a file",
    description: 'All that is kept by now and passes the filter, oldest first.',
    operationId: 'downloadEngineLogs',
  })
  @ApiProduces('text/plain', 'application/x-ndjson')
  @ApiOkResponse({ description: 'lines of text, or of JSON', schema: { type: 'string' } })
  async download(@Auth() auth: AuthContext, @Param('id') id: string, @Query() query: LogDownloadQuery): Promise<StreamableFile> {
    const { name } = await this.logs.require(auth, id)
    // One piece ahead of the reader at most.
    const pieces = Readable.from(this.logs.download(id, query), { highWaterMark: 1 })
    const [type, ending] = query.format === 'ndjson' ? ['application/x-ndjson', 'ndjson'] : ['text/plain; charset=utf-8', 'log']
    return new StreamableFile(pieces, { type, disposition: `attachment; filename="${name}.${ending}"` })
  }
}
