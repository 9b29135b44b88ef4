/** The most bytes of one line's text that are kept. */
export const MAX_LINE_BYTES = 16 * 1024

/** One line as the kubelet sends it. */
export interface LogLine {
  /** RFC 3339 in UTC with nine digits, so that texts sort as times do; null for a remark of the kubelet, which carries no time. */
  ts: string | null
  text: string
}

const NEWLINE = 0x0a
const RETURN = 0x0d
const SPACE = 0x20
const MAX_STAMP_BYTES = 40
const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/

/**
 * Turns the bytes of a log into lines, wherever they are cut: a piece may end within a line or within a character.
 * A line longer than {@link MAX_LINE_BYTES} is cut and says so; the rest of it is counted, not kept.
 */
export class LogLineParser {
  private kept: Buffer[] = []
  private keptBytes = 0
  /** Length of the unfinished line, with what was not kept of it. */
  private length = 0

  /** The lines that end within this piece. */
  push(piece: Buffer): LogLine[] {
    const lines: LogLine[] = []
    let from = 0
    for (let at = piece.indexOf(NEWLINE); at >= 0; at = piece.indexOf(NEWLINE, from)) {
      lines.push(this.finish(piece.subarray(from, at)))
      from = at + 1
    }
    if (from < piece.length) this.keep(piece.subarray(from))
    return lines
  }

  /** The last line, when it has no line end. */
  end(): LogLine | undefined {
    return this.length === 0 ? undefined : this.finish(Buffer.alloc(0))
  }

  private finish(last: Buffer): LogLine {
    if (this.length === 0) return parseLine(last, last.length)
    this.keep(last)
    const line = parseLine(this.kept.length === 1 ? (this.kept[0] ?? last) : Buffer.concat(this.kept, this.keptBytes), this.length)
    this.kept = []
    this.keptBytes = 0
    this.length = 0
    return line
  }

  private keep(part: Buffer): void {
    this.length += part.length
    const room = MAX_LINE_BYTES + MAX_STAMP_BYTES + 1 - this.keptBytes
    if (room <= 0 || part.length === 0) return
    // A copy: the piece it came in is much larger than what is kept of it.
    const copy = Buffer.from(part.subarray(0, room))
    this.kept.push(copy)
    this.keptBytes += copy.length
  }
}

function parseLine(bytes: Buffer, length: number): LogLine {
  const space = bytes.subarray(0, MAX_STAMP_BYTES + 1).indexOf(SPACE)
  const ts = space < 0 ? null : canonicalTime(bytes.toString('latin1', 0, space))
  const start = ts === null ? 0 : space + 1
  return { ts, text: textOf(bytes, start, length) }
}

function textOf(bytes: Buffer, start: number, length: number): string {
  if (length - start <= MAX_LINE_BYTES) {
    const end = bytes[length - 1] === RETURN && length > start ? length - 1 : length
    return bytes.toString('utf8', start, end)
  }
  let end = start + MAX_LINE_BYTES
  // Not within a character: bytes that go on one look like 10xxxxxx.
  while (end > start && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return `${bytes.toString('utf8', start, end)}… [${length - end} more bytes, cut]`
}

/** The time in UTC with nine digits after the second, or null when the text is no time. Nodes write their own time zone. */
export function canonicalTime(text: string): string | null {
  const match = STAMP.exec(text)
  if (!match) return null
  const [, seconds = '', fraction = '', zone = ''] = match
  if (zone === 'Z' && fraction.length === 9) return text
  const nanos = fraction.padEnd(9, '0')
  if (zone === 'Z') return `${seconds}.${nanos}Z`
  const time = Date.parse(`${seconds}${zone}`)
  return Number.isNaN(time) ? null : `${new Date(time).toISOString().slice(0, 19)}.${nanos}Z`
}
