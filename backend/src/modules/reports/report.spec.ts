import { describe, expect, it } from 'vitest'
import type { RichNode, RichText } from '../richtext/rich-text.js'
import { isWorthKeeping, KEEP_EVERY_MS, MAX_HISTORY_BYTES, MAX_REVISIONS, reportTextOf, surplusOf, withNodes } from './report.js'

const doc = (...content: RichNode[]): RichText => ({ type: 'doc', content })
const line = (text: string): RichNode => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const image = (asset: string): RichNode => ({ type: 'image', attrs: { asset } })

const everything = doc(
  line('One two'),
  { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'Three' }] },
  { type: 'callout', attrs: { kind: 'tip' }, content: [line('four'), image('a1')] },
  { type: 'video', attrs: { asset: 'a2', captions: 'a3' } },
  { type: 'chart', attrs: { id: 'c', spec: { data: [], layout: {} }, source: { kind: 'figure', figure: 'f1', hash: 'h', takenAt: 't' } } },
  { type: 'appEmbed', attrs: { engine: 'e1' } },
)

it('has words, an outline and what it shows', () => {
  expect(reportTextOf('Title', everything)).toMatchObject({
    ...{ title: 'Title', content: everything, words: 4, text: 'One two\nThree\nfour' },
    ...{ outline: [{ id: 's-three', level: 2, text: 'Three' }], assets: ['a1', 'a2', 'a3'], engines: ['e1'] },
  })
})

it('changes nodes at every depth', () => {
  const changed = withNodes(everything, (node) => (node.type === 'image' ? line('gone') : node))
  expect(changed.content[2]).toEqual({ type: 'callout', attrs: { kind: 'tip' }, content: [line('four'), line('gone')] })
  expect(changed.content[0]).toEqual(everything.content[0])
})

describe('a state is worth keeping', () => {
  const keptAt = new Date('2026-05-01T12:00:00Z')
  const later = (ms: number) => new Date(keptAt.getTime() + ms)
  it.each([
    ['at once when somebody else wrote it', 'bob', 1, true],
    ['not within ten minutes of one person', 'ann', KEEP_EVERY_MS - 1, false],
    ['after ten minutes', 'ann', KEEP_EVERY_MS, true],
  ])('%s', (_, editor, ms, expected) => expect(isWorthKeeping({ lastEditorId: 'ann', keptAt }, editor, later(ms))).toBe(expected))
})

describe('what is one too many of the kept states', () => {
  const states = (count: number, bytes: number) => Array.from({ length: count }, (_, i) => ({ number: count - i, bytes }))
  it('is the oldest', () => expect(surplusOf(states(MAX_REVISIONS + 2, 1))).toEqual([2, 1]))
  it('is what is too large together, never the newest', () => {
    expect(surplusOf(states(3, MAX_HISTORY_BYTES / 2))).toEqual([1])
    expect(surplusOf(states(2, MAX_HISTORY_BYTES * 2))).toEqual([1])
  })
})
