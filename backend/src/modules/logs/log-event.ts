import { formatEvent } from '../../common/sse/sse-stream.js'

/** A gap as an event without an id: lines may be missing before the next one. */
export const gapBody = (reason: string): string => formatEvent({ event: 'gap', data: { reason } })

/** Writes the lines of one container as events without an id; all of a line but its time and text is the same for it. */
export function lineBodies(pod: string, container: string): (ts: string, text: string) => string {
  const rest = `","pod":${JSON.stringify(pod)},"container":${JSON.stringify(container)},"text":`
  return (ts, text) => `event: line\ndata: {"ts":"${ts}${rest}${JSON.stringify(text)}}\n\n`
}
