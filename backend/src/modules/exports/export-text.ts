import { withNodes } from '../reports/report.js'
import { renderHtml } from '../richtext/render-html.js'
import type { RichMark, RichNode, RichText } from '../richtext/rich-text.js'
import { chartDrawing } from './chart-drawing.js'
import type { ExportDocument, ExportPart } from './export-document.js'
import { WORDS, type ExportWords } from './export-words.js'

/** A picture as a `data:` address. */
export interface InlinedPicture {
  url: string
  width: number | null
  height: number | null
  contentType: string
}

/** What an export shows that is kept elsewhere. */
export interface ExportFiles {
  pictures: ReadonlyMap<string, InlinedPicture>
  /** Ids of pictures that are there but too large to be in the file. */
  leftOut: ReadonlySet<string>
  apps: ReadonlyMap<string, { name: string; url: string }>
  /** KaTeX's style sheet with its fonts in it; empty where there is no formula. */
  formulaStyle: string
}

/** A text as HTML that needs nothing outside of itself. @param portal address of the portal */
export function exportText(
  { key, text }: ExportPart,
  { language, permalink }: Pick<ExportDocument, 'language' | 'permalink'>,
  files: ExportFiles,
  portal: string,
): string {
  const words = WORDS[language]
  return renderHtml(standingAlone(text, { words, leftOut: files.leftOut, portal, permalink }), {
    asset: (id) => files.pictures.get(id) ?? null,
    app: (id) => files.apps.get(id) ?? null,
    charts: 'table',
    drawing: ({ spec }) => chartDrawing(spec),
    labels: words.text,
    ...(key === null ? {} : { idPrefix: key }),
  })
}

interface Surroundings {
  words: ExportWords
  leftOut: ReadonlySet<string>
  portal: string
  /** Where what is not in the file is found. */
  permalink: string
}

/** The text with links that lead to the portal from anywhere, and with a link in the place of what is not in the file. */
const standingAlone = (doc: RichText, { words, leftOut, portal, permalink }: Surroundings): RichText =>
  withNodes(doc, (node) => {
    if (node.type === 'video') return note(words.video, node.attrs.title, words.watch, permalink)
    if (node.type === 'image' && leftOut.has(node.attrs.asset)) return note(words.tooLarge, node.attrs.alt, words.look, permalink)
    if (node.type === 'text' || node.type === 'inlineMath')
      return node.marks ? { ...node, marks: node.marks.map((mark) => absolute(mark, portal)) } : node
    return node
  })

const absolute = (mark: RichMark, portal: string): RichMark =>
  mark.type === 'link' && mark.attrs.href.startsWith('/') ? { type: 'link', attrs: { href: portal + mark.attrs.href } } : mark

const note = (kind: string, name: string | null | undefined, todo: string, href: string): RichNode => ({
  type: 'callout',
  attrs: { kind: 'note' },
  content: [
    {
      type: 'paragraph',
      content: [
        { type: 'text', text: name ? `${kind}: ${name} (` : `${kind} (` },
        { type: 'text', text: todo, marks: [{ type: 'link', attrs: { href } }] },
        { type: 'text', text: ')' },
      ],
    },
  ],
})
