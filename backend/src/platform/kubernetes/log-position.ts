/**
 * Where a line stands in the log of its container. Two goroutines of the container runtime write one file (stdout, stderr), so times in it are not
 * strictly ascending and may repeat. A position is therefore the latest time seen so far and the count of lines since that time first came: it
 * ascends strictly, and reading the same file again from any earlier second gives every line the same position.
 */
export interface Position {
  /** RFC 3339 in UTC with nine digits. */
  ts: string
  ord: number
}

/** Negative when `a` stands before `b`, 0 when they are the same. */
export function comparePositions(a: Position, b: Position): number {
  if (a.ts !== b.ts) return a.ts < b.ts ? -1 : 1
  return a.ord - b.ord
}

/** Gives the lines of one reading their positions, in the order of the file. */
export class Positioner {
  private latest = ''
  private ord = 0
  private earliest = ''

  /** The position of the next line, which was written at `ts`. */
  place(ts: string): Position {
    if (ts > this.latest) {
      this.latest = ts
      this.earliest = ts
      this.ord = 0
    } else {
      this.ord++
      if (ts < this.earliest) this.earliest = ts
    }
    return { ts: this.latest, ord: this.ord }
  }

  /** The earliest time among the lines that share the last position's time. */
  get low(): string {
    return this.earliest
  }
}

/** A whole second from which a reading has to start so that it holds every line that was written about `ts`. */
export function secondBefore(ts: string): string {
  return new Date(Math.floor(Date.parse(`${ts.slice(0, 19)}Z`)) - 1_000).toISOString().replace('.000Z', 'Z')
}
