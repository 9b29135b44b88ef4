import { Body, Controller, Get, HttpCode, Put } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { WholeNumber } from '../../../common/validation/fields.js'
import { MAX_LOG_BYTES, MAX_LOG_DAYS, MIN_LOG_BYTES, type LogLimits } from './log-limits.js'
import { LogLimitsService } from './log-limits.service.js'

export class LogLimitsDto implements LogLimits {
  @WholeNumber({ min: 1, max: MAX_LOG_DAYS, description: 'days after which what is stored goes', example: 30 })
  days: number

  @WholeNumber({
    min: MIN_LOG_BYTES,
    max: MAX_LOG_BYTES,
    description: 'bytes of the bucket that the stored log of one app may take, compressed; the oldest part goes first',
    example: 2 ** 30,
  })
  maxBytesPerApp: number
}

@ApiTags('logs')
@Controller('logs/limits')
export class LogLimitsController {
  constructor(private readonly limits: LogLimitsService) {}

  @Get()
  @Can('log:manage')
  @ApiOperation({ summary: 'How much of the logs of apps is kept', operationId: 'getLogLimits' })
  @ApiOkResponse({ type: LogLimitsDto })
  get(): Promise<LogLimitsDto> {
    return this.limits.get()
  }

  @Put()
  @HttpCode(200)
  @Can('log:manage')
  @ApiOperation({ summary: 'Set how much of the logs of apps is kept', operationId: 'setLogLimits' })
  @ApiOkResponse({ type: LogLimitsDto })
  set(@Auth() auth: AuthContext, @Body() dto: LogLimitsDto): Promise<LogLimitsDto> {
    return this.limits.set(auth, dto)
  }
}
