import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { SweepDto, SweepOptionsDto } from './sweep.dto.js'
import { SweepService } from './sweep.service.js'

@ApiTags('engines')
@Controller('engines')
export class SweepController {
  constructor(private readonly sweeps: SweepService) {}

  @Get('orphans')
  @Can('engine:administer')
  @ApiOperation({ summary: 'What is in the cluster and belongs to no app, and previews whose time has passed', operationId: 'listOrphans' })
  @ApiOkResponse({ type: SweepDto })
  find(): Promise<SweepDto> {
    return this.sweeps.find()
  }

  @Post('sweep')
  @HttpCode(200)
  @Can('engine:administer')
  @ApiOperation({
    summary: 'Remove what belongs to no app',
    description:
      'By the rules of the sweep that runs by itself: what was found without an owner twice, a minute apart. Never an app that somebody has.',
    operationId: 'sweepEngines',
  })
  @ApiOkResponse({ type: SweepDto })
  sweep(@Auth() auth: AuthContext, @Body() { dryRun }: SweepOptionsDto): Promise<SweepDto> {
    return this.sweeps.sweep(auth, dryRun)
  }
}
