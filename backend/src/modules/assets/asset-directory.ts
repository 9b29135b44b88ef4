import { Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import type { FieldError } from '../../common/problem/domain-error.js'
import type { Asset } from './asset.js'
import { faultsOf, type AssetPlace } from './asset-place.js'
import { AssetRepository } from './asset.repository.js'

/** Finds the assets of a project, for whoever keeps texts in which they are shown. Who may read them was asked before. */
@Injectable()
export class AssetDirectory {
  constructor(private readonly assets: AssetRepository) {}

  /**
   * Notes that something of the project is about to use these assets, so that none is swept before that is stored. Call it before storing.
   * @returns those that are there, by id; of any other id the project has no asset
   */
  async claim(projectId: string, ids: readonly string[]): Promise<Map<string, Asset>> {
    const there = await this.mapOf(projectId, ids)
    const claimed = await this.assets.claim(projectId, [...there.keys()], now())
    return new Map([...there].filter(([id]) => claimed.has(id)))
  }

  /**
   * Claims what a text is about to show at these places.
   * @param known ids that were there once, and may be gone meanwhile
   * @returns what is wrong: no file of the project, or one of another kind
   */
  async claimAt(projectId: string, places: readonly AssetPlace[], known?: ReadonlySet<string>): Promise<FieldError[]> {
    const ids = places.map(({ id }) => id)
    return faultsOf(places, await this.claim(projectId, ids), known)
  }

  /** Those of the ids that the project has, by id. */
  async mapOf(projectId: string, ids: readonly string[]): Promise<Map<string, Asset>> {
    const found = await this.assets.findStored(projectId, [...new Set(ids)])
    return new Map(found.map((asset) => [asset.id, asset]))
  }
}
