import type { RichNode, RichText } from '../richtext/rich-text.js'
import type { OutlineEntry } from '../richtext/outline.js'
import { outlineOf } from '../richtext/outline.js'
import { plainText } from '../richtext/plain-text.js'
import { referencesOf } from '../richtext/references.js'

/** The most reports of a project. */
export const MAX_REPORTS = 200
/** The most apps that one report embeds. */
export const MAX_APPS = 50
/** How many earlier states of a report are kept, and how many bytes of JSON they may be together. */
export const MAX_REVISIONS = 50
export const MAX_HISTORY_BYTES = 20 * 2 ** 20
/** Who goes on writing for so long leaves a state behind that can be returned to. */
export const KEEP_EVERY_MS = 10 * 60_000
// By so many characters of its text a report is found; more would make the search index larger than the reports.
const SEARCHED_CHARACTERS = 20_000

/** What a report says, and what follows from it. */
export interface ReportText {
  title: string
  content: RichText
  words: number
  outline: OutlineEntry[]
  /** Ids of the assets and apps that it shows. */
  assets: string[]
  engines: string[]
  /** Its beginning without what sets it, to search in. */
  text: string
}

/** A text of a project, which several people may write. */
export interface Report extends ReportText {
  id: string
  projectId: string
  authorId: string
  lastEditorId: string
  /** When a state was last kept as a revision; at first when it was made. */
  keptAt: Date
  createdAt: Date
  updatedAt: Date
  /** Raised by each change; a change names the one that it starts from. */
  revision: number
}

/** A report without what it says, for lists. */
export type ReportSummary = Omit<Report, 'content' | 'outline' | 'text'>

/** A state that a report had. */
export interface ReportRevision {
  reportId: string
  projectId: string
  /** The revision that the report had in this state. */
  number: number
  title: string
  content: RichText
  words: number
  assets: string[]
  /** Bytes of its content as JSON. */
  bytes: number
  /** Who wrote it last, and when. */
  editorId: string
  at: Date
}

/** A revision without what it says, for lists. */
export type ReportRevisionSummary = Omit<ReportRevision, 'content' | 'assets' | 'projectId'>

/** A report that says nothing yet: one empty line, as an editor begins. */
export const EMPTY: RichText = { type: 'doc', content: [{ type: 'paragraph' }] }

/** A title and a checked content, with all that follows from them. */
export function reportTextOf(title: string, content: RichText): ReportText {
  const plain = plainText(content)
  const { assets, engines } = referencesOf(content)
  const words = plain.split(/\s+/).filter((word) => word !== '').length
  return { title, content, words, outline: outlineOf(content), assets, engines, text: plain.slice(0, SEARCHED_CHARACTERS) }
}

/**
 * Whether the state that is about to be replaced is to be kept: somebody else wrote it, or it is long since one was kept. What lies between two kept states is
 * one person's work of some minutes.
 */
export const isWorthKeeping = (before: Pick<Report, 'lastEditorId' | 'keptAt'>, editorId: string, at: Date): boolean =>
  before.lastEditorId !== editorId || at.getTime() - before.keptAt.getTime() >= KEEP_EVERY_MS

/** A report's present state, to be kept. */
export function revisionOf(report: Report): ReportRevision {
  const { id: reportId, projectId, revision: number, title, content, words, assets, lastEditorId: editorId, updatedAt: at } = report
  return { reportId, projectId, number, title, content, words, assets, bytes: Buffer.byteLength(JSON.stringify(content)), editorId, at }
}

/** Those of the revisions (newest first) that are one too many, by number or by size; the newest always stays. */
export function surplusOf(revisions: readonly Pick<ReportRevision, 'number' | 'bytes'>[]): number[] {
  let bytes = 0
  return revisions
    .filter((revision, index) => {
      bytes += revision.bytes
      return index > 0 && (index >= MAX_REVISIONS || bytes > MAX_HISTORY_BYTES)
    })
    .map(({ number }) => number)
}

/** A text with other nodes in the place of some, all the way down. @param change the node itself to keep it */
export const withNodes = (doc: RichText, change: (node: RichNode) => RichNode): RichText => ({
  ...doc,
  content: doc.content.map((node) => changed(node, change)),
})

function changed(node: RichNode, change: (node: RichNode) => RichNode): RichNode {
  const own = change(node)
  return 'content' in own && own.content ? { ...own, content: own.content.map((child) => changed(child, change)) } : own
}
