import { describe, expect, it } from 'vitest'
import type { RichNode, RichText } from './document'
import { likely, merged, segments } from './merge'

const p = (text: string): RichNode => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const doc = (...words: string[]): RichText => ({ type: 'doc', content: words.map(p) })
const words = (text: RichText): string[] => text.content.map((node) => node.content?.[0]?.text ?? '')
const together = (base: RichText, mine: RichText, theirs: RichText): string[] => {
  const parts = segments(base, mine, theirs)
  return words(merged(parts, parts.filter(({ kind }) => kind === 'differs').map(likely)))
}

describe('two versions of a text', () => {
  it('are put together by themselves where they do not touch', () => {
    expect(together(doc('a', 'b', 'c'), doc('a1', 'b', 'c'), doc('a', 'b', 'c1'))).toEqual(['a1', 'b', 'c1'])
    expect(together(doc('a', 'b', 'c'), doc('a', 'c'), doc('a', 'b', 'c', 'd'))).toEqual(['a', 'c', 'd'])
    expect(together(doc('a'), doc('a', 'x'), doc('a'))).toEqual(['a', 'x'])
  })

  it('keep both where both changed the same', () => {
    expect(together(doc('a', 'b', 'c'), doc('a', 'mine', 'c'), doc('a', 'theirs', 'c'))).toEqual(['a', 'mine', 'theirs', 'c'])
  })

  it('are compared block by block, also where neighbours changed', () => {
    expect(together(doc('a', 'b', 'c'), doc('a1', 'b1', 'c'), doc('a2', 'b', 'c'))).toEqual(['a1', 'a2', 'b1', 'c'])
  })

  it('are one where both did the same', () => {
    expect(segments(doc('a', 'b'), doc('a', 'c'), doc('a', 'c'))).toEqual([{ kind: 'same', blocks: doc('a', 'c').content }])
  })

  it('are what one chooses', () => {
    const parts = segments(doc('a', 'b', 'c'), doc('a', 'mine', 'c'), doc('a', 'theirs', 'c'))
    expect(words(merged(parts, ['mine']))).toEqual(['a', 'mine', 'c'])
    expect(words(merged(parts, ['theirs']))).toEqual(['a', 'theirs', 'c'])
  })

  it('lose nothing, whatever was done to them', () => {
    let seed = 7
    const next = (below: number): number => (seed = (seed * 16_807) % 2_147_483_647) % below
    for (let round = 0; round < 200; round += 1) {
      const base = Array.from({ length: next(7) }, (_, index) => `b${index % 4}`)
      const edit = (who: string): string[] =>
        base.flatMap((one, index) => [[one], [], [`${who}${index}`], [one, `${who}${index}`], [one]][next(5)] ?? [])
      const mine = edit('m')
      const theirs = edit('t')
      const parts = segments(doc(...base), doc(...mine), doc(...theirs))
      const side = (which: 'mine' | 'theirs'): string[] =>
        parts.flatMap((part) => words({ type: 'doc', content: part.kind === 'same' ? part.blocks : part[which] }))
      expect(side('mine')).toEqual(mine)
      expect(side('theirs')).toEqual(theirs)
      const result = together(doc(...base), doc(...mine), doc(...theirs))
      for (const added of [...mine, ...theirs].filter((one) => !one.startsWith('b'))) expect(result).toContain(added)
    }
  })
})
