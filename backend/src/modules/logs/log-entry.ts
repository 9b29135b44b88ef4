import { formatEvent } from '../../common/sse/sse-stream.js'
import type { Position } from '../../platform/kubernetes/log-position.js'

/** A container whose log is part of the app's. */
export interface LoggedContainer {
  /** Names the container of that very pod, for good. */
  key: string
  pod: string
  container: string
  /** The revision that its pod belongs to; null when there is none. */
  revision: string | null
}

/** A line that a container wrote. `ts` is RFC 3339 in UTC with nine digits, as everywhere here. */
export interface LineEntry {
  kind: 'line'
  from: LoggedContainer
  ts: string
  text: string
  position: Position
}

/** Lines may be missing before the next one. */
export interface GapEntry {
  kind: 'gap'
  ts: string
  text: string
}

/** What Kubernetes says of an object of the app. */
export interface EventEntry {
  kind: 'event'
  ts: string
  /** The same for the same event of Kubernetes, however often it is read. */
  uid: string
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** Kind and name of the object, as `Pod/hello-00001-deployment-abc`. */
  object: string
}

export const MARKS = ['started', 'ended', 'crashed', 'zero'] as const

/** What became of a container, or that there is no pod any more (`zero`). */
export interface MarkerEntry {
  kind: 'marker'
  ts: string
  uid: string
  what: (typeof MARKS)[number]
  /** The container that it is about; null for `zero`. */
  from: LoggedContainer | null
  /** Which run of the container, from 0 on. */
  run: number
  message: string
}

/** The container's pod is gone and its log was read to the end: nobody is shown this, it belongs to the cursor. */
export interface OverEntry {
  kind: 'over'
  ts: string
  key: string
}

/** One thing in the log of an app, in the order in which the portal came to know it. */
export type LogEntry = LineEntry | GapEntry | EventEntry | MarkerEntry | OverEntry

/** A time as in the logs: nine digits after the second. */
export const timeText = (at: Date): string => `${at.toISOString().slice(0, 23)}000000Z`

/** A gap as an event without an id: lines may be missing before the next one. */
export const gapBody = (reason: string): string => formatEvent({ event: 'gap', data: { reason } })

// An id without data moves Last-Event-ID on and is no event.
export const CURSOR_ONLY = '\n'

/** The entry as an event of the stream without its id, with the empty line that ends it. */
export function bodyOf(entry: LogEntry): string {
  switch (entry.kind) {
    case 'line':
      return lineBody(entry)
    case 'gap':
      return gapBody(entry.text)
    case 'over':
      return CURSOR_ONLY
    default:
      return formatEvent({ event: entry.kind, data: shownOf(entry) }).replace(OTHER_LINE_ENDS, escaped)
  }
}

/** What a reader is told of an event or a marker. */
export function shownOf(entry: EventEntry | MarkerEntry): Record<string, unknown> {
  const { ts, uid } = entry
  if (entry.kind === 'event') return { ts, uid, type: entry.type, reason: entry.reason, message: entry.message, object: entry.object }
  const { from, what, message } = entry
  return { ts, uid, what, pod: from?.pod ?? null, container: from?.container ?? null, revision: from?.revision ?? null, message }
}

/** About how many bytes of memory the entry takes. */
export function weightOf(entry: LogEntry): number {
  const text = entry.kind === 'line' || entry.kind === 'gap' ? entry.text : 'message' in entry ? entry.message : ''
  // The text, and the event that is made of it once someone reads it.
  return ENTRY_BYTES + 2 * text.length
}

const ENTRY_BYTES = 350

// Thousands of lines a second have the same middle: all of a line but its time and text is the same for its container.
const middles = new WeakMap<LoggedContainer, string>()

function lineBody({ from, ts, text }: LineEntry): string {
  let middle = middles.get(from)
  if (middle === undefined) {
    const { pod, container, revision } = from
    middle = `","pod":${JSON.stringify(pod)},"container":${JSON.stringify(container)},"revision":${JSON.stringify(revision)},"text":`
    middles.set(from, middle)
  }
  return `event: line\ndata: {"ts":"${ts}${middle}${JSON.stringify(text).replace(OTHER_LINE_ENDS, escaped)}}\n\n`
}

// JSON leaves these as they are, and clients that split by what Unicode calls a line end would take half of an event for a whole one.
const OTHER_LINE_ENDS = /[\u0085\u2028\u2029]/g
const escaped = (end: string): string => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`
