import { Editor } from '@tiptap/core'
import { Markdown } from '@tiptap/markdown'
import { afterAll, describe, expect, it } from 'vitest'
import { validateRichText } from '../../../test/portal-rules'
import type { RichNode } from './document'
import { conformed, looksLikeMarkdown } from './markdown'
import { schemaExtensions } from './schema'

const editor = new Editor({ extensions: [...schemaExtensions(), Markdown], injectCSS: false })
afterAll(() => editor.destroy())
const read = (text: string): RichNode[] => {
  const nodes = conformed((editor.markdown?.parse(text).content ?? []) as RichNode[])
  // As in the page: through the editor, whose schema has the last word.
  editor.commands.setContent({ type: 'doc', content: nodes }, { errorOnInvalidContent: true })
  expect(() => validateRichText(editor.state.doc.toJSON())).not.toThrow()
  return nodes
}

describe('pasted Markdown', () => {
  it.each([
    ['# Title\n\ntext', true],
    ['- one\n- two', true],
    ['see `code`', true],
    ['| a | b |\n|---|---|\n| 1 | 2 |', true],
    ['the loss $L = 3$ fell', true],
    ['plain words, nothing else.', false],
    ['it costs $5 or $6 maybe', false],
    ['a_b_c and x*y', false],
  ])('%j is taken for Markdown: %s', (text, is) => {
    expect(looksLikeMarkdown(text)).toBe(is)
  })

  it('becomes nodes of ours, headings one level down at least', () => {
    const nodes = read(
      '# One\n\n##### Five\n\n1. a\n2. b\n   - c\n\n- [x] done\n- [ ] open\n\n> quoted\n\n```python\nprint(1)\n```\n\n| a | b |\n|---|:-:|\n| 1 | 2 |\n\n---\n\n**bold** *it* ~~no~~ [x](https://example.org) $a^2$\n\n$$b^2$$',
    )
    expect(nodes.map(({ type }) => type)).toEqual([
      'heading',
      'heading',
      'orderedList',
      'taskList',
      'blockquote',
      'codeBlock',
      'table',
      'horizontalRule',
      'paragraph',
      'blockMath',
    ])
    expect(nodes.slice(0, 2).map(({ attrs }) => attrs?.['level'])).toEqual([2, 4])
    expect(nodes[8]?.content?.map(({ type }) => type)).toContain('inlineMath')
  })

  it('keeps the words of what has no place here, and no dangerous address', () => {
    const nodes = read('![a plot](https://x.example/y.png) [bad](javascript:alert(1)) <script>alert(2)</script>')
    expect(JSON.stringify(nodes)).toContain('a plot')
    expect(JSON.stringify(nodes)).not.toMatch(/"href":"javascript|script>/)
  })
})
