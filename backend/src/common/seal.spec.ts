import { describe, expect, it } from 'vitest'
import { Seal } from './seal.js'

const KEY = 'k'.repeat(40)

describe('what is sealed', () => {
  const seal = new Seal(KEY, 'test')

  it.each(['', 'hunter2', 'ü💥\n\0', 'x'.repeat(40_000)])('opens again (%#)', (text) => {
    expect(seal.open(seal.seal(text))).toBe(text)
  })

  it('never looks the same twice, and does not contain the text', () => {
    const [a, b] = [seal.seal('hunter2'), seal.seal('hunter2')]
    expect(a).not.toBe(b)
    expect(Buffer.from(a.slice(3), 'base64url').includes('hunter2')).toBe(false)
  })

  it('does not open with another key, for another purpose, or when a bit was changed', () => {
    const sealed = seal.seal('hunter2')
    expect(() => new Seal('l'.repeat(40), 'test').open(sealed)).toThrow()
    expect(() => new Seal(KEY, 'other').open(sealed)).toThrow()
    const bytes = Buffer.from(sealed.slice(3), 'base64url')
    for (let i = 0; i < bytes.length; i++) {
      const changed = Buffer.from(bytes)
      changed[i] = (changed[i] ?? 0) ^ 1
      expect(() => seal.open(`v1.${changed.toString('base64url')}`)).toThrow()
    }
    expect(() => seal.open('hunter2')).toThrow('not sealed by the portal')
  })
})
