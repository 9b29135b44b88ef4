import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { CitationsService } from './citations.service.js'
import {
  CitationDto,
  CitationQuery,
  PublicationDto,
  PublishDto,
  VersionDiffDto,
  VersionDiffQuery,
  ProjectVersionDto,
  VersionListDto,
  WithdrawDto,
} from './publications.dto.js'
import { PublicationsService } from './publications.service.js'
import { VersionsService } from './versions.service.js'

@ApiTags('publications')
@Controller('projects/:id')
export class PublicationsController {
  constructor(
    private readonly publications: PublicationsService,
    private readonly versions: VersionsService,
    private readonly citations: CitationsService,
  ) {}

  @Get('publication')
  @Can('project:update')
  @ApiOperation({ summary: 'What is still to do before a project is published', operationId: 'getPublication' })
  @ApiOkResponse({ type: PublicationDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<PublicationDto> {
    return this.publications.get(auth, id)
  }

  @Post('publication')
  @Can('project:share')
  @ApiOperation({
    summary: 'Publish a version of a project',
    description:
      'Freezes what the project shows now, for good. It is refused when everyone could read the project and an enforced policy is not met.',
    operationId: 'publishProject',
  })
  @Raises('publication-blocked', 'publication-in-progress', 'publication-too-large')
  @ApiCreatedResponse({ type: ProjectVersionDto })
  publish(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: PublishDto): Promise<ProjectVersionDto> {
    return this.publications.publish(auth, id, dto)
  }

  @Get('versions')
  @Can('project:read')
  @ApiOperation({ summary: 'The versions of a project', operationId: 'listProjectVersions' })
  @ApiOkResponse({ type: VersionListDto })
  list(@Auth() auth: AuthContext, @Param('id') id: string): Promise<VersionListDto> {
    return this.versions.list(auth, id)
  }

  @Get('versions/:number')
  @Can('project:read')
  @ApiOperation({
    summary: 'One version, as it was published',
    description: 'Of a withdrawn one its number, its date and the reason are told; all else is empty.',
    operationId: 'getProjectVersion',
  })
  @Raises('version-not-found')
  @ApiOkResponse({ type: ProjectVersionDto })
  getVersion(@Auth() auth: AuthContext, @Param('id') id: string, @Param('number') number: string): Promise<ProjectVersionDto> {
    return this.versions.get(auth, id, number)
  }

  @Get('versions/:number/diff')
  @Can('project:read')
  @ApiOperation({ summary: 'What a version changed', operationId: 'diffProjectVersion' })
  @Raises('version-not-found', 'version-withdrawn')
  @ApiOkResponse({ type: VersionDiffDto })
  diff(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('number') number: string,
    @Query() query: VersionDiffQuery,
  ): Promise<VersionDiffDto> {
    return this.versions.diff(auth, id, number, query)
  }

  @Post('versions/:number/withdraw')
  @HttpCode(200)
  @Can('project:transfer')
  @ApiOperation({
    summary: 'Withdraw a version',
    description: 'For good: what it showed is removed. Its number, its date and the reason stay.',
    operationId: 'withdrawProjectVersion',
  })
  @Raises('version-not-found')
  @ApiOkResponse({ type: ProjectVersionDto })
  withdraw(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('number') number: string,
    @Body() { reason }: WithdrawDto,
  ): Promise<ProjectVersionDto> {
    return this.versions.withdraw(auth, id, number, reason)
  }

  @Get('citation')
  @Can('project:read')
  @ApiOperation({ summary: 'How to cite a project', operationId: 'getProjectCitation' })
  @Raises('version-not-found', 'version-withdrawn')
  @ApiOkResponse({ type: CitationDto })
  cite(@Auth() auth: AuthContext, @Param('id') id: string, @Query() query: CitationQuery): Promise<CitationDto> {
    return this.citations.cite(auth, id, query)
  }
}
