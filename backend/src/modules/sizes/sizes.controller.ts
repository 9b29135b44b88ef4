import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { CreateSizeDto, SizeDto, SizeListDto, UpdateSizeDto } from './sizes.dto.js'
import { SizesService } from './sizes.service.js'

@ApiTags('sizes')
@Controller('sizes')
export class SizesController {
  constructor(private readonly sizes: SizesService) {}

  @Get()
  @Can('size:read')
  @ApiOperation({ summary: 'The sizes that an app can have', operationId: 'listSizes' })
  @ApiOkResponse({ type: SizeListDto })
  list(): Promise<SizeListDto> {
    return this.sizes.list()
  }

  @Post()
  @Can('size:manage')
  @ApiOperation({ summary: 'Add a size', operationId: 'createSize' })
  @Raises('size-id-taken', 'too-many-sizes')
  @ApiCreatedResponse({ type: SizeDto })
  create(@Auth() auth: AuthContext, @Body() dto: CreateSizeDto): Promise<SizeDto> {
    return this.sizes.create(auth, dto)
  }

  @Patch(':id')
  @Can('size:manage')
  @ApiOperation({
    summary: 'Change a size',
    description: 'Apps that run with it keep what they have until they are given a size again.',
    operationId: 'updateSize',
  })
  @Raises('size-revision-conflict', 'size-is-default')
  @ApiOkResponse({ type: SizeDto })
  update(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: UpdateSizeDto): Promise<SizeDto> {
    return this.sizes.update(auth, id, dto)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('size:manage')
  @ApiOperation({ summary: 'Delete a size', description: 'Apps that run with it keep what they have.', operationId: 'deleteSize' })
  @Raises('size-is-default')
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.sizes.delete(auth, id)
  }
}
