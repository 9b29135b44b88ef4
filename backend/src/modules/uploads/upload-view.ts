import { Injectable } from '@nestjs/common'
import { setImmediate } from 'node:timers/promises'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { planParts, type SentPart, type Upload } from './upload.js'
import { keyOf } from './upload-finisher.js'
import { UploadDto, type UploadPartDto } from './uploads.dto.js'

const PART_SECONDS = 3_600
// Signing takes some 50 µs each; after so many, others get their turn.
const AT_ONCE = 200

/** What a client sees of an upload: which parts are there, and where to send the others. */
@Injectable()
export class UploadView {
  constructor(private readonly store: ObjectStore) {}

  /** A pending upload with a fresh address for each part that is missing or has another size than planned. */
  async pending(upload: Upload, storeUploadId: string, stored: (SentPart & { size: number })[]): Promise<UploadDto> {
    const there = new Map(stored.map((part) => [part.number, part]))
    const key = keyOf(upload)
    const parts: UploadPartDto[] = []
    const plan = planParts(upload.size, upload.partSize)
    for (let at = 0; at < plan.length; at += AT_ONCE) {
      if (at > 0) await setImmediate()
      const some = plan.slice(at, at + AT_ONCE).map(async ({ number, size }) => {
        const part = there.get(number)
        if (part?.size === size) return { number, size, done: true, etag: part.etag, url: null }
        return {
          number,
          size,
          done: false,
          etag: null,
          url: await this.store.presignPart({ key, uploadId: storeUploadId, number }, PART_SECONDS),
        }
      })
      parts.push(...(await Promise.all(some)))
    }
    return UploadDto.from(upload, parts)
  }

  /** One to which nothing more can be sent. */
  ended(upload: Upload): UploadDto {
    const done = upload.state === 'completed' || upload.state === 'completing'
    const etags = new Map(upload.parts.map(({ number, etag }) => [number, etag]))
    const parts = done ? planParts(upload.size, upload.partSize) : []
    return UploadDto.from(
      upload,
      parts.map(({ number, size }) => ({ number, size, done: true, etag: etags.get(number) ?? null, url: null })),
    )
  }
}
