import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { QuotaDto, QuotaLimitsDto } from './quotas.dto.js'
import { QuotasService } from './quotas.service.js'

@ApiTags('quotas')
@Controller()
export class QuotasController {
  constructor(private readonly quotas: QuotasService) {}

  @Get('projects/:id/quota')
  @Can('quota:read')
  @ApiOperation({ summary: 'What a project may have, and has', operationId: 'getProjectQuota' })
  @ApiOkResponse({ type: QuotaDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<QuotaDto> {
    return this.quotas.get(auth, id)
  }

  @Put('projects/:id/quota')
  @HttpCode(200)
  @Can('quota:manage')
  @ApiOperation({
    summary: 'Give a project a quota of its own',
    description: 'What runs is left alone, even where it is more than that; nothing is added to it.',
    operationId: 'setProjectQuota',
  })
  @ApiOkResponse({ type: QuotaDto })
  set(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: QuotaLimitsDto): Promise<QuotaDto> {
    return this.quotas.set(auth, id, dto)
  }

  @Delete('projects/:id/quota')
  @HttpCode(200)
  @Can('quota:manage')
  @ApiOperation({ summary: 'Give a project the default quota again', operationId: 'resetProjectQuota' })
  @ApiOkResponse({ type: QuotaDto })
  reset(@Auth() auth: AuthContext, @Param('id') id: string): Promise<QuotaDto> {
    return this.quotas.reset(auth, id)
  }

  @Get('quotas/default')
  @Can('quota:manage')
  @ApiOperation({ summary: 'What a project may have that has no quota of its own', operationId: 'getDefaultQuota' })
  @ApiOkResponse({ type: QuotaLimitsDto })
  getDefault(): Promise<QuotaLimitsDto> {
    return this.quotas.defaultLimits()
  }

  @Put('quotas/default')
  @HttpCode(200)
  @Can('quota:manage')
  @ApiOperation({ summary: 'Set what a project may have that has no quota of its own', operationId: 'setDefaultQuota' })
  @ApiOkResponse({ type: QuotaLimitsDto })
  setDefault(@Auth() auth: AuthContext, @Body() dto: QuotaLimitsDto): Promise<QuotaLimitsDto> {
    return this.quotas.setDefault(auth, dto)
  }
}
