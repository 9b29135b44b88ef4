/** The marks that carry nothing but their name. */
export type PlainMark = 'bold' | 'italic' | 'strike' | 'underline' | 'code' | 'subscript' | 'superscript' | 'highlight'

/** How a piece of a line is set. */
export type RichMark = { type: PlainMark } | { type: 'link'; attrs: { href: string } }

export type CalloutKind = 'note' | 'tip' | 'warning' | 'danger'

/** What Plotly draws; `checkChart` says what may be in it. */
export interface ChartSpec {
  data: Record<string, unknown>[]
  layout: Record<string, unknown>
}

/** Where a chart's numbers come from: they are its own, or were taken from a figure of the project. */
export type ChartSource = { kind: 'inline' } | FigureSource

/** The figure that a chart was taken from. The chart's spec is what was taken, and stays that. */
interface FigureSource {
  kind: 'figure'
  /** Its id. */
  figure: string
  /** That of the figure when it was taken, by which it is told whether the figure is another one by now. */
  hash: string
  /** When that was, ISO 8601. */
  takenAt: string
}

export interface ChartAttrs {
  /** Chosen by the editor, for its own use. */
  id: string
  title?: string | null
  /** What the chart shows, for those who do not see it. */
  summary?: string | null
  /** Pixels. */
  height?: number
  spec: ChartSpec
  source: ChartSource
}

interface CellAttrs {
  colspan?: number
  rowspan?: number
  /** Pixels of each column that the cell spans, as it was drawn in the editor. */
  colwidth?: (number | null)[] | null
  align?: 'left' | 'center' | 'right' | null
}

/** A part of a line. */
export type InlineNode =
  | { type: 'text'; text: string; marks?: RichMark[] }
  | { type: 'hardBreak'; marks?: RichMark[] }
  | { type: 'inlineMath'; attrs: { latex: string }; marks?: RichMark[] }
  | { type: 'footnote'; attrs: { text: string }; marks?: RichMark[] }

/** A node that has no line of its own and is no block, but a part of one. */
type PartNode =
  | { type: 'listItem'; content: RichNode[] }
  | { type: 'taskItem'; attrs: { checked: boolean }; content: RichNode[] }
  | { type: 'tableRow'; content?: RichNode[] }
  | { type: 'tableHeader'; attrs?: CellAttrs; content: RichNode[] }
  | { type: 'tableCell'; attrs?: CellAttrs; content: RichNode[] }

type BlockNode =
  | { type: 'paragraph'; content?: RichNode[] }
  | { type: 'heading'; attrs: { level: 2 | 3 | 4 }; content?: RichNode[] }
  | { type: 'bulletList'; content: RichNode[] }
  | { type: 'orderedList'; attrs?: { start?: number; type?: '1' | 'a' | 'A' | 'i' | 'I' | null }; content: RichNode[] }
  | { type: 'taskList'; content: RichNode[] }
  | { type: 'blockquote'; content: RichNode[] }
  | { type: 'callout'; attrs: { kind: CalloutKind }; content: RichNode[] }
  | { type: 'codeBlock'; attrs?: { language?: string | null }; content?: RichNode[] }
  | { type: 'horizontalRule' }
  | { type: 'table'; content: RichNode[] }
  | { type: 'image'; attrs: { asset: string; alt?: string | null; width?: number | null; caption?: string | null } }
  | { type: 'video'; attrs: { asset: string; captions?: string | null; title?: string | null } }
  | { type: 'blockMath'; attrs: { latex: string } }
  | { type: 'chart'; attrs: ChartAttrs }
  | { type: 'appEmbed'; attrs: { engine: string; height?: number } }
  | { type: 'tableOfContents' }

/** A node of a text, in the JSON of TipTap 3 (ProseMirror). What may be in what is in `schema.ts`. */
export type RichNode = BlockNode | InlineNode | PartNode

/** A whole text. */
export interface RichText {
  type: 'doc'
  content: RichNode[]
}

/** One kind of node. */
export type NodeOf<T extends RichNode['type']> = Extract<RichNode, { type: T }>

/** What is directly in a node. */
export const childrenOf = (node: RichNode | RichText): readonly RichNode[] => ('content' in node ? (node.content ?? []) : [])

/** All nodes below one, in the order in which they are read. */
export function* nodesOf(node: RichNode | RichText): Generator<RichNode> {
  for (const child of childrenOf(node)) {
    yield child
    yield* nodesOf(child)
  }
}

/** The text of a line or of a block, without what sets it. */
export function textOf(node: RichNode): string {
  if (node.type === 'text') return node.text
  if (node.type === 'hardBreak') return '\n'
  if (node.type === 'inlineMath') return node.attrs.latex
  return childrenOf(node).map(textOf).join('')
}
