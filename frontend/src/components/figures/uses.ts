import { isBlank, textAttr, walk, type RichNode, type RichText } from '../../plugins/tiptap/document'

const figureOf = ({ type, attrs }: RichNode): string => {
  const source: unknown = type === 'chart' ? attrs?.['source'] : null
  if (typeof source !== 'object' || source === null || !('figure' in source)) return ''
  return typeof source.figure === 'string' ? source.figure : ''
}

/** The titles of the charts of a text that were taken from a figure, in the order in which they are read; empty for one without a title. */
export function chartsOf(text: RichText | null, figure: string): string[] {
  const titles: string[] = []
  if (text)
    walk(text, (node) => {
      if (figureOf(node) === figure) titles.push(textAttr(node, 'title'))
    })
  return titles
}

/** A text with a block at its end, and a line behind it to write on. */
export function withBlock(text: RichText | null, block: RichNode): RichText {
  const before = text?.content ?? []
  const last = before.at(-1)
  const kept = last && isBlank(last) ? before.slice(0, -1) : before
  return { type: 'doc', content: [...kept, block, { type: 'paragraph' }] }
}
