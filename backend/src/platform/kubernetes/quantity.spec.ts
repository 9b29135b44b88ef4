import { describe, expect, it } from 'vitest'
import { parseQuantity } from './quantity.js'

describe('a quantity', () => {
  it.each([
    ['0', 0],
    ['8', 8],
    ['250m', 0.25],
    ['1.5Gi', 1.5 * 2 ** 30],
    ['64Mi', 2 ** 26],
    ['1k', 1000],
    ['12e6', 12e6],
    ['1E3', 1000],
    ['2E', 2e18],
    ['-5', -5],
    ['100n', 1e-7],
  ])('%s', (text, value) => expect(parseQuantity(text)).toBeCloseTo(value, 9))

  it.each(['', 'x', '1X', '1 Gi', '1.2.3'])('%j is none', (text) => expect(() => parseQuantity(text)).toThrow('no quantity'))
})
