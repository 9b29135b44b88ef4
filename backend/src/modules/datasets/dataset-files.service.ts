import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { decodeCursor, toPage, type PageQuery } from '../../common/pagination/pagination.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { objectKeyOf, type DatasetFile } from './dataset.js'
import { DatasetCleanup } from './dataset-cleanup.js'
import { DatasetFileRepository } from './dataset.repository.js'
import { DatasetFileDto, type DatasetFilePage } from './datasets.dto.js'
import { DatasetsService } from './datasets.service.js'

// Long enough to begin a download. One that broke begins again at our own address, which asks the policy again.
const DOWNLOAD_SECONDS = 300

/** The files of data sets: what people do with them, and how an upload becomes one. */
@Injectable()
export class DatasetFilesService {
  constructor(
    private readonly files: DatasetFileRepository,
    private readonly datasets: DatasetsService,
    private readonly cleanup: DatasetCleanup,
    private readonly store: ObjectStore,
  ) {}

  async list(auth: AuthContext, datasetId: string, { cursor, limit }: PageQuery): Promise<DatasetFilePage> {
    await this.datasets.require(auth, 'dataset:read', datasetId)
    const after = cursor === undefined ? {} : { afterName: String(decodeCursor(cursor, ['string'])[0]) }
    const { items, nextCursor } = toPage(await this.files.findOf(datasetId, { ...after, limit }), limit, ({ name }) => [name])
    return { items: items.map((file) => DatasetFileDto.from(file)), nextCursor }
  }

  /** An address in the object store at which a download can begin for five minutes. */
  async download(auth: AuthContext, datasetId: string, fileId: string): Promise<string> {
    await this.datasets.require(auth, 'dataset:read', datasetId)
    const file = await this.files.findStored(fileId)
    if (file?.datasetId !== datasetId) throw new DomainError('file-not-found')
    return this.store.presignDownload({ key: objectKeyOf(file), fileName: file.name, contentType: file.contentType }, DOWNLOAD_SECONDS)
  }

  /** Hides the file at once; its object is removed in the background. */
  async delete(auth: AuthContext, datasetId: string, fileId: string): Promise<void> {
    await this.datasets.require(auth, 'dataset:update', datasetId)
    if (!(await this.files.markDeleting(datasetId, fileId))) throw new DomainError('file-not-found')
    auth.trail.change({ resource: { type: 'file', id: fileId }, before: { datasetId } })
    this.cleanup.fileDeleted(fileId)
    await this.datasets.filesChanged(datasetId)
  }

  /** Throws `file-name-taken` when the data set has a file of that name, or one that is just being stored. */
  async requireFreeName(datasetId: string, name: string): Promise<void> {
    if (await this.files.hasName(datasetId, name)) throw new DomainError('file-name-taken', { name })
  }

  /** Claims the name for a file whose object is about to be made; again for the same file changes nothing. @throws DomainError `file-name-taken` */
  async claim(file: Omit<DatasetFile, 'state' | 'checksum'>): Promise<void> {
    if (!(await this.files.claim({ ...file, state: 'storing', checksum: '' })))
      throw new DomainError('file-name-taken', { name: file.name })
  }

  /** Shows a claimed file, whose object is there now; again for the same file changes nothing. @throws DomainError `file-not-found` when it was deleted */
  async publish(fileId: string, checksum: string): Promise<DatasetFile> {
    const file = await this.files.publish(fileId, checksum)
    if (!file) throw new DomainError('file-not-found')
    await this.datasets.filesChanged(file.datasetId)
    return file
  }

  /** Gives up a claim. */
  release(fileId: string): Promise<void> {
    return this.files.release(fileId)
  }

  /** The stored file, or null. */
  find(fileId: string): Promise<DatasetFile | null> {
    return this.files.findStored(fileId)
  }
}
