import type { ApiProblem } from '../api/client'
import type { UploadState } from '../api/multipart-upload'
import type { EnginePhase } from '../api/contract'

/** What the pages and components speak of, by the names that they use. */
export type * from '../api/contract'

// What the SPA itself keeps.

/** One file of this tab on its way into a data set. */
export interface UploadItem {
  key: number
  name: string
  size: number
  datasetId: string
  projectSlug: string
  state: UploadState | 'queued'
  sent: number
  /** Bytes per second; null while unknown. */
  speed: number | null
  problem: ApiProblem | null
}

/** A start of an app that was asked for in this tab. */
export interface DeployActivity {
  engineId: string
  name: string
  projectSlug: string
  phase: EnginePhase
}
