import { Controller, Get, Query } from '@nestjs/common'
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Can } from '../../../common/auth-context/auth-context.js'
import { DirectoryEntriesDto, DirectoryQuery } from './directory.dto.js'
import { Directory } from './directory.js'

@ApiTags('iam')
@Controller('iam/directory')
export class DirectoryController {
  constructor(private readonly directory: Directory) {}

  @Get()
  @Can('directory:read')
  @ApiOperation({ summary: 'People and groups whose name begins with a text, to give a role to', operationId: 'searchDirectory' })
  @ApiOkResponse({ type: DirectoryEntriesDto })
  async search(@Query() { q, limit }: DirectoryQuery): Promise<DirectoryEntriesDto> {
    return { items: await this.directory.search(q, limit) }
  }
}
