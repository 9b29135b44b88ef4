import type { LogFilter } from './log-filter.js'
import type { Place } from './log-place.js'
import type { NumberedEntry } from './log-ring.js'
import type { LogSegment, WrittenSegment } from './log-segment.js'

/** Which segments of an app are asked for. Only those are found that may hold what the filter lets through. */
export interface SegmentQuery {
  engineId: string
  /** Those that end after this place, in the order of the log. */
  after?: Place
  /** Those that begin before this place, the newest first. */
  before?: Place
  filter?: LogFilter
  limit: number
}

/**
 * Port and injection token: the part of all logs that outlives pods and portals. A segment is kept from the moment when {@link store} resolves.
 * Every method throws DomainError `database-unavailable`, `object-store-unavailable` or `object-store-full` when one of the stores is away.
 */
export abstract class LogArchive {
  /** The newest segment of an app; null when there is none. */
  abstract last(engineId: string): Promise<LogSegment | null>
  /** Events of Kubernetes that are stored, of segments that were made since then. */
  abstract eventsSince(engineId: string, at: Date): Promise<string[]>
  /** Stores a segment; safe to repeat. */
  abstract store(written: WrittenSegment): Promise<void>
  abstract find(query: SegmentQuery): Promise<LogSegment[]>
  /** What is in a segment; null when it was removed meanwhile. The list is shared: nobody changes it. */
  abstract load(segment: LogSegment): Promise<readonly NumberedEntry[] | null>
}
