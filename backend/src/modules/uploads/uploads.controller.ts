import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { CompletedUploadDto, CompleteUploadDto, CreateUploadDto, UploadDto, UploadListQuery, UploadPage } from './uploads.dto.js'
import { UploadsService } from './uploads.service.js'

@ApiTags('uploads')
@Controller('uploads')
export class UploadsController {
  constructor(private readonly uploads: UploadsService) {}

  @Post()
  @Can('dataset:update')
  @ApiOperation({ summary: 'Begin an upload: answers where to PUT each part', operationId: 'createUpload' })
  @Raises('dataset-not-found', 'file-name-taken', 'upload-too-large', 'object-store-full')
  @ApiCreatedResponse({ type: UploadDto })
  create(@Auth() auth: AuthContext, @Body() dto: CreateUploadDto): Promise<UploadDto> {
    return this.uploads.create(auth, dto)
  }

  @Get()
  @Can('dataset:update')
  @ApiOperation({ summary: 'Uploads of a project that have not ended, newest first', operationId: 'listUploads' })
  @Raises('project-not-found')
  @ApiOkResponse({ type: UploadPage })
  list(@Auth() auth: AuthContext, @Query() query: UploadListQuery): Promise<UploadPage> {
    return this.uploads.list(auth, query)
  }

  @Get(':id')
  @Can('dataset:update')
  @ApiOperation({ summary: 'Which parts have arrived, and fresh addresses for the others', operationId: 'getUpload' })
  @ApiOkResponse({ type: UploadDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<UploadDto> {
    return this.uploads.get(auth, id)
  }

  @Post(':id/complete')
  @HttpCode(200)
  @Can('dataset:update')
  @ApiOperation({ summary: 'Check what arrived and make it a file; may be repeated', operationId: 'completeUpload' })
  @Raises(
    'upload-part-missing',
    'upload-part-mismatch',
    'upload-size-mismatch',
    'upload-not-pending',
    'file-name-taken',
    'object-store-full',
  )
  @ApiOkResponse({ type: CompletedUploadDto })
  complete(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: CompleteUploadDto): Promise<CompletedUploadDto> {
    return this.uploads.complete(auth, id, dto)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('dataset:update')
  @ApiOperation({ summary: 'Give an upload up and throw away what arrived', operationId: 'abortUpload' })
  @Raises('upload-completing', 'upload-not-pending')
  @ApiNoContentResponse()
  abort(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.uploads.abort(auth, id)
  }
}
