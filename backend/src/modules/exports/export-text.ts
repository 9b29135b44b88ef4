import { withNodes } from '../reports/report.js'
import { renderHtml } from '../richtext/render-html.js'
import type { RichMark, RichNode, RichText } from '../richtext/rich-text.js'
import { chartDrawing } from './chart-drawing.js'
import type { ExportPart } from './export-document.js'

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

/** A text as HTML that needs nothing outside of itself. @param portal address of the portal @param permalink where what is not in the file is found */
export function exportText({ key, text }: ExportPart, files: ExportFiles, portal: string, permalink: string): string {
  return renderHtml(standingAlone(text, files.leftOut, portal, permalink), {
    asset: (id) => files.pictures.get(id) ?? null,
    app: (id) => files.apps.get(id) ?? null,
    charts: 'table',
    drawing: ({ spec }) => chartDrawing(spec),
    ...(key === null ? {} : { idPrefix: key }),
  })
}

/** The text with links that lead to the portal from anywhere, and with a link in the place of what is not in the file. */
const standingAlone = (doc: RichText, leftOut: ReadonlySet<string>, portal: string, permalink: string): RichText =>
  withNodes(doc, (node) => {
    if (node.type === 'video') return note('Video', node.attrs.title, 'watch it online', permalink)
    if (node.type === 'image' && leftOut.has(node.attrs.asset))
      return note('Picture too large for this file', node.attrs.alt, 'see it online', permalink)
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
