import { expect, it } from 'vitest'
import { isId, newId } from './ids.js'

it('makes ids that sort by time and are told from other texts', () => {
  const early = newId(new Date('2026-01-01T00:00:00.000Z'))
  const late = newId(new Date('2026-01-01T00:00:00.001Z'))
  expect(early < late).toBe(true)
  expect(isId(early)).toBe(true)
  expect(new Set(Array.from({ length: 1_000 }, () => newId())).size).toBe(1_000)
  for (const text of ['', 'iris-classifier', early.toUpperCase(), `${early}0`, early.replace(/.$/, 'u')]) expect(isId(text)).toBe(false)
})
