import type { LogEntry } from './log-entry.js'

/** What someone wants to see of a log; all of it when nothing is given. Times are texts of nine digits, both ends included. */
export interface LogFilter {
  text?: string
  revision?: string
  pod?: string
  container?: string
  from?: string
  to?: string
}

const ESCAPE = String.fromCharCode(27)
const COLOURS = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, 'g')

/** The text without the codes that colour it in a terminal. */
export const plainText = (text: string): string => (text.includes(ESCAPE) ? text.replace(COLOURS, '') : text)

/** Whether a filter leaves anything out. */
export const isFiltering = (filter: LogFilter): boolean => Object.values(filter).some((value) => value !== undefined)

/** A test of entries by the filter. Text is searched whatever its case, and without colour codes. Gaps pass: they say that something may be missing. */
export function matcherOf({ text, revision, pod, container, from, to }: LogFilter): (entry: LogEntry) => boolean {
  const needle = text?.toLowerCase() ?? ''
  const has = (...texts: string[]): boolean => needle === '' || texts.some((each) => plainText(each).toLowerCase().includes(needle))
  return (entry) => {
    if (entry.kind === 'over') return false
    if ((from !== undefined && entry.ts < from) || (to !== undefined && entry.ts > to)) return false
    if (entry.kind === 'gap') return true
    if (entry.kind === 'event')
      return (
        (revision === undefined || entry.object.split('/')[1]?.startsWith(revision) === true) &&
        container === undefined &&
        (pod === undefined || entry.object === `Pod/${pod}`) &&
        has(entry.reason, entry.message)
      )
    const { from: source } = entry
    if (pod !== undefined && source?.pod !== pod) return false
    if (container !== undefined && source?.container !== container) return false
    if (revision !== undefined && source?.revision !== revision) return false
    return entry.kind === 'line' ? has(entry.text) : has(entry.what, entry.message)
  }
}
