import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { PageQuery } from '../../../common/pagination/pagination.js'
import { Raises } from '../../../common/problem/raises.js'
import { EngineDto } from '../engines.dto.js'
import { EngineRevisionPage, RollbackDto } from '../revisions/revisions.dto.js'
import { RevisionsService } from '../revisions/revisions.service.js'
import { DeployDto, LeaseHoursDto, PreviewDto, ScaleDto } from './lifecycle.dto.js'
import { LifecycleService } from './lifecycle.service.js'
import { PreviewsService } from './previews.service.js'

@ApiTags('engines')
@Controller('engines/:id')
export class LifecycleController {
  constructor(
    private readonly lifecycle: LifecycleService,
    private readonly previews: PreviewsService,
    private readonly revisions: RevisionsService,
  ) {}

  @Post('deploy')
  @HttpCode(202)
  @Can('engine:update')
  @ApiOperation({
    summary: 'Deploy an app again',
    description: 'Takes what the tag of its image stands for now, or another image. Needs no revision: for CI, with an API token.',
    operationId: 'deployEngine',
  })
  @Raises('engine-deleting')
  @ApiAcceptedResponse({ type: EngineDto })
  deploy(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: DeployDto): Promise<EngineDto> {
    return this.lifecycle.redeploy(auth, id, dto)
  }

  @Post('scale')
  @HttpCode(202)
  @Can('engine:update')
  @ApiOperation({ summary: 'Change how many copies of an app there are', operationId: 'scaleEngine' })
  @Raises('engine-deleting')
  @ApiAcceptedResponse({ type: EngineDto })
  scale(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: ScaleDto): Promise<EngineDto> {
    return this.lifecycle.scale(auth, id, dto)
  }

  @Post('pause')
  @HttpCode(202)
  @Can('engine:update')
  @ApiOperation({ summary: 'Take an app out of the cluster for a while', operationId: 'pauseEngine' })
  @Raises('engine-deleting')
  @ApiAcceptedResponse({ type: EngineDto })
  pause(@Auth() auth: AuthContext, @Param('id') id: string): Promise<EngineDto> {
    return this.lifecycle.pause(auth, id)
  }

  @Post('resume')
  @HttpCode(202)
  @Can('engine:update')
  @ApiOperation({ summary: 'Put a paused app back', operationId: 'resumeEngine' })
  @Raises('engine-deleting')
  @ApiAcceptedResponse({ type: EngineDto })
  resume(@Auth() auth: AuthContext, @Param('id') id: string): Promise<EngineDto> {
    return this.lifecycle.resume(auth, id)
  }

  @Post('repair')
  @HttpCode(202)
  @Can('engine:update')
  @ApiOperation({ summary: 'Apply all that an app needs once more', operationId: 'repairEngine' })
  @Raises('engine-deleting')
  @ApiAcceptedResponse({ type: EngineDto })
  repair(@Auth() auth: AuthContext, @Param('id') id: string): Promise<EngineDto> {
    return this.lifecycle.repair(auth, id)
  }

  @Get('revisions')
  @Can('engine:read')
  @ApiOperation({ summary: 'What was deployed of an app, newest first', operationId: 'listEngineRevisions' })
  @ApiOkResponse({ type: EngineRevisionPage })
  listRevisions(@Auth() auth: AuthContext, @Param('id') id: string, @Query() query: PageQuery): Promise<EngineRevisionPage> {
    return this.revisions.list(auth, id, query)
  }

  @Post('rollback')
  @HttpCode(202)
  @Can('engine:update')
  @ApiOperation({
    summary: 'Run an earlier generation of an app again',
    description: 'By the digest that it ran with. Secrets stay as they are.',
    operationId: 'rollBackEngine',
  })
  @Raises('engine-revision-conflict', 'engine-generation-not-found', 'engine-deleting')
  @ApiAcceptedResponse({ type: EngineDto })
  rollBack(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: RollbackDto): Promise<EngineDto> {
    return this.revisions.rollBack(auth, id, dto)
  }

  @Post('preview')
  @HttpCode(202)
  @Can('engine:create')
  @ApiOperation({ summary: 'Deploy an app a second time, changed, for a while', operationId: 'previewEngine' })
  @Raises('engine-name-taken', 'engine-deleting', 'size-not-found')
  @ApiAcceptedResponse({ type: EngineDto })
  preview(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: PreviewDto): Promise<EngineDto> {
    return this.previews.create(auth, id, dto)
  }

  @Post('lease')
  @HttpCode(200)
  @Can('engine:update')
  @ApiOperation({ summary: 'Let a preview stay longer', operationId: 'extendEngineLease' })
  @Raises('engine-not-preview', 'engine-deleting')
  @ApiOkResponse({ type: EngineDto })
  extendLease(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: LeaseHoursDto): Promise<EngineDto> {
    return this.previews.extend(auth, id, dto)
  }

  @Post('promote')
  @HttpCode(202)
  @Can('engine:update')
  @ApiOperation({
    summary: 'Make a preview what runs for good',
    description: 'By the same digest. Answers with the app that runs it from now on; a preview of another app goes.',
    operationId: 'promoteEngine',
  })
  @Raises('engine-not-preview', 'engine-digest-unknown', 'engine-deleting')
  @ApiAcceptedResponse({ type: EngineDto })
  promote(@Auth() auth: AuthContext, @Param('id') id: string): Promise<EngineDto> {
    return this.previews.promote(auth, id)
  }
}
