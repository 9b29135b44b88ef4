import { safeHref } from './link'
import { textAttr, type RichNode } from './document'

const blocks = new Set([
  'paragraph',
  'heading',
  'bulletList',
  'orderedList',
  'taskList',
  'blockquote',
  'callout',
  'codeBlock',
  'horizontalRule',
  'table',
  'blockMath',
])
const kept: Record<string, readonly string[]> = {
  heading: ['level'],
  orderedList: ['start'],
  taskItem: ['checked'],
  tableHeader: ['colspan', 'rowspan'],
  tableCell: ['colspan', 'rowspan'],
  codeBlock: ['language'],
  inlineMath: ['latex'],
  blockMath: ['latex'],
  callout: ['kind'],
}

/** Whether a pasted text is more likely Markdown than prose: one sign that only Markdown has, at the beginning of a line or around words. */
export const looksLikeMarkdown = (text: string): boolean =>
  /^(#{1,6}\s+\S|```|\s*[-*+]\s+\[[ xX]\]\s|>\s|\|.+\|\s*$|\s*[-*+]\s+\S|\s*\d+[.)]\s+\S|\$\$)/m.test(text) ||
  /(\*\*|__)[^\s*_][^\n]*?\1|`[^`\n]+`|\[[^\]\n]+\]\((?:https?:\/\/|mailto:|[/#])[^)\s]*\)|(?<![\w$])\$[^\s$][^$\n]*\$(?!\w)/.test(text)

/** Puts the formulas of a line, `$…$`, in place of their text; prices are none. */
function withMath(node: RichNode): RichNode[] {
  const text = node.text ?? ''
  if (node.marks?.some(({ type }) => type === 'code')) return [node]
  const parts: RichNode[] = []
  let from = 0
  for (const match of text.matchAll(/(?<![\w$\\])\$([^\s$](?:[^$\n]*[^\s$\\])?)\$(?![\w$])/g)) {
    if (match.index > from) parts.push({ ...node, text: text.slice(from, match.index) })
    parts.push({ type: 'inlineMath', attrs: { latex: match[1] ?? '' } })
    from = match.index + match[0].length
  }
  if (from === 0) return [node]
  if (from < text.length) parts.push({ ...node, text: text.slice(from) })
  return parts
}

function inline(node: RichNode): RichNode[] {
  if (node.type === 'text') {
    if (!node.text) return []
    const marks = (node.marks ?? []).flatMap((mark) => {
      if (mark.type !== 'link') return [{ type: mark.type }]
      const href = safeHref(textAttr(mark, 'href'))
      return href === null ? [] : [{ type: 'link', attrs: { href } }]
    })
    return withMath({ type: 'text', text: node.text, ...(marks.length > 0 ? { marks } : {}) })
  }
  if (node.type === 'hardBreak' || node.type === 'inlineMath') return [node]
  // A picture of elsewhere cannot be shown here: what it says and where it is stay, as a link.
  if (node.type === 'image') {
    const href = safeHref(textAttr(node, 'src'))
    const text = textAttr(node, 'alt') || (href ?? '')
    return text === '' ? [] : [{ type: 'text', text, ...(href === null ? {} : { marks: [{ type: 'link', attrs: { href } }] }) }]
  }
  return (node.content ?? []).flatMap(inline)
}

/** Blocks for a place that takes only blocks: lines that stand alone become paragraphs. */
function blocksOf(nodes: readonly RichNode[]): RichNode[] {
  const result: RichNode[] = []
  let line: RichNode[] = []
  const flush = (): void => {
    if (line.length > 0) result.push({ type: 'paragraph', content: line })
    line = []
  }
  for (const node of nodes) {
    if (!blocks.has(node.type)) {
      line.push(...inline(node))
      continue
    }
    flush()
    result.push(...block(node))
  }
  flush()
  return result
}

function attrsOf(node: RichNode): { attrs: Record<string, unknown> } | Record<string, never> {
  const names = kept[node.type] ?? []
  const pairs = names.flatMap((name) => {
    const value = node.attrs?.[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return pairs.length === 0 ? {} : { attrs: Object.fromEntries(pairs) }
}

function withContent(node: RichNode, content: RichNode[]): RichNode {
  return { type: node.type, ...attrsOf(node), ...(content.length > 0 ? { content } : {}) }
}

const atLeastOne = (nodes: RichNode[]): RichNode[] => (nodes.length > 0 ? nodes : [{ type: 'paragraph' }])
/** An item begins with a paragraph, whatever it begins with in Markdown. */
const item = (nodes: RichNode[]): RichNode[] => (nodes[0]?.type === 'paragraph' ? nodes : [{ type: 'paragraph' }, ...nodes])

function block(node: RichNode): RichNode[] {
  const children = node.content ?? []
  switch (node.type) {
    case 'paragraph': {
      const content = children.flatMap(inline)
      const only = content.length === 1 && content[0]?.type === 'text' ? (content[0].text ?? '') : ''
      const formula = /^\$\$([^$]+)\$\$$/s.exec(only.trim())
      if (formula) return [{ type: 'blockMath', attrs: { latex: (formula[1] ?? '').trim() } }]
      return content.length > 0 ? [{ type: 'paragraph', content }] : []
    }
    case 'heading': {
      // The title of the page is the first level.
      const level = Math.min(4, Math.max(2, Number(node.attrs?.['level'] ?? 2)))
      return [{ type: 'heading', attrs: { level }, content: children.flatMap(inline) }]
    }
    case 'bulletList':
    case 'orderedList':
      return [
        withContent(
          node,
          children.map((child) => ({ type: 'listItem', content: item(blocksOf(child.content ?? [])) })),
        ),
      ]
    case 'taskList':
      return [
        withContent(
          node,
          children.map((child) => ({
            type: 'taskItem',
            attrs: { checked: child.attrs?.['checked'] === true },
            content: item(blocksOf(child.content ?? [])),
          })),
        ),
      ]
    case 'blockquote':
    case 'callout':
      return [withContent(node, atLeastOne(blocksOf(children)))]
    case 'codeBlock':
      return [
        withContent(
          node,
          children.filter(({ type, text }) => type === 'text' && text).map(({ text = '' }) => ({ type: 'text', text })),
        ),
      ]
    case 'table':
      return [
        withContent(
          node,
          children.map((row) => ({
            type: 'tableRow',
            content: (row.content ?? []).map((cell) => withContent(cell, atLeastOne(blocksOf(cell.content ?? [])))),
          })),
        ),
      ]
    default:
      return [withContent(node, [])]
  }
}

/** What a Markdown parser made, in the shape that our texts have: nothing of it is lost but what has no place here. */
export const conformed = (nodes: readonly RichNode[]): RichNode[] => blocksOf(nodes)
