import type { Position } from '../../platform/kubernetes/log-position.js'

/** One event of a log, ready to be sent. */
export interface RingEntry {
  /** The container that wrote the line; null for a gap. */
  key: string | null
  position: Position | null
  /** The cursor after this entry. */
  id: string
  /** The rest of the event, after its id, with the empty line that ends it. */
  body: string
}

// What an entry costs beside its texts: objects, references, the time of its position.
const OVERHEAD_BYTES = 200

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
  at(seq: number): RingEntry | undefined {
    return seq < this.start ? undefined : this.entries[this.head + seq - this.start]
  }

  /** Adds an entry, and drops the oldest ones that are too many. */
  push(entry: RingEntry): void {
    this.entries.push(entry)
    this.size += bytesOf(entry)
    while (this.next - this.start > this.maxEntries || (this.size > this.maxBytes && this.next - this.start > 1)) this.drop()
  }

  /** Drops the oldest entries until `bytes` are free, or nothing is left. */
  free(bytes: number): void {
    const target = this.size - bytes
    while (this.size > target && this.next > this.start) this.drop()
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

const bytesOf = ({ id, body }: RingEntry): number => OVERHEAD_BYTES + id.length + Buffer.byteLength(body)
