import { expect, it } from 'vitest'
import { withoutBlankEnd, type RichNode } from './document'

it('a text as it is read has no empty lines at its end, and keeps those between', () => {
  const line: RichNode = { type: 'paragraph', content: [{ type: 'text', text: 'a' }] }
  const empty: RichNode = { type: 'paragraph' }
  const rule: RichNode = { type: 'horizontalRule' }
  expect(withoutBlankEnd({ type: 'doc', content: [line, empty, rule, empty, { type: 'paragraph', content: [] }] })).toEqual({
    type: 'doc',
    content: [line, empty, rule],
  })
  expect(withoutBlankEnd({ type: 'doc', content: [empty, empty] })).toEqual({ type: 'doc', content: [empty] })
})
