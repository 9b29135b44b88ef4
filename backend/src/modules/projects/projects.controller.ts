import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { CreateProjectDto, ProjectDto, UpdateProjectDto } from './projects.dto.js'
import { ProjectsService } from './projects.service.js'

@ApiTags('projects')
@Controller('projects')
export class ProjectsController {
  constructor(private readonly projects: ProjectsService) {}

  @Post()
  @Can('project:create')
  @ApiOperation({ summary: 'Create a project', operationId: 'createProject' })
  @Raises('publication-blocked')
  @ApiCreatedResponse({ type: ProjectDto })
  create(@Auth() auth: AuthContext, @Body() dto: CreateProjectDto): Promise<ProjectDto> {
    return this.projects.create(auth, dto)
  }

  @Get(':idOrSlug')
  @Can('project:read')
  @ApiOperation({ summary: 'One project, by its id or slug', operationId: 'getProject' })
  @ApiOkResponse({ type: ProjectDto })
  get(@Auth() auth: AuthContext, @Param('idOrSlug') idOrSlug: string): Promise<ProjectDto> {
    return this.projects.get(auth, idOrSlug)
  }

  @Patch(':id')
  @Can('project:update')
  @ApiOperation({ summary: 'Change a project', operationId: 'updateProject' })
  @Raises('project-revision-conflict')
  @ApiOkResponse({ type: ProjectDto })
  update(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: UpdateProjectDto): Promise<ProjectDto> {
    return this.projects.update(auth, id, dto)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('project:delete')
  @ApiOperation({ summary: 'Delete a project with its apps and data', operationId: 'deleteProject' })
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.projects.delete(auth, id)
  }
}
