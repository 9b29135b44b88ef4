import { Inject, Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { KeyedLock } from '../../common/keyed-lock.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { assetTypeOf, FORMATS, keyOf, kindOf, nextReview, type Asset } from './asset.js'
import { HEAD_BYTES, sizeOfPicture, typeOfBytes } from './asset-bytes.js'
import { AssetRepository, type AssetFacts } from './asset.repository.js'

/** What someone says of a file before they send it; `size` in bytes. */
export interface Announcement {
  name: string
  size: number
  contentType: string
}

/** What comes in: whether there is room for it, and whether its bytes are what they are said to be. */
@Injectable()
export class AssetIntake {
  private readonly lock = new KeyedLock()

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'maxAssets' | 'maxAssetBytes'>,
    private readonly assets: AssetRepository,
    private readonly store: ObjectStore,
  ) {}

  /**
   * Notes that a file is on its way, which takes its room in the project; what never arrives gives it back after a day.
   * @throws DomainError `asset-type-unknown`, `asset-too-large` or `assets-full`
   */
  announce(projectId: string, { name, size, contentType }: Announcement): Promise<Asset> {
    const type = assetTypeOf(contentType)
    if (type === null) throw new DomainError('asset-type-unknown')
    const { most } = FORMATS[type]
    if (size > most) throw new DomainError('asset-too-large', { type, limit: most })
    // One after the other within this replica, so that many at once do not all find the last room free.
    return this.lock.run(projectId, async () => {
      await this.requireRoom(projectId, size)
      const at = now()
      const asset: Asset = {
        ...{ id: newId(at), projectId, name, contentType: type, size, width: null, height: null },
        ...{ state: 'pending', storeUploadId: null, createdAt: at, unusedSince: null, reviewAt: nextReview(at) },
      }
      await this.assets.insert(asset)
      return asset
    })
  }

  /**
   * Looks into the stored object, and shows the asset.
   * @returns null when its bytes are not of the kind that was announced
   * @throws DomainError `asset-not-found` when it was deleted meanwhile
   */
  async admit(asset: Asset): Promise<Asset | null> {
    const facts = await this.inspect(asset)
    if (facts === null) return null
    const stored = await this.assets.keep(asset.id, facts, now())
    if (stored) return stored
    const current = await this.assets.findById(asset.id)
    if (current?.state !== 'stored') throw new DomainError('asset-not-found')
    return current
  }

  private async requireRoom(projectId: string, size: number): Promise<void> {
    const { maxAssets, maxAssetBytes } = this.config
    const { files, bytes } = await this.assets.totals(projectId)
    if (files >= maxAssets || bytes + size > maxAssetBytes) throw new DomainError('assets-full', { files: maxAssets, bytes: maxAssetBytes })
  }

  private async inspect(asset: Asset): Promise<AssetFacts | null> {
    const head = await this.store.head(keyOf(asset), HEAD_BYTES)
    if (head === null) throw new DomainError('asset-not-found')
    // Names lie now and then (a WebP called .png): the bytes decide, within what was announced.
    const contentType = typeOfBytes(head)
    if (contentType === null || kindOf({ contentType }) !== kindOf(asset)) return null
    if (kindOf({ contentType }) !== 'image') return { contentType, width: null, height: null }
    const size = sizeOfPicture(head) ?? (await this.sizeOfWhole(asset, head))
    return size && { contentType, ...size }
  }

  /** For a picture that begins with a lot else: colour profiles, previews, notes of a camera. */
  private async sizeOfWhole(asset: Asset, head: Buffer): Promise<{ width: number; height: number } | null> {
    if (head.length < HEAD_BYTES) return null
    const bytes = await this.store.get(keyOf(asset), FORMATS[asset.contentType].most)
    return bytes && sizeOfPicture(bytes)
  }
}
