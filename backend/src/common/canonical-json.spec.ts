import { describe, expect, it } from 'vitest'
import { canonicalJson, sha256 } from './canonical-json.js'

describe('canonical JSON', () => {
  it('is as the example of RFC 8785', () => {
    const value = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts keys by UTF-16 code units, at every depth, whatever order they came in', () => {
    expect(canonicalJson({ b: { z: 1, a: 2 }, '\ud83d\ude00': 3, '\ufb33': 4, a: undefined, 10: 5, 9: 6 })).toBe(
      '{"10":5,"9":6,"b":{"a":2,"z":1},"\ud83d\ude00":3,"\ufb33":4}',
    )
    expect(canonicalJson({ a: 1, b: [{ d: 1, c: -0 }] })).toBe(canonicalJson({ b: [{ c: 0, d: 1 }], a: 1 }))
  })

  it.each([NaN, Infinity, () => 1, 1n, Symbol('x'), [undefined], '\ud800'])('refuses %s', (value) => {
    expect(() => canonicalJson(value)).toThrow()
  })

  it('is hashed as UTF-8', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    expect(sha256('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c')
    expect(sha256(Buffer.from('é'))).toBe(sha256('é'))
  })
})
