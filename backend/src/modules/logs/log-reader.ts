import { now } from '../../common/clock.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { comparePositions, type Position } from '../../platform/kubernetes/log-position.js'
import type { LogArchive } from './log-archive.js'
import { farthest, writeMarks, type Cursor, type Mark } from './log-cursor.js'
import { bodyOf, gapBody, timeText, type LineEntry, type LogEntry } from './log-entry.js'
import { isFiltering, matcherOf, type LogFilter } from './log-filter.js'
import { BEGINNING, placeText, type Place } from './log-place.js'
import type { LogRing, NumberedEntry } from './log-ring.js'
import type { LogSegment } from './log-segment.js'

const GONE_GAP = 'Lines that were written while nobody followed are gone with their pod.'
const LOST_GAP = 'Lines between the last one you have and the next are not kept any more.'
const EXPIRED_GAP = 'Older lines were removed while you read them.'
const AWAY_GAP = 'What is stored of this log cannot be read at the moment: this begins with the oldest line in memory.'
const SEARCHED_GAP = 'Only the newest part of the log was searched. Give a time to search what is older.'

const RECORDS = 20
// A text that is rare must not make the portal read a month of logs for one view.
const MOST_SEARCHED = 64
const CURSOR_EVERY_MS = 2_000
const MOST_ATTEMPTS = 4
const RETRY_MS = 150

/** From where someone reads: what comes after a cursor, or the newest `tail` lines that pass the filter, or all that is kept. */
export interface ReadFrom {
  tail?: number
  cursor?: Cursor
  filter?: LogFilter
}

/** Events as text, and the number of the entry after them. */
export interface Chunk {
  text: string
  next: number
}

/** What a reader needs of the log of an app. */
export interface ReadableLog {
  readonly engineId: string
  /** Names the ring: another process, another ring. Empty until {@link ready}. */
  readonly epoch: string
  readonly ready: Promise<void>
  readonly ring: LogRing
  readonly archive: LogArchive | null
  /** Whether nobody will find any more of that container's log: its pod is gone. */
  lost(key: string): boolean
  /** Whether there is anything of that container in this log. */
  known(key: string): boolean
  /** Whether the container is followed on from where the process before ended, so that nothing can be missing in between unsaid. */
  wasRestored(key: string): boolean
  /** Whether this process reads that line of the container, too, though another one stored it. */
  mayComeAgain(key: string, position: Position): boolean
  /** Entries from `seq` on as events, about so many characters; made once for all who stand there. */
  chunk(seq: number, characters: number): Chunk
}

/** An entry as a reader gets it; what the reader itself has to say has no id. */
export interface ReadEntry {
  entry: LogEntry
  id: string | null
  /** Its number in the ring; null when it is stored. */
  seq: number | null
}

/**
 * One reader of the log of an app, over what is stored and then over what is in memory. It keeps no lines of its own, only its place and at most one
 * piece of what is stored: who is slow goes on from the store, and finds a gap where a line is kept nowhere, at the cost of no memory.
 *
 * First {@link start}. Then {@link read} or {@link next} until there is nothing; {@link advance} whenever it is {@link behind}.
 */
export class LogReader {
  private place: Place = BEGINNING
  private started = false
  private notices: string[] = []
  private held: ReadEntry | null = null
  private records: LogSegment[] = []
  private loaded: { entries: readonly NumberedEntry[]; at: number; end: Place } | null = null
  /** What was delivered by another process and comes again from the node, by container. */
  private ahead = new Map<string, Mark>()
  private aheadText = ''
  /** How far this reader was brought by what is stored: another portal may have stored it, and it comes again here. */
  private readonly seen = new Map<string, Mark>()
  private resuming: boolean
  private readonly matches: (entry: LogEntry) => boolean
  private readonly filtering: boolean
  private skippedId: string | null = null
  private idAt = 0

  constructor(
    private readonly log: ReadableLog,
    private readonly from: ReadFrom,
    /** Called when there may be something to read. */
    readonly wake: () => void,
    /** Takes it off the log. */
    readonly close: () => void,
  ) {
    this.filtering = isFiltering(from.filter ?? {})
    this.matches = matcherOf(from.filter ?? {})
    this.resuming = from.cursor !== undefined
    this.startAtOnce()
  }

  /** Whether what comes next is to be brought from the store by {@link advance}. */
  get behind(): boolean {
    return this.started && this.loaded === null && (this.place.epoch !== this.log.epoch || this.place.seq < this.log.ring.first)
  }

  get isStarted(): boolean {
    return this.started
  }

  /** Finds the place to begin at. */
  async start(): Promise<void> {
    await this.log.ready
    this.startAtOnce()
    if (this.started) return
    const { tail = 0 } = this.from
    await this.orSkip(() => this.seekTail(tail))
    this.started = true
  }

  /** Begins where nothing has to be asked of the store for that. */
  private startAtOnce(): void {
    const { log, from } = this
    if (log.epoch === '' || this.started) return
    if (from.cursor) this.resume(from.cursor)
    else if (from.tail !== undefined && this.seekInRing(from.tail) > 0 && log.archive) return
    this.started = true
    if (this.behind && !log.archive) this.enterRing(log.epoch, log.ring.first)
  }

  /** Says something before all else, as that lines may be missing. */
  notice(reason: string): void {
    this.notices.push(reason)
  }

  /** Brings the next piece of what is stored, or finds that the rest is in memory. Never throws for a store that is away: that is a gap. */
  async advance(): Promise<void> {
    if (this.behind) await this.orSkip(() => this.load())
  }

  /** The events from here on, as text for the stream, at most about `limit` characters at a time; empty when there is nothing for now. */
  read(limit: number): string {
    let text = ''
    if (!this.started) return text
    if (this.behind && !this.log.archive) this.enterRing(this.log.epoch, this.log.ring.first)
    while (text.length < limit) {
      if (this.plain) {
        const chunk = this.log.chunk(this.place.seq, limit)
        if (chunk.next === this.place.seq) break
        text += chunk.text
        this.place = { epoch: this.place.epoch, seq: chunk.next }
        this.resuming = false
        continue
      }
      const shown = this.next()
      if (!shown) break
      text += this.eventOf(shown)
    }
    return text === '' ? this.skippedCursor() : text
  }

  /** The next entry; undefined when there is none for now, or it has to be brought. */
  next(): ReadEntry | undefined {
    for (;;) {
      if (this.ahead.size > 0) this.lookForGone()
      const reason = this.notices.shift()
      if (reason !== undefined) return { entry: { kind: 'gap', ts: timeText(now()), text: reason }, id: null, seq: null }
      const found = this.held ?? this.step()
      if (!found) return undefined
      this.held = this.notices.length > 0 ? found : null
      if (this.held) continue
      this.resuming = false
      return found
    }
  }

  /** Nothing to leave out and nothing to say: what everyone at this place gets. */
  private get plain(): boolean {
    return (
      !this.filtering &&
      this.notices.length === 0 &&
      this.held === null &&
      this.loaded === null &&
      this.ahead.size === 0 &&
      this.seen.size === 0 &&
      this.place.epoch === this.log.epoch &&
      this.place.seq >= this.log.ring.first
    )
  }

  private eventOf({ entry, id, seq }: ReadEntry): string {
    const idEnd = this.aheadText === '' ? '' : `~${this.aheadText}`
    if (id !== null) {
      this.idAt = performance.now()
      this.skippedId = null
    }
    const kept = seq === null ? '' : this.log.ring.eventAt(seq, idEnd)
    if (kept !== '') return kept
    return id === null ? gapBody(entry.kind === 'gap' ? entry.text : '') : `id: ${id}${idEnd}\n${bodyOf(entry)}`
  }

  /** Moves Last-Event-ID of someone whose filter lets nothing through, now and then. */
  private skippedCursor(): string {
    if (this.skippedId === null || performance.now() - this.idAt < CURSOR_EVERY_MS) return ''
    const text = `id: ${this.skippedId}${this.aheadText === '' ? '' : `~${this.aheadText}`}\n\n`
    this.skippedId = null
    this.idAt = performance.now()
    return text
  }

  /** The next entry that passes, of the piece that was brought and then of the ring. */
  private step(): ReadEntry | undefined {
    for (;;) {
      const { loaded } = this
      let found: ReadEntry
      if (loaded) {
        const stored = loaded.entries[loaded.at]
        if (!stored) {
          this.place = loaded.end
          this.loaded = null
          if (this.behind) return undefined
          this.forgetSeen()
          continue
        }
        loaded.at++
        found = { ...stored, seq: null }
      } else {
        if (this.behind || !this.started) return undefined
        const { seq } = this.place
        const kept = this.log.ring.at(seq)
        if (!kept) return undefined
        this.place = { epoch: this.place.epoch, seq: seq + 1 }
        found = { entry: kept.entry, id: kept.id, seq }
      }
      if (found.entry.kind === 'line' && this.wasDelivered(found.entry, loaded !== null)) continue
      if (!this.filtering || this.matches(found.entry)) return found
      this.skippedId = found.id
    }
  }

  private resume(cursor: Cursor): void {
    const { ring, epoch } = this.log
    this.place = { epoch: cursor.epoch, seq: cursor.seq + 1 }
    if (cursor.epoch === epoch && cursor.seq >= ring.next) this.place = { epoch, seq: ring.first }
    this.ahead = cursor.epoch === epoch && cursor.seq < ring.next ? cursor.ahead : farthest(cursor)
    this.aheadText = writeMarks(this.ahead)
  }

  /** Does what needs the store; when it is away, goes on with what is in memory. */
  private async orSkip(work: () => Promise<void>, attempt = 1): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!(error instanceof DomainError)) throw error
      if (attempt < MOST_ATTEMPTS) {
        // A store that stumbled once is no reason to leave lines out.
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS * 2 ** attempt))
        return this.orSkip(work, attempt + 1)
      }
      this.records = []
      this.loaded = null
      this.notice(AWAY_GAP)
      this.place = { epoch: this.log.epoch, seq: this.log.ring.first }
    }
  }

  private async load(): Promise<void> {
    const { archive, ring, epoch, engineId } = this.log
    // What is in the ring before it is asked for is stored only later: nothing can fall between the two.
    const { first } = ring
    const { filter } = this.from
    // What was found earlier may have been read in the ring meanwhile.
    this.records = this.records.filter(({ end: passed }) => passed > placeText(this.place))
    if (this.records.length === 0 && archive)
      this.records = await archive.find({ engineId, after: this.place, limit: RECORDS, ...(filter ? { filter } : {}) })
    const segment = this.records.shift()
    if (!segment || !archive) return this.enterRing(epoch, first)
    const entries = await archive.load(segment)
    const end = { epoch: segment.epoch, seq: segment.next }
    if (!entries) {
      this.notice(EXPIRED_GAP)
      this.place = end
      return
    }
    const at = segment.epoch === this.place.epoch ? Math.max(0, this.place.seq - segment.first) : 0
    this.loaded = { entries, at, end }
  }

  private enterRing(epoch: string, first: number): void {
    const { place } = this
    const seq = place.epoch === epoch ? Math.max(place.seq, first) : first
    if (place.epoch === epoch && place.seq < first)
      this.notice(this.resuming ? LOST_GAP : `You read more slowly than the app writes: ${first - place.seq} lines were left out.`)
    else if (place.epoch !== epoch && first > 0 && this.resuming) this.notice(LOST_GAP)
    this.place = { epoch, seq }
    this.forgetSeen()
  }

  /** What was stored before this process took over does not come again. */
  private forgetSeen(): void {
    for (const [key, { position }] of this.seen) if (!this.log.mayComeAgain(key, position)) this.seen.delete(key)
  }

  /** Goes back in the ring by so many lines that pass the filter. @returns how many are missing there */
  private seekInRing(count: number): number {
    const { ring, epoch } = this.log
    let left = count
    let seq = ring.next
    while (seq > ring.first && left > 0) if (this.counts(ring.at(--seq)?.entry)) left--
    this.place = { epoch, seq }
    return left
  }

  private counts(entry: LogEntry | undefined): boolean {
    return entry?.kind === 'line' && this.matches(entry)
  }

  /** Finds the place from which on there are so many lines that pass the filter. */
  private async seekTail(count: number): Promise<void> {
    const { archive, ring, epoch, engineId } = this.log
    const { filter } = this.from
    const { first } = ring
    let left = this.seekInRing(count)
    let searched = 0
    while (left > 0 && archive) {
      const found = await archive.find({ engineId, before: this.place, limit: RECORDS, ...(filter ? { filter } : {}) })
      if (found.length === 0) return
      for (const segment of found) {
        // The ring has the rest of it, and that was counted.
        const upTo = segment.epoch === epoch ? Math.min(segment.next, first) : segment.next
        this.place = { epoch: segment.epoch, seq: segment.first }
        if (!this.filtering && upTo === segment.next && segment.lines < left) {
          left -= segment.lines
          continue
        }
        if (this.filtering && ++searched > MOST_SEARCHED) {
          this.notice(SEARCHED_GAP)
          return
        }
        const entries = (await archive.load(segment)) ?? []
        for (let at = Math.min(entries.length, upTo - segment.first) - 1; at >= 0; at--) {
          if (!this.counts(entries[at]?.entry)) continue
          left--
          if (left > 0) continue
          this.place = { epoch: segment.epoch, seq: segment.first + at }
          return
        }
      }
    }
  }

  /** Whether the line was delivered to this reader, by another process or out of what another portal stored. */
  private wasDelivered({ from: { key }, position }: LineEntry, stored: boolean): boolean {
    const seen = this.seen.get(key)
    if (seen) {
      if (comparePositions(position, seen.position) <= 0) return true
      if (!stored) this.seen.delete(key)
    }
    if (stored && this.loaded?.end.epoch !== this.log.epoch) this.seen.set(key, { position, over: false })
    const mark = this.ahead.get(key)
    if (!mark) return false
    const order = comparePositions(position, mark.position)
    if (order >= 0) this.reached(key)
    // The line after which to go on is not there any more, so some after it may be missing as well.
    if (order > 0 && !stored && !this.log.wasRestored(key)) this.notice(LOST_GAP)
    return order <= 0
  }

  /** A container whose pod went while no process followed it: nobody has what it wrote in the end. */
  private lookForGone(): void {
    // Only when there is nothing left to read: what is left may hold lines of it that were delivered.
    if (this.loaded || this.place.epoch !== this.log.epoch || this.place.seq !== this.log.ring.next) return
    for (const [key, { over }] of this.ahead) {
      if (!this.log.lost(key)) continue
      // Of one that it knows, the log itself says so.
      if (!over && !this.log.known(key)) this.notice(GONE_GAP)
      this.reached(key)
    }
  }

  private reached(key: string): void {
    this.ahead.delete(key)
    this.aheadText = writeMarks(this.ahead)
  }
}
