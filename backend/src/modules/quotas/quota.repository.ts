import type { QuotaLimits } from './quota.js'

/** Where quotas are kept: one by each project's id, and the default. */
export abstract class QuotaRepository {
  /** The project's own; null when it has none. */
  abstract find(projectId: string): Promise<QuotaLimits | null>
  /** Null when nobody has set it. */
  abstract findDefault(): Promise<QuotaLimits | null>
  /** Those of all projects that have their own, by the project's id. */
  abstract all(): Promise<Map<string, QuotaLimits>>
  abstract set(projectId: string, limits: QuotaLimits): Promise<void>
  abstract setDefault(limits: QuotaLimits): Promise<void>
  /** Does nothing when there is none. */
  abstract remove(projectId: string): Promise<void>
}
