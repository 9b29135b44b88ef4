import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { CreatedTokenDto, CreateTokenDto, TokenPage } from './tokens.dto.js'
import { OwnedListQuery } from '../users/owned-list.js'
import { TokensService } from './tokens.service.js'

@ApiTags('iam')
@Controller('iam/tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Post()
  @Can('self:update')
  @ApiOperation({ summary: 'Make an API token; its value is shown only in this answer', operationId: 'createToken' })
  @ApiCreatedResponse({ type: CreatedTokenDto })
  create(@Auth() auth: AuthContext, @Body() dto: CreateTokenDto): Promise<CreatedTokenDto> {
    return this.tokens.create(auth, dto)
  }

  @Get()
  @Can('self:read')
  @ApiOperation({ summary: 'Your API tokens, newest first; for admins also those of everyone', operationId: 'listTokens' })
  @ApiOkResponse({ type: TokenPage })
  list(@Auth() auth: AuthContext, @Query() query: OwnedListQuery): Promise<TokenPage> {
    return this.tokens.list(auth, query)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('self:update')
  @ApiOperation({ summary: 'Revoke an API token', operationId: 'revokeToken' })
  @ApiNoContentResponse()
  revoke(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.tokens.revoke(auth, id)
  }
}
