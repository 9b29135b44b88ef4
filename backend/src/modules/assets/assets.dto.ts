import { Out, Text, WholeNumber } from '../../common/validation/fields.js'
import { contentUrlOf, FORMATS, kindOf, type Asset, type AssetKind } from './asset.js'

// As for uploads: no path, nothing that turns the text around on the screen, no half characters.
const FILE_NAME = /^(?=.*\S)[^/\\\p{Cs}\u202A-\u202E\u2066-\u2069]+$/u

export class CreateAssetDto {
  @Text({
    min: 1,
    max: 255,
    pattern: FILE_NAME,
    shown: /^[^/\\]+$/,
    message: 'must be the name of a file: not blank, no slash or backslash',
    example: 'confusion.png',
  })
  name: string

  @WholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER, description: 'size of the file in bytes' })
  size: number

  @Text({ min: 1, max: 127, description: `one of ${Object.keys(FORMATS).join(', ')}`, example: 'image/png' })
  contentType: string
}

export class CompleteAssetDto {
  @Text({ min: 1, max: 200, description: 'ETag header of the answer to the PUT' })
  etag: string
}

export class AssetUploadDto {
  @Out() id: string
  @Out({ description: 'address in the object store for one PUT of the whole file' }) uploadUrl: string
  @Out({ format: 'date-time', description: 'until when that address works' }) expiresAt: string
}

export class AssetDto {
  @Out() id: string
  @Out() projectId: string
  @Out({ example: 'confusion.png' }) name: string
  @Out({ enum: ['image', 'video', 'captions'] }) kind: AssetKind
  @Out({ enum: Object.keys(FORMATS) }) contentType: string
  @Out({ type: 'integer', format: 'int64' }) size: number
  @Out({ type: 'integer', nullable: true, description: 'of a picture, in pixels as it is shown' }) width: number | null
  @Out({ type: 'integer', nullable: true }) height: number | null
  @Out({ description: 'where a page finds it; it stays the same' }) url: string

  static from(asset: Asset): AssetDto {
    const { id, projectId, name, contentType, size, width, height } = asset
    return { id, projectId, name, kind: kindOf(asset), contentType, size, width, height, url: contentUrlOf(id) }
  }
}
