import { Controller, Get, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Can } from '../../../common/auth-context/auth-context.js'
import { AppOverviewPage, AppOverviewQuery } from './overview.dto.js'
import { OverviewService } from './overview.service.js'

@ApiTags('engines')
@Controller('engines')
export class OverviewController {
  constructor(private readonly overview: OverviewService) {}

  @Get('overview')
  @Can('engine:administer')
  @ApiOperation({ summary: 'Every app of the instance', operationId: 'listAllEngines' })
  @ApiOkResponse({ type: AppOverviewPage })
  list(@Query() query: AppOverviewQuery): Promise<AppOverviewPage> {
    return this.overview.list(query)
  }
}
