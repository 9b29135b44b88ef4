import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Res } from '@nestjs/common'
import {
  ApiCreatedResponse,
  ApiFoundResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProduces,
  ApiTags,
} from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { AssetDto, AssetUploadDto, CompleteAssetDto, CreateAssetDto } from './assets.dto.js'
import { AssetsService, type AssetContent } from './assets.service.js'

@ApiTags('assets')
@Controller()
export class AssetsController {
  constructor(private readonly assets: AssetsService) {}

  @Post('projects/:id/assets')
  @Can('project:update')
  @ApiOperation({ summary: 'Begin to bring a picture, film or captions file: answers where to PUT it', operationId: 'createAsset' })
  @Raises('asset-type-unknown', 'asset-too-large', 'assets-full', 'object-store-full')
  @ApiCreatedResponse({ type: AssetUploadDto })
  create(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: CreateAssetDto): Promise<AssetUploadDto> {
    return this.assets.create(auth, id, dto)
  }

  @Post('assets/:id/complete')
  @HttpCode(200)
  @Can('project:update')
  @ApiOperation({ summary: 'Check what arrived and show it; may be repeated', operationId: 'completeAsset' })
  @Raises('asset-not-arrived', 'asset-mismatch', 'asset-invalid', 'object-store-full')
  @ApiOkResponse({ type: AssetDto })
  complete(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: CompleteAssetDto): Promise<AssetDto> {
    return this.assets.complete(auth, id, dto)
  }

  @Get('assets/:id')
  @Can('project:read')
  @ApiOperation({ summary: 'What is known of a picture, film or captions file', operationId: 'getAsset' })
  @ApiOkResponse({ type: AssetDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<AssetDto> {
    return this.assets.get(auth, id)
  }

  // Kept by a browser for the time that the address behind it surely works, and not for somebody else who signs in there.
  @Get('assets/:id/content')
  @Can('project:read')
  @Header('Cache-Control', 'private, max-age=300')
  @Header('Vary', 'Cookie, Authorization')
  @ApiOperation({ summary: 'Show it: for the address of an image or a film in a page', operationId: 'getAssetContent' })
  @ApiProduces('text/vtt')
  @ApiOkResponse({ description: 'captions', schema: { type: 'string' } })
  @ApiFoundResponse({ description: 'Location is an address in the object store that serves the picture or film for some hours' })
  async content(@Auth() auth: AuthContext, @Param('id') id: string, @Res() reply: FastifyReply): Promise<void> {
    send(reply, await this.assets.content(auth, id))
  }

  @Delete('assets/:id')
  @HttpCode(204)
  @Can('project:update')
  @ApiOperation({ summary: 'Delete one that nothing shows', operationId: 'deleteAsset' })
  @Raises('asset-in-use')
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.assets.delete(auth, id)
  }
}

function send(reply: FastifyReply, content: AssetContent): void {
  if ('url' in content) void reply.redirect(content.url, 302)
  else void reply.type(content.contentType).send(content.bytes)
}
