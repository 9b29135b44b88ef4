import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { backoff, KeyedQueue } from '../../common/keyed-queue.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { DatasetCleanup } from '../datasets/dataset-cleanup.js'
import type { SentPart } from './upload.js'
import { UploadFinisher, type Completed } from './upload-finisher.js'
import { UploadRepository } from './upload.repository.js'

const SWEEP_MS = 60_000
// Between storing the intent and keeping the store's id lies one call; after this time the one who made it was killed.
const BEGIN_GRACE_MS = 10 * 60_000
// So long a repeated call still learns how an upload ended.
const REMEMBER_MS = 7 * 24 * 3_600_000

/** Sees every upload to its end in the background: what a crash or an outage interrupted, what was aborted, what expired. */
@Injectable()
export class UploadWorker implements OnApplicationShutdown {
  private readonly logger = new Logger('UploadWorker')
  private readonly queue = new KeyedQueue(
    (id) => this.finisher.goOn(id),
    4,
    (id, attempt, error) => {
      if (attempt === 1 || attempt % 20 === 0)
        this.logger.warn({ err: error, uploadId: id, attempt }, 'an upload could not be ended, trying again')
      return backoff(attempt, 500, 30_000)
    },
  )
  private sweeper: NodeJS.Timeout | undefined

  constructor(
    private readonly uploads: UploadRepository,
    private readonly finisher: UploadFinisher,
    datasets: DatasetCleanup,
    mongo: Mongo,
  ) {
    datasets.register((datasetId) => this.endAllInto(datasetId))
    mongo.whenReady(() => {
      void this.sweep()
      this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS)
    })
  }

  /** {@link UploadFinisher.complete}; when that fails half-way, it goes on in the background. */
  async complete(id: string, sent: SentPart[]): Promise<Completed> {
    try {
      return await this.finisher.complete(id, sent)
    } catch (error) {
      this.queue.add(id)
      throw error
    }
  }

  /** Asks for what an upload that is being completed or aborted still needs. */
  goOn(id: string): void {
    this.queue.add(id)
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.sweeper)
    await this.queue.stop()
  }

  private async sweep(): Promise<void> {
    try {
      const at = now()
      const due = await this.uploads.findDue(at, new Date(at.getTime() - BEGIN_GRACE_MS))
      for (const { id, state } of due) {
        if (state === 'pending') await this.uploads.move(id, ['pending'], 'aborting', at)
        this.queue.add(id)
      }
      await this.uploads.removeEndedBefore(new Date(at.getTime() - REMEMBER_MS))
    } catch (error) {
      this.logger.warn({ err: error }, 'could not look for uploads that have not ended; the next sweep tries again')
    }
  }

  /** For the deletion of a data set: its uploads end before its files go, so that none becomes a file afterwards. */
  private async endAllInto(datasetId: string): Promise<void> {
    for (const { id } of await this.uploads.findUnfinishedInto(datasetId)) {
      await this.uploads.move(id, ['pending'], 'aborting', now())
      await this.finisher.goOn(id)
    }
    const left = await this.uploads.findUnfinishedInto(datasetId)
    if (left.length > 0) throw new Error(`${left.length} uploads into the data set ${datasetId} have not ended`)
  }
}
