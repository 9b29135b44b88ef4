import { Body, Controller, Delete, Get, HttpCode, Param, ParseIntPipe, Patch, Post, Put, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { LargeBody } from '../../common/large-body.js'
import { Raises } from '../../common/problem/raises.js'
import { HtmlImportService } from './html-import.service.js'
import {
  CreateReportDto,
  ImportedHtmlDto,
  ImportHtmlDto,
  ReportDto,
  ReportHtmlDto,
  ReportListDto,
  ReportRevisionDiffDto,
  ReportRevisionDiffQuery,
  ReportRevisionDto,
  ReportRevisionListDto,
  UpdateReportDto,
} from './reports.dto.js'
import { ReportsService } from './reports.service.js'

// A text has at most 2 MiB; sent with escapes and blanks it is somewhat more. Its 20 levels of nodes are two levels of JSON each, and a chart has its own.
const TEXT_BODY = { bytes: 4 * 2 ** 20, depth: 70 }
const HTML_BODY = { bytes: 16 * 2 ** 20, depth: 2 }

@ApiTags('reports')
@Controller()
export class ReportsController {
  constructor(
    private readonly reports: ReportsService,
    private readonly imports: HtmlImportService,
  ) {}

  @Get('projects/:id/reports')
  @Can('project:read')
  @ApiOperation({ summary: 'The reports of a project, the oldest first', operationId: 'listReports' })
  @ApiOkResponse({ type: ReportListDto })
  list(@Auth() auth: AuthContext, @Param('id') id: string): Promise<ReportListDto> {
    return this.reports.list(auth, id)
  }

  @Post('projects/:id/reports')
  @Can('project:update')
  @LargeBody(TEXT_BODY)
  @ApiOperation({ summary: 'Begin a report', operationId: 'createReport' })
  @Raises('rich-text-invalid', 'too-many-reports')
  @ApiCreatedResponse({ type: ReportDto })
  create(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: CreateReportDto): Promise<ReportDto> {
    return this.reports.create(auth, id, dto)
  }

  @Post('projects/:id/richtext/import')
  @HttpCode(200)
  @Can('project:update')
  @LargeBody(HTML_BODY)
  @ApiOperation({ summary: 'Turn HTML into a text of the project; its pictures become assets', operationId: 'importHtml' })
  @Raises('rich-text-invalid', 'object-store-full')
  @ApiOkResponse({ type: ImportedHtmlDto })
  import(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: ImportHtmlDto): Promise<ImportedHtmlDto> {
    return this.imports.import(auth, id, dto)
  }

  @Get('reports/:id')
  @Can('project:read')
  @ApiOperation({ summary: 'One report', operationId: 'getReport' })
  @ApiOkResponse({ type: ReportDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<ReportDto> {
    return this.reports.get(auth, id)
  }

  @Patch('reports/:id')
  @Can('report:save')
  @LargeBody(TEXT_BODY)
  @ApiOperation({ summary: 'Store what the editor has; the same again is no conflict', operationId: 'updateReport' })
  @Raises('report-revision-conflict', 'rich-text-invalid')
  @ApiOkResponse({ type: ReportDto })
  update(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: UpdateReportDto): Promise<ReportDto> {
    return this.reports.update(auth, id, dto)
  }

  @Delete('reports/:id')
  @HttpCode(204)
  @Can('project:update')
  @ApiOperation({ summary: 'Delete a report with its history', operationId: 'deleteReport' })
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.reports.delete(auth, id)
  }

  @Put('reports/:id/presence')
  @HttpCode(204)
  @Can('report:save')
  @ApiOperation({
    summary: 'Say that one has it open in the editor',
    description: 'Again every 15 seconds; it ends 40 seconds after the last time.',
    operationId: 'keepReportPresence',
  })
  @ApiNoContentResponse()
  present(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.reports.present(auth, id)
  }

  @Delete('reports/:id/presence')
  @HttpCode(204)
  @Can('report:save')
  @ApiOperation({ summary: 'Say that one has closed the editor', operationId: 'endReportPresence' })
  @ApiNoContentResponse()
  absent(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.reports.absent(auth, id)
  }

  @Get('reports/:id/html')
  @Can('project:read')
  @ApiOperation({ summary: 'A report as HTML, from an allow-list', operationId: 'getReportHtml' })
  @ApiOkResponse({ type: ReportHtmlDto })
  html(@Auth() auth: AuthContext, @Param('id') id: string): Promise<ReportHtmlDto> {
    return this.reports.html(auth, id)
  }

  @Get('reports/:id/revisions')
  @Can('project:update')
  @ApiOperation({ summary: 'The earlier states of a report that are kept, the newest first', operationId: 'listReportRevisions' })
  @ApiOkResponse({ type: ReportRevisionListDto })
  revisions(@Auth() auth: AuthContext, @Param('id') id: string): Promise<ReportRevisionListDto> {
    return this.reports.revisions(auth, id)
  }

  @Get('reports/:id/revisions/:number')
  @Can('project:update')
  @ApiOperation({ summary: 'What a report said at a revision', operationId: 'getReportRevision' })
  @Raises('report-revision-not-found')
  @ApiOkResponse({ type: ReportRevisionDto })
  revision(@Auth() auth: AuthContext, @Param('id') id: string, @Param('number', ParseIntPipe) number: number): Promise<ReportRevisionDto> {
    return this.reports.revision(auth, id, number)
  }

  @Get('reports/:id/revisions/:number/diff')
  @Can('project:update')
  @ApiOperation({ summary: 'What was changed in a report since a revision', operationId: 'diffReportRevision' })
  @Raises('report-revision-not-found')
  @ApiOkResponse({ type: ReportRevisionDiffDto })
  diff(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('number', ParseIntPipe) number: number,
    @Query() query: ReportRevisionDiffQuery,
  ): Promise<ReportRevisionDiffDto> {
    return this.reports.diff(auth, id, number, query)
  }
}
