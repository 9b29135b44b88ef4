import { describe, expect, it } from 'vitest'
import { slugOf } from './project.js'
import { wordsOf } from './search-words.js'

describe('slugOf', () => {
  it.each([
    ['Iris classifier', 'iris-classifier'],
    ['  Café — Größe! ', 'cafe-gro-e'],
    ['日本語', 'project'],
    ['../../etc/passwd', 'etc-passwd'],
    ['x'.repeat(120), 'x'.repeat(48)],
    [`${'a'.repeat(47)} b`, 'a'.repeat(47)],
  ])('%s → %s', (title, slug) => {
    expect(slugOf(title)).toBe(slug)
  })
})

describe('wordsOf', () => {
  it('folds case and accents, and names each word once', () => {
    expect(wordsOf('Café CAFE, iris-data 2.0')).toEqual(['cafe', 'iris', 'data', '2', '0'])
  })

  it('leaves nothing that means something in a pattern', () => {
    expect(wordsOf('.*+?^${}()|[]\\ ^a.*').join('')).toBe('a')
  })
})
