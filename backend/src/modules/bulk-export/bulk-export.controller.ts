import { Body, Controller, HttpCode, Post } from '@nestjs/common'
import { ApiAcceptedResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { TaskDto } from '../tasks/tasks.dto.js'
import { StartExportDto } from './bulk-export.dto.js'
import { BulkExportService } from './bulk-export.service.js'

@ApiTags('exports')
@Controller('admin/exports')
export class BulkExportController {
  constructor(private readonly exports: BulkExportService) {}

  @Post()
  @HttpCode(202)
  @Can('export:start')
  @ApiOperation({
    summary: 'Export many projects into one ZIP',
    description: 'As a task: see how far it is with GET /api/tasks/{id}, and fetch the ZIP from there.',
    operationId: 'startBulkExport',
  })
  @Raises('export-unavailable', 'task-running')
  @ApiAcceptedResponse({ type: TaskDto })
  start(@Auth() auth: AuthContext, @Body() dto: StartExportDto): Promise<TaskDto> {
    return this.exports.start(auth, dto)
  }
}
