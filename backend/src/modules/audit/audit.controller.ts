import { Controller, Get, Query, StreamableFile } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import { Readable } from 'node:stream'
import { Can } from '../../common/auth-context/auth-context.js'
import { AuditFilterDto, AuditPage, AuditQueryDto } from './audit.dto.js'
import { AuditService } from './audit.service.js'

@ApiTags('iam')
@Controller('iam/audit')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get()
  @Can('audit:read')
  @ApiOperation({ summary: 'Who changed or was denied what, newest first', operationId: 'listAudit' })
  @ApiOkResponse({ type: AuditPage })
  list(@Query() query: AuditQueryDto): Promise<AuditPage> {
    return this.audit.list(query)
  }

  @Get('export')
  @Can('audit:read')
  @ApiOperation({ summary: 'The audit log as a file: one entry a line, oldest first', operationId: 'exportAudit' })
  @ApiProduces('application/x-ndjson')
  @ApiOkResponse({ description: 'lines of JSON, each an AuditEntryDto', schema: { type: 'string' } })
  export(@Query() filter: AuditFilterDto): StreamableFile {
    // One batch ahead of the reader at most.
    const lines = Readable.from(this.audit.export(filter), { highWaterMark: 1 })
    return new StreamableFile(lines, { type: 'application/x-ndjson', disposition: 'attachment; filename="audit.ndjson"' })
  }
}
