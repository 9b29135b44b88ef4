import { Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { KeyedLock } from '../../common/keyed-lock.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { objectKeyOf, type DatasetFile } from '../datasets/dataset.js'
import { DatasetFilesService } from '../datasets/dataset-files.service.js'
import { EventBus } from '../events/event-bus.js'
import { checkParts, isMadeOf, type SentPart, type Upload } from './upload.js'
import { UploadRepository } from './upload.repository.js'
import { UploadTargets } from './upload-targets.js'

/** An upload that has ended well, and its file. */
export interface Completed {
  upload: Upload
  file: DatasetFile
}

/** The key of the object that an upload makes. */
export const keyOf = (upload: Upload): string =>
  objectKeyOf({ id: upload.fileId, datasetId: upload.target.id, projectId: upload.projectId })

/**
 * Ends uploads: makes the file, or throws everything away. Each step is an intent, an effect and a record, in this order, and every step can be repeated,
 * so that whoever comes next (a second call, another replica, the next start) goes on where the last one was killed:
 *
 * 1. the parts are checked, then `pending → completing` with the parts: from here on it is completed, not aborted;
 * 2. the file's name is claimed (unique), the store makes the object, the object is checked;
 * 3. the file becomes visible, then `completing → completed`.
 */
@Injectable()
export class UploadFinisher {
  private readonly lock = new KeyedLock()

  constructor(
    private readonly uploads: UploadRepository,
    private readonly targets: UploadTargets,
    private readonly files: DatasetFilesService,
    private readonly store: ObjectStore,
    private readonly bus: EventBus,
  ) {}

  /** Completes the upload with the parts that the caller sent; once it is completed, the same result again. */
  complete(id: string, sent: SentPart[]): Promise<Completed> {
    return this.lock.run(id, async () => {
      const upload = await this.load(id)
      return this.conclude(upload.state === 'pending' ? await this.accept(upload, sent) : upload)
    })
  }

  /** Goes on with an upload that is being completed or aborted; does nothing for any other. Throws while a store is away. */
  goOn(id: string): Promise<void> {
    return this.lock.run(id, async () => {
      const upload = await this.uploads.findById(id)
      if (upload?.state === 'completing') await this.finishUnasked(upload)
      if (upload?.state === 'aborting') await this.discard(upload)
    })
  }

  private async load(id: string): Promise<Upload> {
    const upload = await this.uploads.findById(id)
    if (!upload) throw new DomainError('upload-not-found')
    return upload
  }

  private async conclude(upload: Upload): Promise<Completed> {
    if (upload.state === 'completing') return this.finish(upload)
    if (upload.state !== 'completed') throw new DomainError('upload-not-pending', { status: 'aborted' })
    const file = await this.files.find(upload.fileId)
    if (!file) throw new DomainError('file-not-found')
    return { upload, file }
  }

  /** Checks what arrived and records that it is to become a file. */
  private async accept(upload: Upload, sent: SentPart[]): Promise<Upload> {
    const stored = upload.storeUploadId === null ? null : await this.store.listParts(keyOf(upload), upload.storeUploadId)
    if (!stored) return this.lose(upload)
    checkParts(upload, sent, stored)
    const parts = stored.map(({ number, etag }) => ({ number, etag }))
    const accepted = await this.uploads.move(upload.id, ['pending'], 'completing', now(), { parts })
    // Null when another replica was faster, in whatever it did.
    return accepted ?? this.load(upload.id)
  }

  private async finish(upload: Upload): Promise<Completed> {
    await this.claim(upload)
    const { etag } = await this.makeObject(upload)
    const file = await this.files.publish(upload.fileId, etag)
    const completed = await this.uploads.move(upload.id, ['pending', 'completing'], 'completed', now(), { parts: [] })
    if (completed)
      this.bus.publish('upload.completed', { uploadId: upload.id, datasetId: file.datasetId, projectId: file.projectId, fileId: file.id })
    return { upload: completed ?? (await this.load(upload.id)), file }
  }

  /** {@link finish} without a caller: what is wrong with the upload itself has moved it to another state, and is for the caller's next try to hear. */
  private async finishUnasked(upload: Upload): Promise<void> {
    try {
      await this.finish(upload)
    } catch (error) {
      const state = (await this.uploads.findById(upload.id))?.state
      if (state === 'completing') throw error
      if (state === 'aborting') await this.goOnDiscarding(upload.id)
    }
  }

  private async claim(upload: Upload): Promise<void> {
    if (!(await this.targets.exists(upload))) {
      await this.uploads.move(upload.id, ['completing'], 'aborting', now())
      throw new DomainError('dataset-not-found')
    }
    try {
      const { fileId, target, projectId, name, size, contentType } = upload
      await this.files.claim({ id: fileId, datasetId: target.id, projectId, name, size, contentType, createdAt: now() })
    } catch (error) {
      // The parts stay: the other file may be deleted, and this upload completed then.
      if (error instanceof DomainError && error.code === 'file-name-taken')
        await this.uploads.move(upload.id, ['completing'], 'pending', now())
      throw error
    }
  }

  private async makeObject(upload: Upload): Promise<{ etag: string }> {
    const key = keyOf(upload)
    const completion = await this.store.completeUpload(key, upload.storeUploadId ?? '', upload.parts)
    if (completion.outcome === 'part-refused') {
      await this.files.release(upload.fileId)
      await this.uploads.move(upload.id, ['completing'], 'pending', now())
      throw new DomainError('upload-part-mismatch', { parts: 'of this upload' })
    }
    // Also when the store does not know the upload: an earlier try may have completed it, and then the object is there.
    const object = await this.store.stat(key)
    if (object && isMadeOf(object, upload)) return object
    if (!object) return this.lose(upload)
    await this.files.release(upload.fileId)
    await this.uploads.move(upload.id, ['completing'], 'aborting', now())
    throw new DomainError('upload-size-mismatch', { expected: upload.size, actual: object.size })
  }

  /** The store has neither the parts nor the object: it gave the upload up, and so do we. */
  private async lose(upload: Upload): Promise<never> {
    await this.uploads.move(upload.id, ['pending', 'completing'], 'aborting', now())
    throw new DomainError('upload-not-found')
  }

  private async goOnDiscarding(id: string): Promise<void> {
    const upload = await this.uploads.findById(id)
    if (upload?.state === 'aborting') await this.discard(upload)
  }

  private async discard(upload: Upload): Promise<void> {
    // It was completed after all, by another replica in the moment of the abort: what people can see stays.
    if (await this.files.find(upload.fileId)) {
      await this.uploads.move(upload.id, ['aborting'], 'completed', now(), { parts: [] })
      return
    }
    const key = keyOf(upload)
    await this.store.abortUploads(key, upload.storeUploadId)
    await this.store.remove(key)
    await this.files.release(upload.fileId)
    await this.uploads.move(upload.id, ['aborting'], 'aborted', now(), { parts: [] })
  }
}
