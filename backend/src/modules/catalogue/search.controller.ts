import { Controller, Get, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { HitsDto, SearchQuery } from './catalogue.dto.js'
import { SearchService } from './search.service.js'

@ApiTags('projects')
@Controller('search')
export class SearchController {
  constructor(private readonly search: SearchService) {}

  @Get()
  @Can('project:read')
  @ApiOperation({ summary: 'Projects, reports, data sets and people by name, of what you may read', operationId: 'searchEverywhere' })
  @ApiOkResponse({ type: HitsDto })
  find(@Auth() auth: AuthContext, @Query() query: SearchQuery): Promise<HitsDto> {
    return this.search.search(auth, query)
  }
}
