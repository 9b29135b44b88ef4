import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { Raises } from '../../../common/problem/raises.js'
import { CheckEngineDto, EngineOptionsDto, EngineOptionsQuery, PreflightDto } from './preflight.dto.js'
import { PreflightService } from './preflight.service.js'

@ApiTags('engines')
@Controller('engines')
export class PreflightController {
  constructor(private readonly preflights: PreflightService) {}

  @Post('preflight')
  @HttpCode(200)
  @Can('engine:create')
  @ApiOperation({
    summary: 'Check a deploy before it is made',
    description:
      'Asks the registry about the image and the cluster about the objects, as a dry run, and says what would change and what it takes of the quota. Stores nothing.',
    operationId: 'checkEngine',
  })
  @Raises('project-not-found', 'engine-deleting', 'size-not-found')
  @ApiOkResponse({ type: PreflightDto })
  check(@Auth() auth: AuthContext, @Body() dto: CheckEngineDto): Promise<PreflightDto> {
    return this.preflights.check(auth, dto)
  }

  @Get('options')
  @Can('size:read')
  @ApiOperation({ summary: 'What there is to choose from for an app', operationId: 'getEngineOptions' })
  @Raises('project-not-found')
  @ApiOkResponse({ type: EngineOptionsDto })
  options(@Auth() auth: AuthContext, @Query() query: EngineOptionsQuery): Promise<EngineOptionsDto> {
    return this.preflights.options(auth, query)
  }
}
