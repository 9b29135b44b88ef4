import { Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import type { Asset } from './asset.js'
import { AssetRepository } from './asset.repository.js'

/** Finds the assets of a project, for whoever keeps texts in which they are shown. Who may read them was asked before. */
@Injectable()
export class AssetDirectory {
  constructor(private readonly assets: AssetRepository) {}

  /**
   * Notes that something of the project is about to use these assets, so that none is swept before that is stored. Call it before storing.
   * @returns those that are there; of any other id the project has no asset
   */
  async claim(projectId: string, ids: readonly string[]): Promise<Set<string>> {
    const there = await this.mapOf(projectId, ids)
    return this.assets.claim(projectId, [...there.keys()], now())
  }

  /** Those of the ids that the project has, by id. */
  async mapOf(projectId: string, ids: readonly string[]): Promise<Map<string, Asset>> {
    const found = await this.assets.findStored(projectId, [...new Set(ids)])
    return new Map(found.map((asset) => [asset.id, asset]))
  }
}
