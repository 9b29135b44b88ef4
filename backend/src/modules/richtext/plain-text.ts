import { childrenOf, textOf, type RichNode, type RichText } from './rich-text.js'

/** What someone reads of a text, as lines: for search and for counting words. Formulas are there as LaTeX, charts by title and summary. */
export const plainText = (doc: RichText): string => doc.content.flatMap(linesOf).join('\n')

/** What is read of one block, line by line; cells of a table are divided by tabs. */
export function linesOf(node: RichNode): string[] {
  switch (node.type) {
    case 'paragraph':
    case 'heading':
      return filled(lineOf(node))
    case 'codeBlock':
      return textOf(node).split('\n')
    case 'tableRow':
      return filled(
        childrenOf(node)
          .map((cell) => childrenOf(cell).flatMap(linesOf).join(' '))
          .join('\t'),
      )
    case 'image':
      return filled(node.attrs.alt, node.attrs.caption)
    case 'video':
      return filled(node.attrs.title)
    case 'chart':
      return filled(node.attrs.title, node.attrs.summary)
    case 'blockMath':
      return filled(node.attrs.latex)
    default:
      return childrenOf(node).flatMap(linesOf)
  }
}

const lineOf = (node: RichNode): string => childrenOf(node).map(pieceOf).join('')
const pieceOf = (node: RichNode): string => (node.type === 'footnote' ? ` (${node.attrs.text})` : textOf(node))

const filled = (...texts: (string | null | undefined)[]): string[] =>
  texts.flatMap((text) => (text && text.trim() !== '' ? [text.trim()] : []))
