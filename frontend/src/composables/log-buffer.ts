/** The lines of a log view in memory: bounded, filtered, and measured, so that only what is seen is rendered. */

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

export interface LogLine {
  kind: 'line'
  /** Counts up over the life of the view; the key of a row. */
  key: number
  /** ISO 8601. */
  ts: string
  pod: string
  container: string
  /** As written by the app, ANSI codes included. */
  text: string
}

/** Something to know about between two lines: a gap in what arrived, a pod that was not seen before, what became of one, or what Kubernetes says. */
export interface LogMarker {
  kind: 'gap' | 'pod' | 'marker' | 'event'
  key: number
  text: string
  /** ISO 8601; empty where it has none. */
  ts: string
  /** Whether it tells of something that went wrong. */
  bad: boolean
}

/** A marker or an event as it comes from the portal. */
export interface NewMarker {
  kind: 'marker' | 'event'
  /** The same for the same thing, however often it comes. */
  uid: string
  ts: string
  pod: string
  text: string
  bad: boolean
}

export type LogRow = LogLine | LogMarker

// Built from its code so that no control character stands in the source.
const escape = String.fromCodePoint(27)
const ansiPattern = new RegExp(`${escape}\\[[0-9;?]*[A-Za-z]`, 'g')

/** The text without ANSI codes. */
export function plainText(text: string): string {
  return text.includes(escape) ? text.replace(ansiPattern, '') : text
}

export interface LogSpan {
  text: string
  /** Class names for colour and weight; empty for plain text. */
  style: string
}

const colours = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/** Text with ANSI colours as spans. Knows the 16 named colours, bold, dim, italic and underline; drops the rest. */
export function ansiSpans(text: string): LogSpan[] {
  if (!text.includes(escape)) return [{ text, style: '' }]
  const spans: LogSpan[] = []
  let colour = ''
  let marks = new Set<string>()
  let from = 0
  const add = (to: number): void => {
    if (to <= from) return
    const style = [colour, ...marks].filter(Boolean).join(' ')
    spans.push({ text: text.slice(from, to), style })
  }
  for (const match of text.matchAll(ansiPattern)) {
    add(match.index)
    from = match.index + match[0].length
    if (!match[0].endsWith('m')) continue
    const codes = match[0].slice(2, -1).split(';').map(Number)
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index] ?? 0
      if (code === 0) {
        colour = ''
        marks = new Set()
      } else if (code === 1) marks.add('ansi-bold')
      else if (code === 2) marks.add('ansi-dim')
      else if (code === 3) marks.add('ansi-italic')
      else if (code === 4) marks.add('ansi-underline')
      else if (code === 22) {
        marks.delete('ansi-bold')
        marks.delete('ansi-dim')
      } else if (code >= 30 && code <= 37) colour = `ansi-${colours[code - 30]}`
      else if (code >= 90 && code <= 97) colour = `ansi-${colours[code - 90]}`
      else if (code === 39) colour = ''
      // 256 and true colours carry their own arguments.
      else if (code === 38 || code === 48) index += codes[index + 1] === 5 ? 2 : 4
    }
  }
  add(text.length)
  return spans
}

const levels: [LogLevel, RegExp][] = [
  ['error', /\b(?:error|fatal|critical|panic|traceback|exception)\b/i],
  ['warn', /\bwarn(?:ing)?\b/i],
  ['debug', /\b(?:debug|trace)\b/i],
]

/** The level that a line seems to have; looks at its beginning only, where loggers write it. */
export function levelOf(text: string): LogLevel {
  const head = text.slice(0, 120)
  return levels.find(([, pattern]) => pattern.test(head))?.[0] ?? 'info'
}

export interface NewLine {
  ts: string
  pod: string
  container: string
  text: string
  revision?: string
}

/**
 * Keeps the newest `capacity` rows. When it is full the oldest tenth goes at once, so that cutting is rare.
 * `rows` is what passes the filter, in order; it is replaced, never changed, only when it is cut or filtered anew.
 */
export class LogBuffer {
  readonly capacity: number
  /** Rows that were dropped to stay within the capacity. */
  dropped = 0
  rows: LogRow[] = []

  private all: LogRow[] = []
  private nextKey = 0
  private needle = ''
  private readonly known = new Set<string>()
  private readonly marked = new Set<string>()
  /** The pods and revisions that lines came from, over the life of the view. */
  readonly pods = new Set<string>()
  readonly revisions = new Set<string>()

  constructor(capacity = 200_000) {
    this.capacity = capacity
  }

  get size(): number {
    return this.all.length
  }

  get filter(): string {
    return this.needle
  }

  push(lines: readonly NewLine[]): void {
    for (const line of lines) {
      if (line.pod && !this.known.has(line.pod)) {
        this.known.add(line.pod)
        this.pods.add(line.pod)
        this.append({ kind: 'pod', key: this.key(), text: line.pod, ts: '', bad: false })
      }
      const { revision, ...rest } = line
      if (revision) this.revisions.add(revision)
      this.append({ kind: 'line', key: this.key(), ...rest })
    }
    this.cut()
  }

  /** Notes that lines may be missing here. */
  gap(reason: string): void {
    this.append({ kind: 'gap', key: this.key(), text: reason, ts: '', bad: false })
    this.cut()
  }

  /** Notes what became of a pod, or what Kubernetes says of it; what came before is not noted again. */
  mark({ kind, uid, ts, pod, text, bad }: NewMarker): void {
    if (uid !== '' && this.marked.has(uid)) return
    this.marked.add(uid)
    if (kind === 'marker' && pod !== '') {
      this.known.add(pod)
      this.pods.add(pod)
    }
    this.append({ kind, key: this.key(), text, ts, bad })
    this.cut()
  }

  /** Shows only lines that contain the text, whatever their case; markers stay as long as no text is given. */
  setFilter(text: string): void {
    this.needle = text.trim().toLowerCase()
    this.rows = this.needle === '' ? this.all : this.all.filter((row) => this.passes(row))
  }

  clear(): void {
    this.all = []
    this.known.clear()
    this.marked.clear()
    this.dropped = 0
    this.setFilter(this.needle)
  }

  /** Every line that passes the filter, one per line, with its time and pod. */
  download(): string {
    const text = this.rows
      .map((row) => (row.kind === 'line' ? `${row.ts} ${row.pod} ${plainText(row.text)}` : `--- ${row.text} ---`))
      .join('\n')
    return text === '' ? '' : `${text}\n`
  }

  private key(): number {
    this.nextKey += 1
    return this.nextKey
  }

  private passes(row: LogRow): boolean {
    return row.kind === 'line' && plainText(row.text).toLowerCase().includes(this.needle)
  }

  private append(row: LogRow): void {
    this.all.push(row)
    // Without a filter `rows` is `all` itself.
    if (this.rows !== this.all && this.passes(row)) this.rows.push(row)
    else if (this.needle === '') this.rows = this.all
  }

  private cut(): void {
    if (this.all.length <= this.capacity) return
    const keep = Math.floor(this.capacity * 0.9)
    this.dropped += this.all.length - keep
    this.all = this.all.slice(-keep)
    this.setFilter(this.needle)
  }
}

/** How many rows high each row is (1 unless wrapped), summed up, to find what is seen at a scroll position. */
export class RowHeights {
  /** `ends[i]`: units up to and including row i. */
  private ends = new Float64Array(1024)
  private count = 0

  get length(): number {
    return this.count
  }

  /** Height of everything, in units. */
  get total(): number {
    return this.count === 0 ? 0 : (this.ends[this.count - 1] ?? 0)
  }

  reset(): void {
    this.count = 0
  }

  push(units: number): void {
    if (this.count === this.ends.length) {
      const larger = new Float64Array(this.ends.length * 2)
      larger.set(this.ends)
      this.ends = larger
    }
    this.ends[this.count] = this.total + units
    this.count += 1
  }

  /** Units above row `index`. */
  top(index: number): number {
    return index <= 0 ? 0 : (this.ends[Math.min(index, this.count) - 1] ?? 0)
  }

  /** Puts a measured height in place of an estimate; answers whether that changed anything. */
  set(index: number, units: number): boolean {
    const difference = units - (this.top(index + 1) - this.top(index))
    if (difference === 0 || index < 0 || index >= this.count) return false
    for (let row = index; row < this.count; row += 1) {
      this.ends[row] = (this.ends[row] ?? 0) + difference
    }
    return true
  }

  /** The row at a position in units. */
  at(position: number): number {
    let low = 0
    let high = this.count - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.ends[middle] ?? 0) > position) high = middle
      else low = middle + 1
    }
    return Math.max(0, low)
  }
}
