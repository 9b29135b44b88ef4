import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { backoff, KeyedQueue, type RetryPolicy } from '../../common/keyed-queue.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { objectKeyOf, type DatasetFile } from './dataset.js'
import { DatasetFileRepository, DatasetRepository } from './dataset.repository.js'

/** Removes what another module keeps for a data set. Idempotent; throws while it has not ended, and is called again later. */
export type DatasetCleaner = (datasetId: string) => Promise<void>

// What a crashed replica left half done is taken up by any other after this time.
const SWEEP_MS = 5 * 60_000

/**
 * Finishes deletions: the mark on the record is the intent, then the object goes, then the record. Only what has a record is ever removed from the bucket,
 * never what a listing shows beyond that: a portal that was pointed at the wrong database must not empty it.
 */
@Injectable()
export class DatasetCleanup implements OnApplicationShutdown {
  private readonly logger = new Logger('DatasetCleanup')
  private readonly cleaners: DatasetCleaner[] = []
  private readonly retry: RetryPolicy = (id, attempt, error) => {
    if (attempt === 1 || attempt % 20 === 0) this.logger.warn({ err: error, id, attempt }, 'a deletion is not finished, trying again')
    return backoff(attempt, 500, 30_000)
  }
  private readonly datasetQueue = new KeyedQueue((id) => this.cleanDataset(id), 2, this.retry)
  private readonly fileQueue = new KeyedQueue((id) => this.removeHidden(id), 4, this.retry)
  private sweeper: NodeJS.Timeout | undefined

  constructor(
    private readonly datasets: DatasetRepository,
    private readonly files: DatasetFileRepository,
    private readonly store: ObjectStore,
    projects: ProjectCleanup,
    mongo: Mongo,
  ) {
    projects.register('datasets', (projectId) => this.cleanProject(projectId))
    mongo.whenReady(() => {
      void this.sweep()
      this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS)
    })
  }

  /** Registers what another module has to remove before the files go; cleaners run in the order of their registration. */
  register(clean: DatasetCleaner): void {
    this.cleaners.push(clean)
  }

  /** Asks for the removal of a data set that was marked. */
  datasetDeleted(id: string): void {
    this.datasetQueue.add(id)
  }

  /** Asks for the removal of a file that was hidden. */
  fileDeleted(id: string): void {
    this.fileQueue.add(id)
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.sweeper)
    await Promise.all([this.datasetQueue.stop(), this.fileQueue.stop()])
  }

  private async sweep(): Promise<void> {
    try {
      for (const id of await this.datasets.findDeletedIds()) this.datasetQueue.add(id)
      for (const { id } of await this.files.findDeleting()) this.fileQueue.add(id)
    } catch (error) {
      this.logger.warn({ err: error }, 'could not look for deletions that have not ended; the next sweep tries again')
    }
  }

  private async cleanProject(projectId: string): Promise<void> {
    for (const id of await this.datasets.findAllIdsOf(projectId)) {
      await this.datasets.markDeleted(id, now())
      await this.cleanDataset(id)
    }
  }

  private async cleanDataset(id: string): Promise<void> {
    for (const clean of this.cleaners) await clean(id)
    await this.files.markAllDeleting(id)
    for (let left = await this.files.findDeleting(id); left.length > 0; left = await this.files.findDeleting(id))
      for (const file of left) await this.removeFile(file)
    await this.datasets.remove(id)
  }

  private async removeHidden(id: string): Promise<void> {
    const file = await this.files.findHidden(id)
    if (file) await this.removeFile(file)
  }

  private async removeFile(file: DatasetFile): Promise<void> {
    await this.store.remove(objectKeyOf(file))
    await this.files.remove(file.id)
  }
}
