import { Controller, Get, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { ALL_ACTIONS } from '../../common/policy/actions.js'
import { allowedActions } from '../../common/policy/policy.js'
import { Raises } from '../../common/problem/raises.js'
import { ProjectsService } from './projects.service.js'
import { PermissionsDto, PermissionsQuery } from './sharing.dto.js'

@ApiTags('auth')
@Controller('auth/me/permissions')
export class PermissionsController {
  constructor(private readonly projects: ProjectsService) {}

  @Get()
  @Can('system:read')
  @ApiOperation({
    summary: 'What you may do, on the instance and on a project',
    description: 'Also for a token, and without an account where the instance lets everyone read what is public.',
    operationId: 'getMyPermissions',
  })
  @Raises('project-not-found')
  @ApiOkResponse({ type: PermissionsDto })
  async get(@Auth() auth: AuthContext, @Query() { projectId }: PermissionsQuery): Promise<PermissionsDto> {
    const project = projectId === undefined ? null : await this.projects.require(auth, 'project:read', projectId)
    return { instance: allowedActions(auth, ALL_ACTIONS), project: project && allowedActions(auth, ALL_ACTIONS, project) }
  }
}
