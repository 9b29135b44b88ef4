import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { LargeBody } from '../../common/large-body.js'
import { Raises } from '../../common/problem/raises.js'
import { FigureDto, FigureListDto, FigureSpecDto, PushFigureDto } from './figures.dto.js'
import { FiguresService } from './figures.service.js'

// A figure has at most 1 MiB; sent with escapes and blanks, as Python does, it is more.
const FIGURE_BODY = { bytes: 4 * 2 ** 20, depth: 20 }

@ApiTags('figures')
@Controller()
export class FiguresController {
  constructor(private readonly figures: FiguresService) {}

  @Get('projects/:id/figures')
  @Can('project:read')
  @ApiOperation({ summary: 'The figures of a project by name, without what they draw', operationId: 'listFigures' })
  @ApiOkResponse({ type: FigureListDto })
  list(@Auth() auth: AuthContext, @Param('id') id: string): Promise<FigureListDto> {
    return this.figures.list(auth, id)
  }

  @Put('projects/:id/figures/:name')
  @HttpCode(200)
  @Can('project:update')
  @LargeBody(FIGURE_BODY)
  @ApiOperation({
    summary: 'Push a figure of Plotly under a name, in the place of what was there; the last push wins',
    description: 'The body is what fig.to_json() of plotly.py gives. The same again changes nothing.',
    operationId: 'pushFigure',
  })
  @Raises('figure-invalid', 'too-many-figures')
  @ApiOkResponse({ type: FigureDto })
  push(@Auth() auth: AuthContext, @Param('id') id: string, @Param('name') name: string, @Body() dto: PushFigureDto): Promise<FigureDto> {
    return this.figures.push(auth, id, name, dto)
  }

  @Get('figures/:id')
  @Can('project:read')
  @ApiOperation({ summary: 'One figure without what it draws', operationId: 'getFigure' })
  @ApiOkResponse({ type: FigureDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<FigureDto> {
    return this.figures.get(auth, id)
  }

  @Get('figures/:id/spec')
  @Can('project:read')
  @ApiOperation({ summary: 'What a figure draws now', operationId: 'getFigureSpec' })
  @ApiOkResponse({ type: FigureSpecDto })
  spec(@Auth() auth: AuthContext, @Param('id') id: string): Promise<FigureSpecDto> {
    return this.figures.spec(auth, id)
  }

  @Delete('figures/:id')
  @HttpCode(204)
  @Can('project:update')
  @ApiOperation({ summary: 'Delete a figure; charts that were made of it keep what they show', operationId: 'deleteFigure' })
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.figures.delete(auth, id)
  }
}
