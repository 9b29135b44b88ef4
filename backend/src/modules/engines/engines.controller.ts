import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common'
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { CreateEngineDto, EngineDto, EngineListQuery, EnginePage, UpdateEngineDto } from './engines.dto.js'
import { EnginesService } from './engines.service.js'

@ApiTags('engines')
@Controller('engines')
export class EnginesController {
  constructor(private readonly engines: EnginesService) {}

  @Post()
  @HttpCode(202)
  @Can('engine:create')
  @ApiOperation({
    summary: 'Deploy an app',
    description: 'Accepted at once; what becomes of it is in status, and in the event engine.status-changed.',
    operationId: 'createEngine',
  })
  @Raises('project-not-found', 'engine-name-taken', 'engine-deleting', 'size-not-found')
  @ApiAcceptedResponse({ type: EngineDto })
  create(@Auth() auth: AuthContext, @Body() dto: CreateEngineDto): Promise<EngineDto> {
    return this.engines.deploy(auth, dto)
  }

  @Get()
  @Can('engine:read')
  @ApiOperation({ summary: 'Apps, newest first', operationId: 'listEngines' })
  @Raises('project-not-found')
  @ApiOkResponse({ type: EnginePage })
  list(@Auth() auth: AuthContext, @Query() query: EngineListQuery): Promise<EnginePage> {
    return this.engines.list(auth, query)
  }

  @Get(':id')
  @Can('engine:read')
  @ApiOperation({ summary: 'One app', operationId: 'getEngine' })
  @ApiOkResponse({ type: EngineDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<EngineDto> {
    return this.engines.get(auth, id)
  }

  @Patch(':id')
  @HttpCode(202)
  @Can('engine:update')
  @ApiOperation({ summary: 'Deploy an app again, changed', operationId: 'updateEngine' })
  @Raises('engine-revision-conflict', 'engine-deleting', 'size-not-found')
  @ApiAcceptedResponse({ type: EngineDto })
  update(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: UpdateEngineDto): Promise<EngineDto> {
    return this.engines.update(auth, id, dto)
  }

  @Delete(':id')
  @HttpCode(202)
  @Can('engine:delete')
  @ApiOperation({ summary: 'Delete an app', description: 'Removed from the cluster, then for good.', operationId: 'deleteEngine' })
  @ApiAcceptedResponse({ type: EngineDto })
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<EngineDto> {
    return this.engines.delete(auth, id)
  }
}
