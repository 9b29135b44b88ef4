import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { backoff, KeyedQueue } from '../../common/keyed-queue.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { keyOf, verdictOf, type Asset } from './asset.js'
import { AssetUse } from './asset-use.js'
import { AssetRepository } from './asset.repository.js'

const SWEEP_MS = 5 * 60_000
// What one sweep looks at; the rest waits for the next one.
const AT_ONCE = 500

/**
 * Removes assets: those that were deleted, that never arrived, that nothing uses. The mark on the record is the intent, then the object goes, then the
 * record. Whether something uses an asset is asked before it is marked, and the mark is refused when a text has claimed it meanwhile.
 */
@Injectable()
export class AssetCleanup implements OnApplicationShutdown {
  private readonly logger = new Logger('AssetCleanup')
  private readonly queue = new KeyedQueue(
    (id) => this.finish(id),
    4,
    (assetId, attempt, error) => {
      if (attempt === 1 || attempt % 20 === 0) this.logger.warn({ err: error, assetId, attempt }, 'an asset is not removed, trying again')
      return backoff(attempt, 500, 30_000)
    },
  )
  private sweeper: NodeJS.Timeout | undefined

  constructor(
    private readonly assets: AssetRepository,
    private readonly use: AssetUse,
    private readonly store: ObjectStore,
    projects: ProjectCleanup,
    mongo: Mongo,
  ) {
    projects.register('assets', (projectId) => this.removeAllOf(projectId))
    mongo.whenReady(() => {
      void this.sweep()
      this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.sweeper)
    await this.queue.stop()
  }

  /** Removes an asset that nothing uses. @throws DomainError `asset-in-use` */
  async delete(asset: Asset): Promise<void> {
    const used = asset.state === 'stored' && (await this.use.of(asset.projectId)).has(asset.id)
    // Marking it fails when a text has claimed it since it was read.
    if (used || !(await this.discard(asset))) throw new DomainError('asset-in-use')
  }

  /** Hides an asset unless something has happened since it was read, and removes it in the background. @returns whether it is hidden */
  async discard(asset: Asset): Promise<boolean> {
    const marked = await this.assets.markDeleting(asset, now())
    if (marked) this.queue.add(asset.id)
    return marked
  }

  /** Looks at every asset that is due. Each is looked at once a day, and a day after it became unused it goes. */
  async sweep(): Promise<void> {
    try {
      const due = await this.assets.findDue(now(), AT_ONCE)
      const projects = Map.groupBy(due, ({ projectId }) => projectId)
      for (const [projectId, assets] of projects) await this.review(projectId, assets)
    } catch (error) {
      this.logger.warn({ err: error }, 'could not look for assets that nothing uses; the next sweep tries again')
    }
  }

  private async review(projectId: string, assets: Asset[]): Promise<void> {
    const used = assets.some(({ state }) => state === 'stored') ? await this.use.of(projectId) : new Set<string>()
    for (const asset of assets) {
      if (asset.state === 'deleting') {
        this.queue.add(asset.id)
        continue
      }
      const verdict = verdictOf(asset, used.has(asset.id), now())
      if (verdict.outcome === 'delete') await this.discard(asset)
      else await this.assets.postpone(asset, verdict.unusedSince, now())
    }
  }

  private async removeAllOf(projectId: string): Promise<void> {
    await this.assets.markAllDeleting(projectId, now())
    for (const asset of await this.assets.findDeletingOf(projectId)) await this.remove(asset)
  }

  private async finish(id: string): Promise<void> {
    const asset = await this.assets.findEvenDeleted(id)
    if (asset?.state === 'deleting') await this.remove(asset)
  }

  private async remove(asset: Asset): Promise<void> {
    const key = keyOf(asset)
    await this.store.abortUploads(key, asset.storeUploadId)
    await this.store.remove(key)
    await this.assets.remove(asset.id)
  }
}
