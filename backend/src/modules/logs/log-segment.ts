import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { readCursor, writeCursor } from './log-cursor.js'
import type { EventEntry, GapEntry, LogEntry, LoggedContainer, MarkerEntry } from './log-entry.js'
import { MarkSet } from './log-marks.js'
import { placeText, type Place } from './log-place.js'
import type { NumberedEntry } from './log-ring.js'

/** What is known of the run of a container: whether its beginning and its end were said. */
export interface ContainerRun {
  key: string
  run: number
  ended: boolean
}

/** What is known of one stored piece of an app's log, an immutable object in the bucket. */
export interface LogSegment {
  /** `<engineId>.<place of the first entry>`: ids of one app sort as its log does. */
  id: string
  engineId: string
  epoch: string
  /** Number of the first entry in its epoch, and of the one after the last. */
  first: number
  next: number
  /** The place after the last entry, as text. */
  end: string
  /** Earliest and latest time of an entry. */
  from: string
  to: string
  lines: number
  entries: number
  /** Size of the object in bytes. */
  bytes: number
  /** Name of the object. */
  key: string
  revisions: string[]
  pods: string[]
  containers: string[]
  /** How far each container was stored after this segment, as it stands in a cursor. */
  marks: string
  /** The containers that were there at the end of this segment. */
  runs: ContainerRun[]
  /** Events of Kubernetes that it holds. */
  events: string[]
  createdAt: Date
}

/** A segment with its content. */
export interface WrittenSegment {
  segment: LogSegment
  bytes: Buffer
}

const VERSION = 1
// Far above the size at which segments are cut: a damaged object must not take all memory.
const MOST_BYTES = 256 * 1024 * 1024
const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

type Row =
  | ['c', LoggedContainer]
  | ['l', container: number, ts: string, ord: number, text: string, latest?: string]
  | ['g', GapEntry]
  | ['e', EventEntry]
  | ['m', MarkerEntry]
  | ['o', ts: string, key: string]

/** Gathers entries, in their order, until they are enough for a segment. */
export class SegmentBuilder {
  /** Characters so far. */
  size = 0
  private readonly rows: string[] = []
  private readonly sources = new Map<string, number>()
  private readonly pods = new Set<string>()
  private readonly revisions = new Set<string>()
  private readonly containers = new Set<string>()
  private readonly events: string[] = []
  private from = ''
  private to = ''
  private lines = 0
  private entries = 0
  private readonly marks: MarkSet
  private readonly marksBefore: string

  /**
   * @param start the place of its first entry
   * @param marks those before the first entry
   * @param runs of containers before the first entry; kept up to date with each entry
   */
  constructor(
    private readonly engineId: string,
    private readonly start: Place,
    marks: string,
    private readonly runs: Map<string, ContainerRun>,
  ) {
    this.marksBefore = marks
    this.marks = marksOf(marks)
  }

  get count(): number {
    return this.entries
  }

  add(entry: LogEntry): void {
    this.marks.take(entry)
    this.entries++
    if (this.from === '' || entry.ts < this.from) this.from = entry.ts
    if (entry.ts > this.to) this.to = entry.ts
    if (entry.kind === 'line') {
      const { ts, text, position } = entry
      this.lines++
      const row: Row = ['l', this.source(entry.from), ts, position.ord, text]
      if (position.ts !== ts) row.push(position.ts)
      this.row(row)
    } else if (entry.kind === 'gap') this.row(['g', entry])
    else if (entry.kind === 'event') {
      this.events.push(entry.uid)
      this.row(['e', entry])
    } else if (entry.kind === 'marker') {
      takeRun(this.runs, entry)
      if (entry.from) this.source(entry.from)
      this.row(['m', entry])
    } else {
      this.runs.delete(entry.key)
      this.row(['o', entry.ts, entry.key])
    }
  }

  /** Makes the segment. Its name tells the app, the time, and the place, so that a listing of the bucket is an index. */
  async build(createdAt: Date): Promise<WrittenSegment> {
    const { engineId, from, to } = this
    const { epoch, seq } = this.start
    const next = seq + this.entries
    const head = JSON.stringify({ v: VERSION, engineId, epoch, first: seq, marks: this.marksBefore })
    const bytes = await compress(Buffer.from(`${head}\n${this.rows.join('\n')}\n`))
    const segment: LogSegment = {
      id: `${engineId}.${placeText(this.start)}`,
      engineId,
      epoch,
      first: seq,
      next,
      end: placeText({ epoch, seq: next }),
      from,
      to,
      lines: this.lines,
      entries: this.entries,
      bytes: bytes.length,
      key: `logs/${engineId}/${compact(from)}-${compact(to)}-${epoch}-${seq}-${next}.jsonl.zst`,
      revisions: [...this.revisions],
      pods: [...this.pods],
      containers: [...this.containers],
      marks: this.marks.text,
      runs: [...this.runs.values()],
      events: this.events,
      createdAt,
    }
    return { segment, bytes }
  }

  private source(container: LoggedContainer): number {
    const known = this.sources.get(container.key)
    if (known !== undefined) return known
    const { pod, revision } = container
    this.pods.add(pod)
    this.containers.add(container.container)
    if (revision !== null) this.revisions.add(revision)
    this.row(['c', container])
    this.sources.set(container.key, this.sources.size)
    return this.sources.size - 1
  }

  private row(row: Row): void {
    const text = JSON.stringify(row)
    this.size += text.length + 1
    this.rows.push(text)
  }
}

/** The entries of a segment with the cursors that they had when they came. @throws Error when the object is none of ours or damaged */
export async function readSegment(bytes: Buffer): Promise<NumberedEntry[]> {
  const [head = '', ...rows] = (await decompress(bytes, { maxOutputLength: MOST_BYTES })).toString('utf8').trimEnd().split('\n')
  const { v, epoch, first, marks: before } = JSON.parse(head) as { v: number; epoch: string; first: number; marks: string }
  if (v !== VERSION) throw new Error(`a log segment of version ${v} cannot be read`)
  const marks = marksOf(before)
  const sources: LoggedContainer[] = []
  const entries: NumberedEntry[] = []
  for (const text of rows) {
    const row = JSON.parse(text) as Row
    if (row[0] === 'c') {
      sources.push(row[1])
      continue
    }
    const entry = entryOf(row, sources)
    marks.take(entry)
    entries.push({ entry, id: writeCursor(epoch, first + entries.length, marks.text) })
  }
  return entries
}

function entryOf(row: Exclude<Row, ['c', LoggedContainer]>, sources: LoggedContainer[]): LogEntry {
  if (row[0] === 'l') {
    const [, container, ts, ord, text, latest] = row
    const from = sources[container]
    if (!from) throw new Error('a log segment names a container that it does not know')
    return { kind: 'line', from, ts, text, position: { ts: latest ?? ts, ord } }
  }
  if (row[0] === 'o') return { kind: 'over', ts: row[1], key: row[2] }
  return row[1]
}

/** Marks out of their text in a cursor. */
export const marksOf = (text: string): MarkSet => new MarkSet(readCursor(writeCursor('0', 0, text))?.marks ?? [])

/** Takes note of what a marker says of a container's runs. */
export function takeRun(runs: Map<string, ContainerRun>, { from, run, what }: MarkerEntry): void {
  if (!from) return
  const known = runs.get(from.key)
  if (known && known.run > run) return
  runs.set(from.key, { key: from.key, run, ended: what !== 'started' })
}

/** 2026-11-21T01:02:03.456000000Z as 20261121T010203456Z. */
const compact = (ts: string): string => `${ts.slice(0, 23).replace(/[-:.]/g, '')}Z`
