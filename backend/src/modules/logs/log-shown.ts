import type { LogEntry } from './log-entry.js'
import { plainText } from './log-filter.js'

/** The kinds of entries that people see. */
export const LABELS = ['line', 'gap', 'event', 'marker'] as const
export type ReadEntryKind = (typeof LABELS)[number]

/** An entry as pages and downloads show it. */
export interface ShownEntry {
  kind: ReadEntryKind
  ts: string
  text: string
  pod: string | null
  container: string | null
  revision: string | null
  what: string | null
  object: string | null
}

const NOTHING = { pod: null, container: null, revision: null, what: null, object: null }

/** The entry as it is shown; null for what belongs to cursors only. */
export function showEntry(entry: LogEntry): ShownEntry | null {
  if (entry.kind === 'over') return null
  const { kind, ts } = entry
  if (kind === 'gap') return { ...NOTHING, kind, ts, text: entry.text }
  if (kind === 'event') return { ...NOTHING, kind, ts, text: entry.message, what: entry.reason, object: entry.object }
  const { from } = entry
  const place = from ? { pod: from.pod, container: from.container, revision: from.revision } : {}
  if (kind === 'line') return { ...NOTHING, ...place, kind, ts, text: entry.text }
  return { ...NOTHING, ...place, kind, ts, text: entry.message, what: entry.what }
}

/** The entry as a line of a text file. */
export function textLine({ kind, ts, text, pod, what, object }: ShownEntry): string {
  const plain = plainText(text)
  if (kind === 'line') return `${ts} ${pod ?? ''} ${plain}\n`
  if (kind === 'gap') return `${ts} --- ${plain} ---\n`
  return `${ts} --- ${[pod ?? object, what].filter(Boolean).join(' ')}: ${plain} ---\n`
}
