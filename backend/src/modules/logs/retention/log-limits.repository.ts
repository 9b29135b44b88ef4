import type { LogLimits } from './log-limits.js'

/** Where it is kept what an admin has set. */
export abstract class LogLimitsRepository {
  /** null while no admin has set anything */
  abstract find(): Promise<LogLimits | null>
  abstract set(limits: LogLimits): Promise<void>
}
