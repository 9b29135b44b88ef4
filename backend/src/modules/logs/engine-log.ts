import { randomBytes } from 'node:crypto'
import type { FollowedLine, LogFollower } from '../../platform/kubernetes/log-follower.js'
import { writeCursor, writeMark, type Mark } from './log-cursor.js'
import { gapBody, lineBodies } from './log-event.js'
import { LogReader, type ReadableLog, type ReadFrom } from './log-reader.js'
import { LogRing } from './log-ring.js'

/** How much is kept of the log of one app. */
export interface LogLimits {
  lines: number
  bytes: number
}

/** A container whose log is part of the app's. */
export interface LoggedContainer {
  key: string
  pod: string
  container: string
}

// Containers of pods that are gone stay in cursors for a while: another process may still have their lines.
const MOST_OVER = 16
// An id without data moves Last-Event-ID on and is no event.
const CURSOR_ONLY = '\n'

/** The log of one app in memory: what its containers wrote, merged as it arrived, and where that is in the logs of the containers. */
export class EngineLog implements ReadableLog {
  readonly epoch = randomBytes(6).toString('hex')
  readonly ring: LogRing
  readonly followers = new Map<string, LogFollower>()
  private readonly marks = new Map<string, { mark: Mark; text: string }>()
  private readonly readers = new Set<LogReader>()
  private ended: string | null = null

  constructor(
    limits: LogLimits,
    /** Whether it is certain that the container's pod does not exist any more. */
    private readonly isGone: (key: string) => boolean,
  ) {
    this.ring = new LogRing(limits.lines, limits.bytes)
  }

  /** Nobody writes, nobody reads and nothing is kept. */
  get idle(): boolean {
    return this.followers.size === 0 && this.readers.size === 0 && this.ring.next === 0
  }

  /** Why there will be nothing more; null while there may be. */
  get endReason(): string | null {
    return this.ended
  }

  lost(key: string): boolean {
    return !this.followers.has(key) && !this.marks.has(key) && this.isGone(key)
  }

  append({ key, pod, container }: LoggedContainer, lines: FollowedLine[]): void {
    const lineBody = lineBodies(pod, container)
    for (const { ts, text, position } of lines) {
      const mark = { position, over: false }
      this.marks.set(key, { mark, text: writeMark(key, mark) })
      this.push(key, position, lineBody(ts, text))
    }
    this.tellAll()
  }

  appendGap(reason: string): void {
    this.push(null, null, gapBody(reason))
    this.tellAll()
  }

  /** The container's pod is gone and its log was read to the end. */
  containerOver(key: string): void {
    const known = this.marks.get(key)
    if (!known) return
    const mark = { ...known.mark, over: true }
    // Set anew, so that those that were over first come first.
    this.marks.delete(key)
    this.marks.set(key, { mark, text: writeMark(key, mark) })
    const over = [...this.marks].filter(([, { mark: each }]) => each.over)
    for (const [oldest] of over.slice(0, Math.max(0, over.length - MOST_OVER))) this.marks.delete(oldest)
    this.push(null, null, CURSOR_ONLY)
    this.tellAll()
  }

  /** Someone who reads; `wake` is called when there may be something to read. */
  open(from: ReadFrom, wake: () => void): LogReader {
    const reader = new LogReader(this, from, wake, () => this.readers.delete(reader))
    this.readers.add(reader)
    return reader
  }

  /** There will be nothing more. */
  end(reason: string): void {
    this.ended = reason
    this.tellAll()
  }

  /** Asks everyone who reads to look again. */
  tellAll(): void {
    for (const reader of this.readers) reader.wake()
  }

  private push(key: string | null, position: FollowedLine['position'] | null, body: string): void {
    let marks = ''
    for (const { text } of this.marks.values()) marks = marks === '' ? text : `${marks}_${text}`
    this.ring.push({ key, position, id: writeCursor(this.epoch, this.ring.next, marks), body })
  }
}
