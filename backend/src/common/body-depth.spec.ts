import { expect, it } from 'vitest'
import { checkDepth } from './body-depth.js'

const nested = (depth: number): unknown => JSON.parse('['.repeat(depth) + ']'.repeat(depth))

it('lets usual bodies pass and refuses deep ones, however deep, without overflowing', () => {
  expect(() => checkDepth(undefined)).not.toThrow()
  expect(() => checkDepth({ a: [{ b: 'c' }] })).not.toThrow()
  expect(() => checkDepth(nested(20))).not.toThrow()
  expect(() => checkDepth(nested(21))).toThrow(/20 levels/)
  expect(() => checkDepth(nested(5_000))).toThrow(/20 levels/)
})
