import { PageOf, PageQuery } from '../../common/pagination/pagination.js'
import { Id, Out, Text } from '../../common/validation/fields.js'
import type { Dataset, DatasetFile, DatasetTotals } from './dataset.js'

export class CreateDatasetDto {
  @Id()
  projectId: string

  @Text({ min: 1, max: 120, pattern: /\S/, message: 'must not be blank', example: 'iris' })
  name: string
}

export class DatasetListQuery extends PageQuery {
  @Id({ description: 'the project whose data sets are listed' })
  projectId: string
}

export class DatasetDto {
  @Out() id: string
  @Out() projectId: string
  @Out({ example: 'iris' }) name: string
  @Out({ type: 'integer' }) fileCount: number
  @Out({ type: 'integer', format: 'int64', description: 'what its files add up to' }) sizeBytes: number
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) updatedAt: string
  @Out({ type: 'integer', description: 'raised whenever its files change' }) revision: number

  static from({ id, projectId, name, createdAt, updatedAt, revision }: Dataset, totals: DatasetTotals | undefined): DatasetDto {
    return {
      id,
      projectId,
      name,
      fileCount: totals?.fileCount ?? 0,
      sizeBytes: totals?.sizeBytes ?? 0,
      createdAt: createdAt.toISOString(),
      updatedAt: updatedAt.toISOString(),
      revision,
    }
  }
}

export class DatasetPage extends PageOf(DatasetDto) {}

export class DatasetFileDto {
  @Out() id: string
  @Out() datasetId: string
  @Out({ example: 'iris.csv' }) name: string
  @Out({ type: 'integer', format: 'int64' }) size: number
  @Out({ example: 'text/csv' }) contentType: string
  @Out({ description: 'ETag of the stored object: the MD5 of the MD5 sums of its parts, a hyphen, and their number' }) checksum: string
  @Out({ format: 'date-time' }) createdAt: string

  static from({ id, datasetId, name, size, contentType, checksum, createdAt }: DatasetFile): DatasetFileDto {
    return { id, datasetId, name, size, contentType, checksum, createdAt: createdAt.toISOString() }
  }
}

export class DatasetFilePage extends PageOf(DatasetFileDto) {}
