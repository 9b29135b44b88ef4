import { comparePositions } from '../../platform/kubernetes/log-position.js'
import { farthest, writeMarks, type Cursor, type Mark } from './log-cursor.js'
import { gapBody } from './log-event.js'
import type { LogRing, RingEntry } from './log-ring.js'

const GONE_GAP = 'Lines that were written while nobody followed are gone with their pod.'
const LOST_GAP = 'Lines between the last one you have and the next are not kept any more.'

/** From where someone reads: the newest `tail` lines, or what comes after a cursor, or all that is kept. */
export interface ReadFrom {
  tail?: number
  cursor?: Cursor
}

/** What a reader needs of the log of an app. */
export interface ReadableLog {
  /** Names the ring: another process, another ring. */
  readonly epoch: string
  readonly ring: LogRing
  /** Whether nobody will find any more of that container's log: its pod is gone, and nothing of it was read. */
  lost(key: string): boolean
}

/**
 * One reader of the log of an app. It keeps no lines of its own, only its place in the ring: who is slow finds there what is still kept, and a gap
 * where it is not, at the cost of no memory.
 */
export class LogReader {
  private next: number
  /** What to say first. */
  private notices: string[] = []
  /** What was delivered by another process and comes again from the node, by container. */
  private readonly ahead: Map<string, Mark>
  private aheadText = ''
  private resuming = false

  constructor(
    private readonly log: ReadableLog,
    { tail, cursor }: ReadFrom,
    /** Called when there may be something to read. */
    readonly wake: () => void,
    /** Takes it off the log. */
    readonly close: () => void,
  ) {
    const { ring } = log
    this.ahead = new Map()
    this.next = tail === undefined ? ring.first : Math.max(ring.first, ring.next - tail)
    if (!cursor) return
    this.resuming = true
    const sameRing = cursor.epoch === log.epoch && cursor.seq < ring.next
    this.next = sameRing ? cursor.seq + 1 : ring.first
    this.ahead = sameRing ? cursor.ahead : farthest(cursor)
    this.aheadText = writeMarks(this.ahead)
  }

  /** Says something before all else, as that lines may be missing. */
  notice(reason: string): void {
    this.notices.push(reason)
  }

  /**
   * The events from here on, as text for the stream, at most about `limit` characters at a time; empty when there is nothing for now.
   */
  read(limit: number): string {
    const { ring } = this.log
    let text = ''
    if (this.ahead.size > 0) this.lookForGone()
    while (text.length < limit) {
      for (const reason of this.notices.splice(0)) text += gapBody(reason)
      if (this.next < ring.first) {
        text += gapBody(
          this.resuming ? LOST_GAP : `You read more slowly than the app writes: ${ring.first - this.next} lines were left out.`,
        )
        this.next = ring.first
      }
      const entry = ring.at(this.next)
      if (!entry) break
      this.next++
      if (entry.key !== null && this.ahead.size > 0 && this.wasDelivered(entry)) continue
      for (const reason of this.notices.splice(0)) text += gapBody(reason)
      text += `id: ${entry.id}${this.aheadText === '' ? '' : `~${this.aheadText}`}\n${entry.body}`
      this.resuming = false
    }
    return text
  }

  /** Whether another process delivered the line to this reader. */
  private wasDelivered({ key, position }: RingEntry): boolean {
    const mark = key === null ? undefined : this.ahead.get(key)
    if (key === null || !mark || !position) return false
    const order = comparePositions(position, mark.position)
    if (order >= 0) this.reached(key)
    // The line after which to go on is not there any more, so some after it may be missing as well.
    if (order > 0) this.notice(LOST_GAP)
    return order <= 0
  }

  /** A container whose pod went while no process followed it: nobody has what it wrote in the end. */
  private lookForGone(): void {
    for (const [key, { over }] of this.ahead) {
      if (!this.log.lost(key)) continue
      if (!over) this.notice(GONE_GAP)
      this.reached(key)
    }
  }

  private reached(key: string): void {
    this.ahead.delete(key)
    this.aheadText = writeMarks(this.ahead)
  }
}
