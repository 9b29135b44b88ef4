import { comparePositions, type Position } from '../../platform/kubernetes/log-position.js'

/** Up to where the log of one container was delivered. */
export interface Mark {
  position: Position
  /** Its pod is gone and all of it was delivered: nobody will find more of it. */
  over: boolean
}

/**
 * Where a reader stands in the log of an app; written, it is the `id` of an event.
 *
 * `epoch` and `seq` name the entry of one ring in one process. The marks name the same place in terms of what the containers wrote, for every process
 * that reads their logs, whatever the order in which lines of different containers arrive there: a restarted portal goes on where the one before ended.
 */
export interface Cursor {
  epoch: string
  seq: number
  /** Marks of the containers whose pods existed, by {@link containerKey}. */
  marks: Map<string, Mark>
  /** Marks that are ahead of the ring: lines up to these were delivered by another process and come again from the node. */
  ahead: Map<string, Mark>
}

// Node refuses heads of more than 16 KiB, of which the cursor is only one part.
const MAX_LENGTH = 12_000
const NANO_DIGITS = 6
const FORM = /^([0-9a-z]{1,16})\.([0-9a-z]{1,10})~([0-9a-z._]*)(?:~([0-9a-z._]*))?$/
const MARK = /^([0-9a-f]{10})\.([0-9a-z]{7,14})\.([0-9a-z]{1,8})(\.x)?$/

/** The id of an event. `marks` and `ahead` are texts of {@link writeMarks}. */
export const writeCursor = (epoch: string, seq: number, marks: string, ahead = ''): string =>
  `${epoch}.${seq.toString(36)}~${marks}${ahead === '' ? '' : `~${ahead}`}`

/** Marks as they stand in a cursor: safe in a header and in a query, and free of line ends. */
export const writeMarks = (marks: Iterable<[string, Mark]>): string => [...marks].map(([key, mark]) => writeMark(key, mark)).join('_')

/** One mark as it stands in a cursor. */
export const writeMark = (key: string, { position, over }: Mark): string =>
  `${key}.${writeTime(position.ts)}.${position.ord.toString(36)}${over ? '.x' : ''}`

/** Reads an id that we once wrote; null when it is none. */
export function readCursor(text: string): Cursor | null {
  const match = text.length <= MAX_LENGTH ? FORM.exec(text) : null
  if (!match) return null
  const [, epoch = '', seq = '', marks = '', ahead = ''] = match
  const cursor = { epoch, seq: parseInt(seq, 36), marks: readMarks(marks), ahead: readMarks(ahead) }
  return cursor.marks && cursor.ahead && Number.isSafeInteger(cursor.seq) ? { ...cursor, marks: cursor.marks, ahead: cursor.ahead } : null
}

/** The farthest mark of each container. */
export function farthest({ marks, ahead }: Cursor): Map<string, Mark> {
  const all = new Map(marks)
  for (const [key, mark] of ahead) {
    const other = all.get(key)
    if (!other || comparePositions(other.position, mark.position) < 0) all.set(key, mark)
  }
  return all
}

function readMarks(text: string): Map<string, Mark> | null {
  const marks = new Map<string, Mark>()
  if (text === '') return marks
  for (const part of text.split('_')) {
    const [, key, time, ord, over] = MARK.exec(part) ?? []
    const ts = time === undefined ? null : readTime(time)
    if (key === undefined || ord === undefined || ts === null) return null
    marks.set(key, { position: { ts, ord: parseInt(ord, 36) }, over: over !== undefined })
  }
  return marks
}

// Lines come in thousands a second: the second is worked out once for all of them.
let lastSecond = ''
let lastSecondText = ''

function writeTime(ts: string): string {
  const second = ts.slice(0, 19)
  if (second !== lastSecond) {
    lastSecond = second
    lastSecondText = (Date.parse(`${second}Z`) / 1000).toString(36)
  }
  return lastSecondText + Number(ts.slice(20, 29)).toString(36).padStart(NANO_DIGITS, '0')
}

function readTime(text: string): string | null {
  const seconds = parseInt(text.slice(0, -NANO_DIGITS), 36)
  const nanos = parseInt(text.slice(-NANO_DIGITS), 36)
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || nanos > 999_999_999) return null
  return `${date.toISOString().slice(0, 19)}.${String(nanos).padStart(9, '0')}Z`
}
