/** A node of a rich text in the JSON of ProseMirror. What may be in what is in `schema.ts`, and checked again by the portal. */
export interface RichNode {
  type: string
  attrs?: Record<string, unknown>
  content?: RichNode[]
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  text?: string
}

/** A whole text, as it is kept and sent. */
export interface RichText {
  type: 'doc'
  content: RichNode[]
}

/** A heading of a text; `id` is the anchor that it has on the page. */
export interface OutlineEntry {
  id: string
  level: number
  text: string
}

/** An attribute of a node that is a text; empty when it is none. */
export function textAttr(owner: { attrs?: Record<string, unknown> }, name: string): string {
  const value = owner.attrs?.[name]
  return typeof value === 'string' ? value : ''
}

export const emptyText = (): RichText => ({ type: 'doc', content: [{ type: 'paragraph' }] })

/** The text of a node without what sets it. */
export function plainText(node: RichNode | RichText): string {
  if ('text' in node && node.text !== undefined) return node.text
  if (node.type === 'hardBreak') return '\n'
  if (node.type === 'inlineMath' && 'attrs' in node) return textAttr(node, 'latex')
  return (node.content ?? []).map(plainText).join(node.type === 'doc' ? '\n' : '')
}

/** A line with nothing on it. */
export const isBlank = (node: RichNode): boolean => node.type === 'paragraph' && (node.content ?? []).length === 0

/** Whether nothing but empty paragraphs is in it. */
export const isEmptyText = (doc: RichText): boolean => doc.content.every(isBlank)

/** A text as it is read: the lines that the editor leaves at its end to write on are none of it. One stays where there is nothing else. */
export const withoutBlankEnd = (doc: RichText): RichText => ({
  ...doc,
  content: doc.content.slice(0, Math.max(1, doc.content.findLastIndex((node) => !isBlank(node)) + 1)),
})

/** Calls `visit` with each node, in the order in which they are read. */
export function walk(node: RichNode | RichText, visit: (node: RichNode) => void): void {
  for (const child of node.content ?? []) {
    visit(child)
    walk(child, visit)
  }
}

/** What every anchor begins with, so that none can stand for a property of the page; the portal's HTML has the same. */
const prefix = 's-'
const longest = 60

function slug(text: string): string {
  const name = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
  return (
    [...name]
      .slice(0, longest)
      .join('')
      .replace(/^-+|-+$/g, '') || 'section'
  )
}

/** Answers the anchor of one heading after the other: the second of a name gets `-2`. */
export function anchors(): (text: string) => string {
  const taken = new Map<string, number>()
  return (text) => {
    const base = slug(text)
    let name = base
    let count = taken.get(base) ?? 2
    while (taken.has(name)) {
      name = `${base}-${count}`
      count += 1
    }
    taken.set(base, count)
    if (name !== base) taken.set(name, 2)
    return prefix + name
  }
}

/** The headings of a text that say something. */
export function outlineOf(doc: RichText): OutlineEntry[] {
  const anchor = anchors()
  const entries: OutlineEntry[] = []
  walk(doc, (node) => {
    if (node.type !== 'heading') return
    const text = plainText(node).replace(/\s+/g, ' ').trim()
    entries.push({ id: anchor(text), level: Number(node.attrs?.['level'] ?? 2), text })
  })
  return entries.filter(({ text }) => text !== '')
}

/** The words of the footnotes, in the order of their numbers. */
export function footnotesOf(doc: RichText): string[] {
  const notes: string[] = []
  walk(doc, (node) => {
    if (node.type === 'footnote') notes.push(textAttr(node, 'text'))
  })
  return notes
}

/** Images that nobody described for those who do not see them. */
export function imagesWithoutAlt(doc: RichText): number {
  let count = 0
  walk(doc, (node) => {
    if (node.type === 'image' && textAttr(node, 'alt').trim() === '') count += 1
  })
  return count
}
