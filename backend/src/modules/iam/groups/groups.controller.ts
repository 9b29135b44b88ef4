import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { Raises } from '../../../common/problem/raises.js'
import { PageQuery } from '../../../common/pagination/pagination.js'
import {
  CreateGroupDto,
  GroupDto,
  GroupListQuery,
  GroupMemberDto,
  GroupMemberPage,
  GroupPage,
  SetGroupMemberDto,
  UpdateGroupDto,
} from './groups.dto.js'
import { GroupsService } from './groups.service.js'

@ApiTags('iam')
@Controller('iam/groups')
export class GroupsController {
  constructor(private readonly groups: GroupsService) {}

  @Get()
  @Can('group:read')
  @ApiOperation({ summary: 'Your groups; for admins all', operationId: 'listGroups' })
  @ApiOkResponse({ type: GroupPage })
  list(@Auth() auth: AuthContext, @Query() query: GroupListQuery): Promise<GroupPage> {
    return this.groups.list(auth, query)
  }

  @Post()
  @Can('group:create')
  @ApiOperation({ summary: 'Make a group', operationId: 'createGroup' })
  @Raises('group-name-taken')
  @ApiCreatedResponse({ type: GroupDto })
  create(@Auth() auth: AuthContext, @Body() dto: CreateGroupDto): Promise<GroupDto> {
    return this.groups.create(auth, dto)
  }

  @Get(':id')
  @Can('group:read')
  @ApiOperation({ summary: 'One group', operationId: 'getGroup' })
  @ApiOkResponse({ type: GroupDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<GroupDto> {
    return this.groups.get(auth, id)
  }

  @Patch(':id')
  @Can('group:manage')
  @ApiOperation({ summary: 'Change a group', operationId: 'updateGroup' })
  @Raises('group-name-taken', 'group-revision-conflict')
  @ApiOkResponse({ type: GroupDto })
  update(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: UpdateGroupDto): Promise<GroupDto> {
    return this.groups.update(auth, id, dto)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('group:create')
  @ApiOperation({ summary: 'Delete a group; its roles in projects end', operationId: 'deleteGroup' })
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.groups.delete(auth, id)
  }

  @Get(':id/members')
  @Can('group:read')
  @ApiOperation({ summary: 'Who belongs to a group', operationId: 'listGroupMembers' })
  @ApiOkResponse({ type: GroupMemberPage })
  members(@Auth() auth: AuthContext, @Param('id') id: string, @Query() query: PageQuery): Promise<GroupMemberPage> {
    return this.groups.members(auth, id, query)
  }

  @Put(':id/members/:userId')
  @HttpCode(200)
  @Can('group:manage')
  @ApiOperation({ summary: 'Add someone to a group, or change their role in it', operationId: 'setGroupMember' })
  @Raises('membership-from-provider')
  @ApiOkResponse({ type: GroupMemberDto })
  setMember(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('userId') userId: string,
    @Body() { role }: SetGroupMemberDto,
  ): Promise<GroupMemberDto> {
    return this.groups.setMember(auth, id, userId, role)
  }

  @Delete(':id/members/:userId')
  @HttpCode(204)
  @Can('group:manage')
  @ApiOperation({ summary: 'Remove someone from a group; everyone may leave', operationId: 'removeGroupMember' })
  @Raises('membership-from-provider')
  @ApiNoContentResponse()
  removeMember(@Auth() auth: AuthContext, @Param('id') id: string, @Param('userId') userId: string): Promise<void> {
    return this.groups.removeMember(auth, id, userId)
  }
}
