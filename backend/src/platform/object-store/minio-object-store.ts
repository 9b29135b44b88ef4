import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { buffer } from 'node:stream/consumers'
import { Pause } from '../../common/pause.js'
import { now } from '../../common/clock.js'
import { Health } from '../../common/health.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { contentDisposition, safeContentType } from './download-headers.js'
import { ObjectStore, type Completion, type Download, type PartToSend, type StoredObject, type StoredPart } from './object-store.js'
import { S3Client } from './s3-client.js'
import { explainStoreError, storeErrorCode, toStoreProblem } from './s3-error.js'

const RETRY_MS = 1_000
const UNKNOWN_UPLOAD = new Set(['NoSuchUpload'])
const PART_REFUSED = new Set(['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'])
const NO_OBJECT = new Set(['NoSuchKey', 'NotFound'])
// Of an empty object not even the first byte can be asked for.
const NO_SUCH_RANGE = new Set(['InvalidRange'])
// A connection that was kept open and that the other side has just closed.
const STALE_CONNECTION = new Set(['ECONNRESET', 'EPIPE'])

/**
 * Any S3 store, by the `minio` client library; only S3's own calls are used. There are two clients because a signature covers the Host header:
 * calls go to S3_ENDPOINT, addresses for browsers are signed for S3_PUBLIC_ENDPOINT.
 * That browsers of the portal's origin may PUT and GET there, and see the ETag header, is the store's own CORS setting (see the README).
 */
@Injectable()
export class MinioObjectStore extends ObjectStore implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ObjectStore')
  private readonly bucket: string
  private readonly client: S3Client
  private readonly publicClient: S3Client
  private lastProblem: string | null = null
  private stopped = false
  private readonly pause = new Pause()

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    health: Health,
  ) {
    super()
    const keys = { region: config.s3Region, accessKey: config.s3AccessKey, secretKey: config.s3SecretKey }
    this.bucket = config.s3Bucket
    this.client = new S3Client({ url: config.s3Endpoint, ...keys })
    this.publicClient = new S3Client({ url: config.s3PublicEndpoint ?? config.s3Endpoint, ...keys })
    health.register({ name: 'objectStore', required: true, check: () => this.check() })
  }

  onApplicationBootstrap(): void {
    void this.prepare()
  }

  onApplicationShutdown(): void {
    this.stopped = true
    this.pause.wake()
    this.client.close()
    this.publicClient.close()
  }

  startUpload(key: string): Promise<string> {
    // The real type is ours to know: whoever reaches the object without our headers gets bytes.
    return this.call(() => this.client.initiateNewMultipartUpload(this.bucket, key, { 'content-type': 'application/octet-stream' }))
  }

  presignPart({ key, uploadId, number }: PartToSend, seconds: number): Promise<string> {
    return this.publicClient.presignedUrl('PUT', this.bucket, key, seconds, { uploadId, partNumber: String(number) }, now())
  }

  presignDownload({ key, fileName, contentType, cacheSeconds }: Download, seconds: number, from = now()): Promise<string> {
    const headers = {
      'response-content-disposition': contentDisposition(fileName),
      'response-content-type': safeContentType(contentType),
      ...(cacheSeconds === undefined ? {} : { 'response-cache-control': `private, max-age=${cacheSeconds}, immutable` }),
    }
    return this.publicClient.presignedUrl('GET', this.bucket, key, seconds, headers, from)
  }

  listParts(key: string, uploadId: string): Promise<StoredPart[] | null> {
    return this.call(() => unless(UNKNOWN_UPLOAD, null, this.client.parts(this.bucket, key, uploadId)))
  }

  completeUpload(key: string, uploadId: string, parts: { number: number; etag: string }[]): Promise<Completion> {
    const named = parts.map(({ number, etag }) => ({ part: number, etag }))
    return this.call(async () => {
      try {
        const { etag } = await this.client.completeMultipartUpload(this.bucket, key, uploadId, named)
        return { outcome: 'completed', etag }
      } catch (error) {
        const code = storeErrorCode(error) ?? ''
        if (UNKNOWN_UPLOAD.has(code)) return { outcome: 'upload-unknown' }
        if (PART_REFUSED.has(code)) return { outcome: 'part-refused' }
        // S3 may answer 200 and say in the body that it failed; the library then stumbles over that body (minio-js, parseCompleteMultipart).
        if (error instanceof TypeError) throw new DomainError('object-store-unavailable', {}, { cause: error })
        throw error
      }
    })
  }

  async abortUploads(key: string, uploadId: string | null): Promise<void> {
    const abort = (id: string) => this.call(() => unless(UNKNOWN_UPLOAD, undefined, this.client.abortMultipartUpload(this.bucket, key, id)))
    if (uploadId !== null) await abort(uploadId)
    // A whole key as the prefix: MinIO lists uploads for nothing less.
    const { uploads } = await this.call(() => this.client.listIncompleteUploadsQuery(this.bucket, key, '', '', ''))
    for (const upload of uploads) if (upload.key === key) await abort(upload.uploadId)
  }

  async put(key: string, bytes: Buffer, contentType: string): Promise<void> {
    await this.call(() => this.client.putObject(this.bucket, key, bytes, bytes.length, { 'content-type': contentType }))
  }

  get(key: string, most: number): Promise<Buffer | null> {
    return this.call(() => unless(NO_OBJECT, null, this.read(key, most)))
  }

  head(key: string, length: number): Promise<Buffer | null> {
    return this.slice(key, 0, length)
  }

  slice(key: string, from: number, length: number): Promise<Buffer | null> {
    const read = async () => buffer(await this.client.getPartialObject(this.bucket, key, from, length))
    return this.call(() => unless(NO_OBJECT, null, unless(NO_SUCH_RANGE, Buffer.alloc(0), read())))
  }

  async keysUnder(prefix: string, most: number): Promise<string[]> {
    const { objects } = await this.call(() => this.client.listObjectsV2Query(this.bucket, prefix, '', '', most, ''))
    return objects.flatMap(({ name }) => name ?? [])
  }

  async sendPart(key: string, uploadId: string, number: number, bytes: Buffer): Promise<string> {
    const part = { bucketName: this.bucket, objectName: key, uploadID: uploadId, partNumber: number, headers: {} }
    const { etag } = await this.call(() => this.client.uploadPart(part, bytes))
    return etag
  }

  async stat(key: string): Promise<StoredObject | null> {
    const found = await this.call(() => unless(NO_OBJECT, null, this.client.statObject(this.bucket, key)))
    return found && { etag: found.etag, size: found.size }
  }

  remove(key: string): Promise<void> {
    return this.call(() => unless(NO_OBJECT, undefined, this.client.removeObject(this.bucket, key)))
  }

  private async read(key: string, most: number): Promise<Buffer> {
    const pieces: Buffer[] = []
    let size = 0
    for await (const piece of (await this.client.getObject(this.bucket, key)) as AsyncIterable<Buffer>) {
      size += piece.length
      if (size > most) throw new RangeError(`the object ${key} has more than ${most} bytes`)
      pieces.push(piece)
    }
    return Buffer.concat(pieces, size)
  }

  /** Tries until the bucket is there: made by us, or by someone who may. */
  private async prepare(): Promise<void> {
    while (!this.stopped) {
      try {
        await this.call(() => this.ensureBucket())
        this.logger.log(`object store is ready, bucket "${this.bucket}"`)
        return
      } catch (error) {
        if (!(error instanceof DomainError)) this.logger.error({ err: error }, 'cannot prepare the object store')
        await this.pause.wait(RETRY_MS)
      }
    }
  }

  private async ensureBucket(): Promise<void> {
    try {
      await this.probe()
    } catch (error) {
      if (storeErrorCode(error) !== 'NoSuchBucket') throw error
      await unless(
        new Set(['BucketAlreadyOwnedByYou', 'BucketAlreadyExists']),
        undefined,
        this.client.makeBucket(this.bucket, this.config.s3Region),
      )
      await this.probe()
    }
  }

  private async check(): Promise<void> {
    try {
      await this.call(() => this.probe())
    } catch (error) {
      throw new Error(explainStoreError(error instanceof DomainError ? error.cause : error), { cause: error })
    }
  }

  // Not a HEAD: its answer has no body, so it could not tell a wrong key from a missing right.
  private async probe(): Promise<void> {
    await this.client.listObjectsV2Query(this.bucket, '', '', '', 1, '')
  }

  /** Runs a call; its failure becomes a problem of ours, and is logged when it is not the same as the last one. */
  private async call<T>(work: () => Promise<T>): Promise<T> {
    try {
      const result = await onceMore(work)
      this.lastProblem = null
      return result
    } catch (error) {
      const problem = toStoreProblem(error)
      const text = explainStoreError(error)
      if (problem instanceof DomainError && text !== this.lastProblem && !this.stopped) this.logger.warn(`object store: ${text}`)
      this.lastProblem = text
      throw problem
    }
  }
}

/** The result, or `instead` when the store answers with one of the codes. */
async function unless<T, I>(codes: ReadonlySet<string>, instead: I, result: Promise<T>): Promise<T | I> {
  try {
    return await result
  } catch (error) {
    if (codes.has(storeErrorCode(error) ?? '')) return instead
    throw error
  }
}

// Every call can be repeated: a second start of an upload leaves one that abortUploads finds, a second completion finds the first one's result.
async function onceMore<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!STALE_CONNECTION.has(storeErrorCode(error) ?? '')) throw error
    return work()
  }
}
