import { Body, Controller, Get, HttpCode, Put } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { PublicationPolicyService } from './publication-policy.service.js'
import { PublicationPolicyDto } from './publications.dto.js'

@ApiTags('publications')
@Controller('publication/policy')
export class PublicationPolicyController {
  constructor(private readonly policies: PublicationPolicyService) {}

  @Get()
  @Can('publication:manage')
  @ApiOperation({ summary: 'What a project needs before everyone may read it', operationId: 'getPublicationPolicy' })
  @ApiOkResponse({ type: PublicationPolicyDto })
  get(): Promise<PublicationPolicyDto> {
    return this.policies.get()
  }

  @Put()
  @HttpCode(200)
  @Can('publication:manage')
  @ApiOperation({
    summary: 'Set what a project needs before everyone may read it',
    description: 'What is public already stays so.',
    operationId: 'setPublicationPolicy',
  })
  @Raises('publication-policy-conflict')
  @ApiOkResponse({ type: PublicationPolicyDto })
  set(@Auth() auth: AuthContext, @Body() dto: PublicationPolicyDto): Promise<PublicationPolicyDto> {
    return this.policies.set(auth, dto)
  }
}
