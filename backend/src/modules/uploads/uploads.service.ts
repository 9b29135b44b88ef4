import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { decodeCursor, toPage } from '../../common/pagination/pagination.js'
import { notThere } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { DatasetFileDto } from '../datasets/datasets.dto.js'
import { partSizeFor, type Upload } from './upload.js'
import { keyOf } from './upload-finisher.js'
import { UploadRepository } from './upload.repository.js'
import { UploadTargets } from './upload-targets.js'
import { UploadView } from './upload-view.js'
import { UploadWorker } from './upload-worker.js'
import {
  UploadDto,
  type CompletedUploadDto,
  type CompleteUploadDto,
  type CreateUploadDto,
  type UploadListQuery,
  type UploadPage,
} from './uploads.dto.js'

// How long parts may take to arrive. Some stores give up earlier by themselves (MinIO: MINIO_API_STALE_UPLOADS_EXPIRY, a day).
const LIFETIME_MS = 7 * 24 * 3_600_000

/** The use cases of uploads: the portal says where to send the bytes and checks what arrived, it never carries them. */
@Injectable()
export class UploadsService {
  constructor(
    private readonly uploads: UploadRepository,
    private readonly targets: UploadTargets,
    private readonly store: ObjectStore,
    private readonly worker: UploadWorker,
    private readonly view: UploadView,
  ) {}

  /** Stores the intent, begins the upload in the object store, and answers where to send the parts. */
  async create(auth: AuthContext, { target, name, size, contentType }: CreateUploadDto): Promise<UploadDto> {
    const { projectId } = await this.targets.admit(auth, { target, name, size })
    const at = now()
    const intent: Upload = {
      id: newId(at),
      target: { kind: target.kind, id: target.id },
      projectId,
      fileId: newId(at),
      storeUploadId: null,
      name,
      size,
      contentType,
      partSize: partSizeFor(size),
      state: 'pending',
      parts: [],
      createdAt: at,
      updatedAt: at,
      expiresAt: new Date(at.getTime() + LIFETIME_MS),
    }
    await this.uploads.insert(intent)
    try {
      const storeUploadId = await this.store.startUpload(keyOf(intent))
      const upload = await this.uploads.begin(intent.id, storeUploadId)
      // The target may have been deleted in between, and its clean-up may not have seen this upload.
      if (!upload || !(await this.targets.exists(intent))) throw new DomainError('dataset-not-found')
      auth.trail.change({ resource: resourceOf(upload), after: { target: upload.target, size } })
      return await this.view.pending(upload, storeUploadId, [])
    } catch (error) {
      await this.uploads.move(intent.id, ['pending'], 'aborting', now())
      this.worker.goOn(intent.id)
      throw error
    }
  }

  /** Which parts have arrived, and a fresh address for each that has not. */
  async get(auth: AuthContext, id: string): Promise<UploadDto> {
    const upload = await this.require(auth, id)
    if (upload.state !== 'pending') return this.view.ended(upload)
    if (upload.storeUploadId === null) throw new DomainError('upload-not-found')
    const stored = await this.store.listParts(keyOf(upload), upload.storeUploadId)
    if (stored) return this.view.pending(upload, upload.storeUploadId, stored)
    return this.gone(upload)
  }

  /** Uploads of a project that can be taken up again; without their parts. */
  async list(auth: AuthContext, { projectId, cursor, limit }: UploadListQuery): Promise<UploadPage> {
    await this.targets.requireUpdateOf(auth, projectId)
    const before = cursor === undefined ? {} : { before: String(decodeCursor(cursor, ['string'])[0]) }
    const { items, nextCursor } = toPage(await this.uploads.findPendingOf(projectId, { ...before, limit }), limit, ({ id }) => [id])
    return { items: items.map((upload) => UploadDto.from(upload, [])), nextCursor }
  }

  async complete(auth: AuthContext, id: string, { parts }: CompleteUploadDto): Promise<CompletedUploadDto> {
    await this.require(auth, id)
    const { upload, file } = await this.worker.complete(id, parts)
    auth.trail.change({ resource: { type: 'file', id: file.id, name: file.name }, after: { datasetId: file.datasetId, size: file.size } })
    return { upload: this.view.ended(upload), file: DatasetFileDto.from(file) }
  }

  /** Gives the upload up; what arrived is thrown away in the background. Again for one that was given up changes nothing. */
  async abort(auth: AuthContext, id: string): Promise<void> {
    const upload = await this.require(auth, id)
    auth.trail.change({ resource: resourceOf(upload), before: { target: upload.target, size: upload.size } })
    const aborted = await this.uploads.move(id, ['pending'], 'aborting', now())
    if (aborted) return this.worker.goOn(id)
    const current = await this.uploads.findById(id)
    if (current?.state === 'completing') throw new DomainError('upload-completing')
    if (current?.state === 'completed') throw new DomainError('upload-not-pending', { status: 'completed' })
  }

  private async require(auth: AuthContext, id: string): Promise<Upload> {
    const upload = await this.uploads.findById(id)
    if (!upload) throw notThere(auth, 'upload-not-found')
    try {
      await this.targets.requireUpdate(auth, upload)
    } catch (error) {
      if (error instanceof DomainError && error.code === 'dataset-not-found') throw notThere(auth, 'upload-not-found')
      throw error
    }
    return upload
  }

  /** The store gave the upload up, or it was completed a moment ago. */
  private async gone(upload: Upload): Promise<UploadDto> {
    if (await this.uploads.move(upload.id, ['pending'], 'aborting', now())) {
      this.worker.goOn(upload.id)
      throw new DomainError('upload-not-found')
    }
    return this.view.ended((await this.uploads.findById(upload.id)) ?? upload)
  }
}

const resourceOf = ({ id, name }: Upload) => ({ type: 'upload', id, name }) as const
