import { Body, Controller, Get, HttpCode, Param, Put } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { LargeBody } from '../../../common/large-body.js'
import { Raises } from '../../../common/problem/raises.js'
import { MAX_SECTION_BYTES } from './card.js'
import { CardDto, WriteCardDto } from './cards.dto.js'
import { CardsService } from './cards.service.js'

@ApiTags('projects')
@Controller('projects/:id/card')
export class CardsController {
  constructor(private readonly cards: CardsService) {}

  @Get()
  @Can('project:read')
  @ApiOperation({ summary: 'What a project says of itself at length', operationId: 'getProjectCard' })
  @ApiOkResponse({ type: CardDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<CardDto> {
    return this.cards.get(auth, id)
  }

  @Put()
  @HttpCode(200)
  @Can('card:save')
  @LargeBody({ bytes: 2 * MAX_SECTION_BYTES, depth: 200 })
  @ApiOperation({ summary: 'Write one section of it', operationId: 'writeProjectCard' })
  @Raises('card-revision-conflict', 'rich-text-invalid')
  @ApiOkResponse({ type: CardDto })
  write(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: WriteCardDto): Promise<CardDto> {
    return this.cards.write(auth, id, dto)
  }
}
