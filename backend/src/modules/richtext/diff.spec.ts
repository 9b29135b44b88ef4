import { describe, expect, it } from 'vitest'
import { diffRichText } from './diff.js'
import { EVERY_NODE } from './fixtures/every-node.js'
import type { RichNode, RichText } from './rich-text.js'

const line = (text: string): RichNode => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const doc = (...content: (RichNode | string)[]): RichText => ({
  type: 'doc',
  content: content.map((node) => (typeof node === 'string' ? line(node) : node)),
})
const list = (...items: string[]): RichNode => ({
  type: 'bulletList',
  content: items.map((item) => ({ type: 'listItem', content: [line(item)] })),
})
const shown = (before: RichText, after: RichText): string[] =>
  diffRichText(before, after).map(
    ({ kind, before, after }) => `${kind}: ${before ?? ''}${kind === 'changed' ? ' → ' : ''}${kind === 'same' ? '' : (after ?? '')}`,
  )

describe('diffRichText', () => {
  it('finds nothing in a text beside itself', () => {
    expect(diffRichText(EVERY_NODE, structuredClone(EVERY_NODE)).every(({ kind }) => kind === 'same')).toBe(true)
  })

  it('tells added, removed and changed blocks apart', () => {
    const before = doc('one', 'the model was trained on ten images', 'three', 'gone for good')
    const after = doc('one', 'a wholly new start', 'the model was trained on twenty images', 'three')
    expect(shown(before, after)).toEqual([
      'same: one',
      'added: a wholly new start',
      'changed: the model was trained on ten images → the model was trained on twenty images',
      'same: three',
      'removed: gone for good',
    ])
    expect(diffRichText(before, after)[2]?.words).toEqual([
      { kind: 'same', text: 'the model was trained on ' },
      { kind: 'removed', text: 'ten' },
      { kind: 'added', text: 'twenty' },
      { kind: 'same', text: ' images' },
    ])
  })

  it('compares lists by item and tables by row', () => {
    expect(shown(doc(list('a', 'b', 'c')), doc(list('a', 'c', 'd')))).toEqual(['same: • a', 'removed: • b', 'same: • c', 'added: • d'])
    const row = (...cells: string[]): RichNode => ({
      type: 'tableRow',
      content: cells.map((cell) => ({ type: 'tableCell', content: [line(cell)] })),
    })
    const table = (...rows: RichNode[]): RichNode => ({ type: 'table', content: rows })
    expect(shown(doc(table(row('model', '0.8'), row('other', '1'))), doc(table(row('model', '0.9'), row('other', '1'))))).toEqual([
      'changed: model | 0.8 → model | 0.9',
      'same: other | 1',
    ])
  })

  it('sees what does not read: marks, and the numbers of a chart', () => {
    const bold: RichNode = { type: 'paragraph', content: [{ type: 'text', text: 'x', marks: [{ type: 'bold' }] }] }
    expect(diffRichText(doc('x'), doc(bold))).toEqual([{ kind: 'changed', before: 'x', after: 'x', words: [{ kind: 'same', text: 'x' }] }])
    const chart = (y: number): RichNode => ({
      type: 'chart',
      attrs: { id: 'c', title: 'T', spec: { data: [{ y: [y] }], layout: {} }, source: { kind: 'inline' } },
    })
    expect(shown(doc(chart(1)), doc(chart(2)))).toEqual(['changed: [chart: T] → [chart: T]'])
    const callout = (kind: 'note' | 'danger'): RichNode => ({ type: 'callout', attrs: { kind }, content: [line('mind')] })
    expect(shown(doc(callout('note')), doc(callout('danger')))).toEqual(['changed: [note] mind → [danger] mind'])
  })

  it('goes from nothing to something and back', () => {
    expect(shown(doc(), doc('a', 'b'))).toEqual(['added: a', 'added: b'])
    expect(shown(doc('a', 'b'), doc())).toEqual(['removed: a', 'removed: b'])
    expect(diffRichText(doc(), doc())).toEqual([])
  })

  it.each([
    ['blocks', (seed: string) => doc(...Array.from({ length: 9_000 }, (_, index) => `${seed} ${index}`))],
    ['words', (seed: string) => doc(Array.from({ length: 60_000 }, (_, index) => seed + index).join(' '))],
    [
      'alike paragraphs',
      (seed: string) => doc(...Array.from({ length: 400 }, (_, index) => `${'the same words again and again '.repeat(20)}${seed}${index}`)),
    ],
  ])('comes to an end soon with many %s', (_, make) => {
    const start = performance.now()
    const result = diffRichText(make('a'), make('b'))
    expect(result.length).toBeGreaterThan(0)
    // Far above what it takes; without bounds it takes minutes.
    expect(performance.now() - start).toBeLessThan(20_000)
  })
})
