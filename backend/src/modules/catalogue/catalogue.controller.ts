import { Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { ProjectFacetsDto, ProjectListQuery, ProjectPage, StarDto } from './catalogue.dto.js'
import { CatalogueService } from './catalogue.service.js'
import { StarsService } from './stars.service.js'
import { ViewsService } from './views.service.js'

@ApiTags('projects')
@Controller('projects')
export class CatalogueController {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly stars: StarsService,
    private readonly views: ViewsService,
  ) {}

  @Get()
  @Can('project:read')
  @ApiOperation({
    summary: 'Projects that you may read',
    description: 'Several values of one parameter mean any of them, several parameters all of them.',
    operationId: 'listProjects',
  })
  @ApiOkResponse({ type: ProjectPage })
  list(@Auth() auth: AuthContext, @Query() query: ProjectListQuery): Promise<ProjectPage> {
    return this.catalogue.list(auth, query)
  }

  @Get('facets')
  @Can('project:read')
  @ApiOperation({
    summary: 'How many of these projects have which task, tag, framework, licence, owner, group or app',
    description: 'Takes what the list takes. Each is counted without its own filter.',
    operationId: 'getProjectFacets',
  })
  @ApiOkResponse({ type: ProjectFacetsDto })
  facets(@Auth() auth: AuthContext, @Query() query: ProjectListQuery): Promise<ProjectFacetsDto> {
    return this.catalogue.facets(auth, query)
  }

  @Put(':id/star')
  @HttpCode(200)
  @Can('project:star')
  @ApiOperation({ summary: 'Give a project a star', operationId: 'starProject' })
  @ApiOkResponse({ type: StarDto })
  star(@Auth() auth: AuthContext, @Param('id') id: string): Promise<StarDto> {
    return this.stars.add(auth, id)
  }

  @Delete(':id/star')
  @HttpCode(200)
  @Can('project:star')
  @ApiOperation({ summary: 'Take your star away', operationId: 'unstarProject' })
  @ApiOkResponse({ type: StarDto })
  unstar(@Auth() auth: AuthContext, @Param('id') id: string): Promise<StarDto> {
    return this.stars.remove(auth, id)
  }

  @Post(':id/view')
  @HttpCode(204)
  @Can('project:view')
  @ApiOperation({
    summary: 'Say that you look at a project',
    description: 'Counts once a visitor and day. Who it was is not kept.',
    operationId: 'countProjectView',
  })
  @ApiNoContentResponse()
  view(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.views.count(auth, id)
  }
}
