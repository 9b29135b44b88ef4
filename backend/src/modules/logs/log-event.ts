import { formatEvent } from '../../common/sse/sse-stream.js'

/** A gap as an event without an id: lines may be missing before the next one. */
export const gapBody = (reason: string): string => formatEvent({ event: 'gap', data: { reason } })

/** Writes the lines of one container as events without an id; all of a line but its time and text is the same for it. */
export function lineBodies(pod: string, container: string): (ts: string, text: string) => string {
  const rest = `","pod":${JSON.stringify(pod)},"container":${JSON.stringify(container)},"text":`
  return (ts, text) => `event: line\ndata: {"ts":"${ts}${rest}${JSON.stringify(text).replace(OTHER_LINE_ENDS, escaped)}}\n\n`
}

// JSON leaves these as they are, and clients that split by what Unicode calls a line end would take half of an event for a whole one.
const OTHER_LINE_ENDS = /[\u0085\u2028\u2029]/g
const escaped = (end: string): string => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`
