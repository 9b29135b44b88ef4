import { expect, it } from 'vitest'
import { Lexicon } from './lexicon.js'

it('knows a word as long as a text uses it, and gives its number away afterwards', () => {
  const lexicon = new Lexicon()
  const one = lexicon.acquire(['air', 'water'])
  const two = lexicon.acquire(['water', 'wind'])
  expect(lexicon.size).toBe(3)
  expect([...one]).toEqual([0, 1])
  expect([...two]).toEqual([1, 2])
  expect([...lexicon.beginningWith('w')]).toEqual([0, 1, 1])
  lexicon.release(two)
  expect([...lexicon.beginningWith('w')]).toEqual([0, 1, 0])
  expect([...lexicon.acquire(['sun'])]).toEqual([2])
  lexicon.release(one)
  expect(lexicon.size).toBe(1)
})
