import { Controller, Get, Header, Headers, Param, Query, Res, StreamableFile } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { Raises } from '../../common/problem/raises.js'
import { contentDisposition } from '../../platform/object-store/download-headers.js'
import { languageOf } from './export-language.js'
import { ExportQuery } from './exports.dto.js'
import { ExportsService, type ExportFile } from './exports.service.js'

const FILE = { description: 'one file that needs nothing outside of itself', schema: { type: 'string', format: 'binary' } } as const

@ApiTags('exports')
@Controller()
export class ExportsController {
  constructor(private readonly exports: ExportsService) {}

  @Get('reports/:id/export')
  @Can('project:read')
  @Header('X-Content-Type-Options', 'nosniff')
  @ApiOperation({ summary: 'A report as one file', operationId: 'exportReport' })
  @Raises('export-too-large', 'export-unavailable', 'disk-full')
  @ApiProduces('text/html', 'application/pdf')
  @ApiOkResponse(FILE)
  async report(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Query() { format, lang }: ExportQuery,
    @Headers('accept-language') accepted: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return download(await this.exports.report(auth, id, { format, language: lang ?? languageOf(accepted) }, untilClosed(reply)))
  }

  @Get('projects/:id/versions/:number/export')
  @Can('project:read')
  @Header('X-Content-Type-Options', 'nosniff')
  @ApiOperation({ summary: 'A version of a project as one file', operationId: 'exportProjectVersion' })
  @Raises('version-not-found', 'version-withdrawn', 'export-too-large', 'export-unavailable', 'disk-full')
  @ApiProduces('text/html', 'application/pdf')
  @ApiOkResponse(FILE)
  async version(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('number') number: string,
    @Query() { format, lang }: ExportQuery,
    @Headers('accept-language') accepted: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<StreamableFile> {
    return download(await this.exports.version(auth, id, number, { format, language: lang ?? languageOf(accepted) }, untilClosed(reply)))
  }
}

/** Ends when the one who asked has gone; also when the answer was sent, which ends nothing any more. */
function untilClosed(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.once('close', () => gone.abort(new DomainError('export-failed', { reason: 'Nobody waits for it any more.' })))
  return gone.signal
}

const download = ({ name, contentType, bytes }: ExportFile): StreamableFile =>
  new StreamableFile(bytes, { type: contentType, length: bytes.length, disposition: contentDisposition(name) })
