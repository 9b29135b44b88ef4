import type { DriverName } from '../../../platform/kubernetes/drivers.js'
import type { Engine, EnginePhase } from '../engine.js'

/** By what the apps of all projects can be sorted. */
export const ENGINE_SORTS = ['name', 'createdAt', 'deployedAt', 'memory'] as const
export type EngineSort = (typeof ENGINE_SORTS)[number]

/** What narrows a list of the apps of all projects. */
export interface EngineFilter {
  /** All must be true: a word that the app's name contains, or one of these projects. */
  words: { text: string; projectIds: string[] }[]
  phase?: EnginePhase
  driver?: DriverName
}

/** Where a page begins: after this app, by what it is sorted by. */
export interface EnginePosition {
  /** The value that is sorted by; null for one that was stored before there was such a value. */
  value: string | number | Date | null
  id: string
}

/** One page of the apps of all projects. */
export interface EngineSearch extends EngineFilter {
  sort: EngineSort
  descending: boolean
  after?: EnginePosition
  limit: number
}

/** An app that was found, and where in the order. */
export interface FoundEngine {
  engine: Engine
  position: EnginePosition
}
