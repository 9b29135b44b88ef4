import type { Asset } from './asset.js'

/** What an asset turned out to be once its bytes were there. */
export type AssetFacts = Pick<Asset, 'contentType' | 'width' | 'height'>

/** What the assets of a project add up to, those that are under way included; bytes as announced. */
export interface AssetTotals {
  files: number
  bytes: number
}

/** Where it is kept what assets there are. */
export abstract class AssetRepository {
  abstract insert(asset: Asset): Promise<void>
  /** One that is under way or stored; null for one that is being deleted, too. */
  abstract findById(id: string): Promise<Asset | null>
  /** One in whatever state. */
  abstract findEvenDeleted(id: string): Promise<Asset | null>
  /** Those of the ids that are stored in the project. */
  abstract findStored(projectId: string, ids: string[]): Promise<Asset[]>
  abstract totals(projectId: string): Promise<AssetTotals>
  /** Keeps the object store's id of the upload. @returns false when it is not pending any more */
  abstract begin(id: string, storeUploadId: string): Promise<boolean>
  /** Shows what was pending. @returns the stored asset, or null when it is not pending any more */
  abstract keep(id: string, facts: AssetFacts, at: Date): Promise<Asset | null>
  /** Notes that something is about to use those of the ids that are stored in the project, in one step with finding them. @returns their ids */
  abstract claim(projectId: string, ids: string[], at: Date): Promise<Set<string>>
  /** Those that are due to be looked at, the longest overdue first. */
  abstract findDue(at: Date, limit: number): Promise<Asset[]>
  /** Puts the next look off, unless something has happened since the asset was read. */
  abstract postpone(asset: Asset, unusedSince: Date | null, at: Date): Promise<void>
  /** Hides it, unless something has happened since the asset was read. @returns whether it is hidden now */
  abstract markDeleting(asset: Asset, at: Date): Promise<boolean>
  abstract markAllDeleting(projectId: string, at: Date): Promise<void>
  abstract findDeletingOf(projectId: string): Promise<Asset[]>
  /** Forgets one that is being deleted. */
  abstract remove(id: string): Promise<void>
}
