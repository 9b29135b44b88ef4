import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { jsonScalar } from './scalar.js'

describe('the scalar writer', () => {
  it.each([
    '',
    'plain',
    'yes',
    '1',
    'null',
    '~',
    'a: b',
    '- a',
    '#x',
    '"quoted"',
    "it's",
    'a\nb',
    '\r\n',
    '\t',
    '\0',
    'é',
    '💥',
    '\u2028',
    '\u0085',
    '\ufeff',
    '\ud800',
    'x\udc00y',
    '<%= it %>',
    '&amp; & *a !!js',
    '%YAML 1.2',
    '---',
    '{{x}}',
    '|\n a',
  ])('writes %j on one line, and YAML reads the same text', (value) => {
    const text = jsonScalar(value)
    expect(text).not.toMatch(/[\n\r\u0085\u2028\u2029]/)
    expect(parse(`key: ${text}\n`, { version: '1.2' })).toEqual({ key: value })
  })

  it.each([0, -1, 7860, 1.5, true, false])('writes %j as it is', (value) =>
    expect(parse(`key: ${jsonScalar(value)}`)).toEqual({ key: value }),
  )

  it.each([undefined, null, Number.NaN, Number.POSITIVE_INFINITY, () => 1, Symbol('x'), {}, [], 1n])('throws on %s', (value) => {
    expect(() => jsonScalar(value)).toThrow(TypeError)
  })
})
