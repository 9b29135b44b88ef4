import type { FollowedLine, LogFollower } from '../../platform/kubernetes/log-follower.js'
import { comparePositions, type Position } from '../../platform/kubernetes/log-position.js'
import { now } from '../../common/clock.js'
import type { LogArchive } from './log-archive.js'
import { writeCursor } from './log-cursor.js'
import { timeText, type EventEntry, type LogEntry, type LoggedContainer, type MarkerEntry } from './log-entry.js'
import { MarkSet } from './log-marks.js'
import { newEpoch } from './log-place.js'
import { LogReader, type Chunk, type ReadableLog, type ReadFrom } from './log-reader.js'
import { LogRing } from './log-ring.js'
import { marksOf, takeRun, type ContainerRun, type LogSegment } from './log-segment.js'

/** How much is kept in memory of the log of one app. */
export interface LogLimits {
  lines: number
  /** Bytes, while someone reads or it is not stored yet. */
  bytes: number
  /** Bytes of what is stored and nobody reads. */
  idleBytes: number
}

/** What was known of a log when the process before ended. */
export interface RestoredLog {
  last: LogSegment | null
  /** Events of Kubernetes that are stored already. */
  events: string[]
}

const CHUNKS = 8
const ROW_CHARACTERS = 60
const MOST_EVENTS = 2_000

/** The log of one app in memory: what its containers wrote, merged as it arrived, and where that is in the logs of the containers. */
export class EngineLog implements ReadableLog {
  epoch = ''
  readonly ring: LogRing
  readonly followers = new Map<string, LogFollower>()
  /** What is known of the runs of each container. */
  readonly runs = new Map<string, ContainerRun>()
  /** Resolves once it is known what is stored of this log. */
  readonly ready: Promise<void>
  /** Called after each entry, with about how many characters of a segment it takes. */
  onEntry: (characters: number) => void = () => undefined
  private marks = new MarkSet()
  private readonly restored = new Map<string, Position>()
  private readonly events = new Set<string>()
  private readonly readers = new Set<LogReader>()
  private waitedFor = 0
  private readonly chunks = new Map<number, Chunk>()
  private ended: string | null = null
  private whenReady: () => void = () => undefined

  constructor(
    readonly engineId: string,
    readonly limits: LogLimits,
    readonly archive: LogArchive | null,
    /** Whether it is certain that the container's pod does not exist any more. */
    private readonly isGone: (key: string) => boolean,
  ) {
    this.ring = new LogRing(limits.lines, limits.bytes)
    this.ready = new Promise((resolve) => (this.whenReady = resolve))
  }

  /** Goes on where the process before ended. Before this nothing is followed and nobody reads. @param random letters and digits */
  restore({ last, events }: RestoredLog, random: string): void {
    this.epoch = newEpoch(now().getTime(), last?.epoch ?? null, random)
    this.marks = marksOf(last?.marks ?? '')
    for (const [key, { position }] of this.marks) this.restored.set(key, position)
    for (const run of last?.runs ?? []) this.runs.set(run.key, run)
    for (const uid of events) this.events.add(uid)
    this.whenReady()
  }

  get isReady(): boolean {
    return this.epoch !== ''
  }

  /** Nobody writes and nobody reads. */
  get quiet(): boolean {
    return this.followers.size === 0 && this.readers.size === 0
  }

  get readerCount(): number {
    return this.readers.size
  }

  /** How many of those who read keep up. */
  get keepingUp(): number {
    return this.readers.size - this.waitedFor
  }

  /** Waits for a reader that does not keep up. */
  async waitFor(reader: Promise<void>): Promise<void> {
    this.waitedFor++
    await reader
    this.waitedFor--
  }

  /** Why there will be nothing more; null while there may be. */
  get endReason(): string | null {
    return this.ended
  }

  /** Marks as they stand in a cursor. */
  get marksText(): string {
    return this.marks.text
  }

  /** The last line that is known of a container, by this process or the one before; null when there is none. */
  positionOf(key: string): Position | null {
    return this.marks.get(key)?.position ?? null
  }

  /** The containers whose log was not read to the end. */
  unfinished(): string[] {
    return [...new Set([...[...this.marks].filter(([, { over }]) => !over).map(([key]) => key), ...this.runs.keys()])]
  }

  lost(key: string): boolean {
    return !this.followers.has(key) && (this.marks.get(key)?.over ?? true) && this.isGone(key)
  }

  known(key: string): boolean {
    return this.marks.has(key)
  }

  wasRestored(key: string): boolean {
    return this.restored.has(key)
  }

  mayComeAgain(key: string, position: Position): boolean {
    const restored = this.restored.get(key)
    return restored ? comparePositions(position, restored) > 0 : this.marks.has(key)
  }

  append(from: LoggedContainer, lines: FollowedLine[]): void {
    for (const { ts, text, position } of lines) this.push({ kind: 'line', from, ts, text, position })
    this.tellAll()
  }

  appendGap(reason: string): void {
    this.push({ kind: 'gap', ts: timeText(now()), text: reason })
    this.tellAll()
  }

  appendMarker(marker: MarkerEntry): void {
    takeRun(this.runs, marker)
    this.push(marker)
    this.tellAll()
  }

  /** An event of Kubernetes; one that is known already is not said again. */
  appendEvent(event: EventEntry): void {
    if (this.events.has(event.uid)) return
    this.events.add(event.uid)
    for (const oldest of this.events) if (this.events.size > MOST_EVENTS) this.events.delete(oldest)
    this.push(event)
    this.tellAll()
  }

  /** The container's pod is gone and its log was read to the end. */
  containerOver(key: string): void {
    if (!this.marks.has(key) && !this.runs.has(key)) return
    this.runs.delete(key)
    this.push({ kind: 'over', ts: timeText(now()), key })
    this.tellAll()
  }

  /** Someone who reads; `wake` is called when there may be something to read. */
  open(from: ReadFrom, wake: () => void): LogReader {
    const reader = new LogReader(this, from, wake, () => this.readers.delete(reader))
    this.readers.add(reader)
    return reader
  }

  chunk(seq: number, characters: number): Chunk {
    let chunk = this.chunks.get(seq)
    if (chunk && chunk.next > seq) return chunk
    let text = ''
    let next = seq
    for (; next < this.ring.next && text.length < characters; next++) text += this.ring.eventAt(next)
    chunk = { text, next }
    if (next > seq) this.chunks.set(seq, chunk)
    for (const oldest of this.chunks.keys()) if (this.chunks.size > CHUNKS) this.chunks.delete(oldest)
    return chunk
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

  private push(entry: LogEntry): void {
    this.marks.take(entry)
    this.ring.push(entry, writeCursor(this.epoch, this.ring.next, this.marks.text))
    this.onEntry(ROW_CHARACTERS + (entry.kind === 'line' ? entry.text.length : 0))
  }
}
