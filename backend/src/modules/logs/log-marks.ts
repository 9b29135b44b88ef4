import { writeMark, type Mark } from './log-cursor.js'
import type { LogEntry } from './log-entry.js'

// Containers of pods that are gone stay in cursors for a while: another process may still have their lines.
const MOST_OVER = 16

/** How far the log of each container was taken, kept as entries come, and written as it stands in cursors. */
export class MarkSet {
  private readonly marks = new Map<string, { mark: Mark; text: string }>()
  private joined: string | null = ''

  constructor(marks: Iterable<[string, Mark]> = []) {
    for (const [key, mark] of marks) this.set(key, mark)
  }

  /** Takes note of one more entry. */
  take(entry: LogEntry): void {
    if (entry.kind === 'line') this.set(entry.from.key, { position: entry.position, over: false })
    else if (entry.kind === 'over') this.over(entry.key)
  }

  get(key: string): Mark | undefined {
    return this.marks.get(key)?.mark
  }

  has(key: string): boolean {
    return this.marks.has(key)
  }

  /** All marks, those that were over first come first. */
  *[Symbol.iterator](): Generator<[string, Mark]> {
    for (const [key, { mark }] of this.marks) yield [key, mark]
  }

  /** As it stands in a cursor. */
  get text(): string {
    if (this.joined === null) {
      let joined = ''
      for (const { text } of this.marks.values()) joined = joined === '' ? text : `${joined}_${text}`
      this.joined = joined
    }
    return this.joined
  }

  private set(key: string, mark: Mark): void {
    this.marks.set(key, { mark, text: writeMark(key, mark) })
    this.joined = null
  }

  private over(key: string): void {
    const known = this.marks.get(key)
    if (!known) return
    // Set anew, so that those that were over first come first.
    this.marks.delete(key)
    this.set(key, { ...known.mark, over: true })
    const over = [...this.marks].filter(([, { mark }]) => mark.over)
    for (const [oldest] of over.slice(0, Math.max(0, over.length - MOST_OVER))) this.marks.delete(oldest)
  }
}
