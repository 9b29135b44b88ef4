import { bodyOf, weightOf, type LogEntry } from './log-entry.js'

/** One entry of a log with the cursor after it. */
export interface NumberedEntry {
  entry: LogEntry
  /** The cursor after this entry. */
  id: string
}

interface RingEntry extends NumberedEntry {
  /** The entry as an event, made when it is first read. */
  body: string | null
}

/** The newest entries of a log in the order of their arrival, numbered from 0 on, bounded in number and bytes. */
export class LogRing {
  private entries: RingEntry[] = []
  private head = 0
  private start = 0
  private size = 0

  constructor(
    private readonly maxEntries: number,
    private readonly maxBytes: number,
  ) {}

  /** The number of the oldest entry that is kept; that of the next one when there is none. */
  get first(): number {
    return this.start
  }

  /** The number that the next entry gets. */
  get next(): number {
    return this.start + this.entries.length - this.head
  }

  /** Bytes of memory, about. */
  get bytes(): number {
    return this.size
  }

  /** The entry of that number; undefined when it is not kept. */
  at(seq: number): NumberedEntry | undefined {
    return this.entry(seq)
  }

  /** The entry as an event with its id; empty when it is not kept. */
  eventAt(seq: number, idEnd = ''): string {
    const found = this.entry(seq)
    if (!found) return ''
    found.body ??= bodyOf(found.entry)
    return `id: ${found.id}${idEnd}\n${found.body}`
  }

  /** Adds an entry, and drops the oldest ones that are too many. */
  push(entry: LogEntry, id: string): void {
    this.entries.push({ entry, id, body: null })
    this.size += bytesOf({ entry, id })
    while (this.next - this.start > this.maxEntries || (this.size > this.maxBytes && this.next - this.start > 1)) this.drop()
  }

  /** Drops the oldest entries until `bytes` are free, or nothing is left. */
  free(bytes: number): void {
    const target = this.size - bytes
    while (this.size > target && this.next > this.start) this.drop()
  }

  /** Drops the oldest of the entries before `upTo` until at most `bytes` are kept. */
  trim(bytes: number, upTo: number): void {
    while (this.size > bytes && this.start < upTo && this.next > this.start) this.drop()
  }

  private entry(seq: number): RingEntry | undefined {
    return seq < this.start ? undefined : this.entries[this.head + seq - this.start]
  }

  private drop(): void {
    const entry = this.entries[this.head]
    if (entry) this.size -= bytesOf(entry)
    this.head++
    this.start++
    // Moves what is left to the front only when half of the list is empty, so that each entry is moved once at most.
    if (this.head * 2 > this.entries.length) {
      this.entries = this.entries.slice(this.head)
      this.head = 0
    }
  }
}

const bytesOf = ({ id, entry }: NumberedEntry): number => id.length + weightOf(entry)
