import { Type } from 'class-transformer'
import { ArrayMaxSize, IsArray, IsObject, ValidateNested } from 'class-validator'
import { PageOf, PageQuery } from '../../common/pagination/pagination.js'
import { Id, OneOf, Out, Text, WholeNumber } from '../../common/validation/fields.js'
import { DatasetFileDto } from '../datasets/datasets.dto.js'
import { MAX_PARTS, type Upload } from './upload.js'

// No path, nothing that turns the text around on the screen (a name must not end in .csv only for the eye), no half characters.
const FILE_NAME = /^(?!\.{1,2}$)(?=.*\S)[^/\\\p{Cs}\u202A-\u202E\u2066-\u2069]+$/u
const CONTENT_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(; ?[\w.+-]+=("[\w .+-]*"|[\w.+-]+))*$/

export class UploadTargetDto {
  @OneOf(['dataset'])
  kind: 'dataset'

  @Id({ description: 'the data set that the file goes into' })
  id: string
}

export class CreateUploadDto {
  @Out({ type: UploadTargetDto })
  @IsObject({ message: 'must be an object with kind and id' })
  @ValidateNested()
  @Type(() => UploadTargetDto)
  target: UploadTargetDto

  @Text({
    min: 1,
    max: 255,
    pattern: FILE_NAME,
    shown: /^[^/\\]+$/,
    message: 'must be the name of a file: not blank, no slash or backslash, not "." or ".."',
    example: 'iris.csv',
  })
  name: string

  @WholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER, description: 'size of the file in bytes' })
  size: number

  @Text({
    max: 127,
    optional: true,
    pattern: CONTENT_TYPE,
    message: 'must be a content type such as text/csv; application/octet-stream when it is not known',
    example: 'text/csv',
  })
  contentType: string = 'application/octet-stream'
}

export class SentPartDto {
  @WholeNumber({ min: 1, max: MAX_PARTS })
  number: number

  @Text({ min: 1, max: 200, description: 'ETag header of the answer to the PUT' })
  etag: string
}

export class CompleteUploadDto {
  @Out({ type: [SentPartDto], maxItems: MAX_PARTS })
  @IsArray({ message: 'must be a list of {number, etag}' })
  @ArrayMaxSize(MAX_PARTS, { message: `must have at most ${MAX_PARTS} entries` })
  @IsObject({ each: true, message: 'must be a list of {number, etag}' })
  @ValidateNested({ each: true })
  @Type(() => SentPartDto)
  parts: SentPartDto[]
}

export class UploadListQuery extends PageQuery {
  @Id({ description: 'the project whose unfinished uploads are listed' })
  projectId: string
}

export class UploadPartDto {
  @Out({ type: 'integer', description: 'from 1; part n is the bytes from (n-1)·partSize' }) number: number
  @Out({ type: 'integer', format: 'int64', description: 'how many bytes the part has to have' }) size: number
  @Out({ description: 'whether it has arrived with that size' }) done: boolean
  @Out({ type: String, nullable: true, description: 'of the part that has arrived' }) etag: string | null
  @Out({ type: String, nullable: true, description: 'address for a PUT of the part, valid for an hour; null when it is done' }) url:
    string | null
}

export class UploadDto {
  @Out() id: string
  @Out({ type: UploadTargetDto }) target: { kind: 'dataset'; id: string }
  @Out() name: string
  @Out({ type: 'integer', format: 'int64' }) size: number
  @Out() contentType: string
  @Out({ enum: ['pending', 'completed', 'aborted'] }) status: 'pending' | 'completed' | 'aborted'
  @Out({ type: 'integer', format: 'int64', description: 'bytes of each part but the last' }) partSize: number
  @Out({ type: [UploadPartDto], description: 'an empty file has one empty part; lists leave the parts out' }) parts: UploadPartDto[]
  @Out({ format: 'date-time', description: 'when it is given up unless it is completed' }) expiresAt: string
  @Out({ format: 'date-time' }) createdAt: string

  static from(upload: Upload, parts: UploadPartDto[]): UploadDto {
    const { id, target, name, size, contentType, state, partSize, expiresAt, createdAt } = upload
    return {
      id,
      target: { kind: target.kind, id: target.id },
      name,
      size,
      contentType,
      status: state === 'completed' ? 'completed' : state === 'aborting' || state === 'aborted' ? 'aborted' : 'pending',
      partSize,
      parts,
      expiresAt: expiresAt.toISOString(),
      createdAt: createdAt.toISOString(),
    }
  }
}

export class UploadPage extends PageOf(UploadDto) {}

export class CompletedUploadDto {
  @Out() upload: UploadDto
  @Out() file: DatasetFileDto
}
