import type { SegmentQuery } from './log-archive.js'
import type { LogSegment } from './log-segment.js'

/**
 * Whether the object of a segment is certain to be there: `writing` is the intent, before the object; `stored` is what readers see; `removing` is the
 * intent to remove it. A crash between any two steps leaves a record that the sweep finds.
 */
export type SegmentState = 'writing' | 'stored' | 'removing'

/** Where it is kept which segments there are. */
export abstract class LogSegmentRepository {
  /** Writes the intent; nothing happens when it is there. */
  abstract begin(segment: LogSegment): Promise<void>
  /** @returns false when the record is gone or being removed */
  abstract finish(id: string): Promise<boolean>
  abstract last(engineId: string): Promise<LogSegment | null>
  abstract find(query: SegmentQuery): Promise<LogSegment[]>
  abstract eventsSince(engineId: string, at: Date): Promise<string[]>
  /** Hides segments that are stored. */
  abstract hide(ids: string[]): Promise<void>
  /** Hides all of an app, also what is being written. */
  abstract hideAllOf(engineId: string): Promise<void>
  /** Records whose object is to be removed: hidden ones, and those of which the writing began before `at` and never ended. */
  abstract removable(at: Date, limit: number): Promise<{ id: string; key: string }[]>
  abstract remove(ids: string[]): Promise<void>
  abstract engineIds(): Promise<string[]>
  /** Size and latest time of what is stored of an app, oldest first; `after` the id of the last one of the page before. */
  abstract sizes(engineId: string, after: string | null, limit: number): Promise<{ id: string; bytes: number; createdAt: Date }[]>
}
