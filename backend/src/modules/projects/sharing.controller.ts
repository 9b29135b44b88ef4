import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { SetMemberDto, SetVisibilityDto, SharingDto, TransferDto } from './sharing.dto.js'
import { SharingService } from './sharing.service.js'

@ApiTags('projects')
@Controller('projects/:id')
export class SharingController {
  constructor(private readonly sharing: SharingService) {}

  @Get('members')
  @Can('project:members')
  @ApiOperation({ summary: 'Who may do what in a project', operationId: 'getProjectSharing' })
  @ApiOkResponse({ type: SharingDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<SharingDto> {
    return this.sharing.get(auth, id)
  }

  @Put('members/:kind/:memberId')
  @HttpCode(200)
  @Can('project:share')
  @ApiOperation({ summary: 'Give a person or a group a role, or another one', operationId: 'setProjectMember' })
  @Raises('owner-is-member', 'too-many-members')
  @ApiParam({ name: 'kind', enum: ['user', 'group'] })
  @ApiOkResponse({ type: SharingDto })
  setMember(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('kind') kind: string,
    @Param('memberId') memberId: string,
    @Body() { role }: SetMemberDto,
  ): Promise<SharingDto> {
    return this.sharing.setMember(auth, id, kind, memberId, role)
  }

  @Delete('members/:kind/:memberId')
  @HttpCode(200)
  @Can('project:share')
  @ApiOperation({ summary: 'Take a role away', operationId: 'removeProjectMember' })
  @ApiParam({ name: 'kind', enum: ['user', 'group'] })
  @ApiOkResponse({ type: SharingDto })
  removeMember(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('kind') kind: string,
    @Param('memberId') memberId: string,
  ): Promise<SharingDto> {
    return this.sharing.removeMember(auth, id, kind, memberId)
  }

  @Put('visibility')
  @HttpCode(200)
  @Can('project:share')
  @ApiOperation({ summary: 'Say who else may read a project', operationId: 'setProjectVisibility' })
  @Raises('project-revision-conflict', 'publication-blocked')
  @ApiOkResponse({ type: SharingDto })
  setVisibility(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: SetVisibilityDto): Promise<SharingDto> {
    return this.sharing.setVisibility(auth, id, dto)
  }

  @Post('transfer')
  @HttpCode(200)
  @Can('project:transfer')
  @ApiOperation({ summary: 'Give a project to someone else', operationId: 'transferProject' })
  @ApiOkResponse({ type: SharingDto })
  transfer(@Auth() auth: AuthContext, @Param('id') id: string, @Body() { ownerId }: TransferDto): Promise<SharingDto> {
    return this.sharing.transfer(auth, id, ownerId)
  }
}
