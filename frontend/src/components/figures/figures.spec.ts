import { describe, expect, it } from 'vitest'
import type { RichNode } from '../../plugins/tiptap/document'
import { figureName, nameOfFile } from './names'
import { chartsOf, withBlock } from './uses'

describe('the name of a figure', () => {
  it.each([
    ['loss-curve.json', 'loss-curve'],
    ['Größe der Fehler (v2).JSON', 'gro-e-der-fehler-v2'],
    ['_.hidden.json', 'hidden'],
    [`${'a'.repeat(80)}.json`, 'a'.repeat(63)],
    ['图.json', ''],
  ])('of a file %s is %s', (file, name) => {
    expect(nameOfFile(file)).toBe(name)
    expect(name === '' || figureName.test(name)).toBe(true)
  })
})

describe('charts of a text', () => {
  const chart = (title: string, source: object): RichNode => ({ type: 'chart', attrs: { title, source } })
  const words: RichNode = { type: 'paragraph', content: [{ type: 'text', text: 'x' }] }
  const of = (figure: string): object => ({ kind: 'figure', figure, hash: 'h', takenAt: '2026-01-01T00:00:00.000Z' })

  it('are found by their figure, wherever they stand', () => {
    const quote: RichNode = { type: 'blockquote', content: [chart('Deep', of('f'))] }
    const text = {
      type: 'doc' as const,
      content: [chart('Loss', of('f')), chart('Other', of('g')), chart('Own', { kind: 'inline' }), quote],
    }
    expect(chartsOf(text, 'f')).toEqual(['Loss', 'Deep'])
    expect(chartsOf(null, 'f')).toEqual([])
  })

  it('come at the end, with a line behind to write on', () => {
    const block = chart('Loss', of('f'))
    expect(withBlock(null, block).content).toEqual([block, { type: 'paragraph' }])
    expect(withBlock({ type: 'doc', content: [words, { type: 'paragraph' }] }, block).content).toEqual([
      words,
      block,
      { type: 'paragraph' },
    ])
  })
})
