import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query, Redirect } from '@nestjs/common'
import { ApiCreatedResponse, ApiFoundResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { PageQuery } from '../../common/pagination/pagination.js'
import { Raises } from '../../common/problem/raises.js'
import { DatasetFilesService } from './dataset-files.service.js'
import { CreateDatasetDto, DatasetDto, DatasetFilePage, DatasetListQuery, DatasetPage } from './datasets.dto.js'
import { DatasetsService } from './datasets.service.js'

@ApiTags('datasets')
@Controller('datasets')
export class DatasetsController {
  constructor(
    private readonly datasets: DatasetsService,
    private readonly files: DatasetFilesService,
  ) {}

  @Post()
  @Can('dataset:create')
  @ApiOperation({ summary: 'Create a data set', operationId: 'createDataset' })
  @Raises('project-not-found', 'dataset-name-taken')
  @ApiCreatedResponse({ type: DatasetDto })
  create(@Auth() auth: AuthContext, @Body() dto: CreateDatasetDto): Promise<DatasetDto> {
    return this.datasets.create(auth, dto)
  }

  @Get()
  @Can('dataset:read')
  @ApiOperation({ summary: 'The data sets of a project, newest first', operationId: 'listDatasets' })
  @Raises('project-not-found')
  @ApiOkResponse({ type: DatasetPage })
  list(@Auth() auth: AuthContext, @Query() query: DatasetListQuery): Promise<DatasetPage> {
    return this.datasets.list(auth, query)
  }

  @Get(':id')
  @Can('dataset:read')
  @ApiOperation({ summary: 'One data set', operationId: 'getDataset' })
  @ApiOkResponse({ type: DatasetDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<DatasetDto> {
    return this.datasets.get(auth, id)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('dataset:delete')
  @ApiOperation({ summary: 'Delete a data set with its files', operationId: 'deleteDataset' })
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.datasets.delete(auth, id)
  }

  @Get(':id/files')
  @Can('dataset:read')
  @ApiOperation({ summary: 'The files of a data set, by name', operationId: 'listDatasetFiles' })
  @ApiOkResponse({ type: DatasetFilePage })
  listFiles(@Auth() auth: AuthContext, @Param('id') id: string, @Query() query: PageQuery): Promise<DatasetFilePage> {
    return this.files.list(auth, id, query)
  }

  @Get(':id/files/:fileId/download')
  @Can('dataset:read')
  @Redirect()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Fetch a file, from the object store', operationId: 'downloadDatasetFile' })
  @ApiFoundResponse({ description: 'Location is an address in the object store that serves the file for five minutes' })
  async download(
    @Auth() auth: AuthContext,
    @Param('id') id: string,
    @Param('fileId') fileId: string,
  ): Promise<{ url: string; statusCode: number }> {
    return { url: await this.files.download(auth, id, fileId), statusCode: 302 }
  }

  @Delete(':id/files/:fileId')
  @HttpCode(204)
  @Can('dataset:update')
  @ApiOperation({ summary: 'Delete a file', operationId: 'deleteDatasetFile' })
  @ApiNoContentResponse()
  deleteFile(@Auth() auth: AuthContext, @Param('id') id: string, @Param('fileId') fileId: string): Promise<void> {
    return this.files.delete(auth, id, fileId)
  }
}
