import { describe, expect, it } from 'vitest'
import { canonicalTime, LogLineParser, MAX_LINE_BYTES, type LogLine } from './log-lines.js'

const T = '2026-11-21T01:02:03.123456789Z'

function parse(bytes: Buffer, cuts: number[] = []): LogLine[] {
  const parser = new LogLineParser()
  const lines: LogLine[] = []
  let from = 0
  for (const to of [...cuts, bytes.length]) {
    lines.push(...parser.push(bytes.subarray(from, to)))
    from = to
  }
  const rest = parser.end()
  return rest ? [...lines, rest] : lines
}

describe('LogLineParser', () => {
  it('reads the same lines wherever the bytes are cut, within characters too', () => {
    const bytes = Buffer.from(`${T} grüße 🌷\n${T} \n${T} windows\r\nno time here\n${T} no end 日本`)
    const whole = parse(bytes)
    expect(whole).toEqual([
      { ts: T, text: 'grüße 🌷' },
      { ts: T, text: '' },
      { ts: T, text: 'windows' },
      { ts: null, text: 'no time here' },
      { ts: T, text: 'no end 日本' },
    ])
    for (let first = 0; first <= bytes.length; first++)
      for (const second of [first, first + 1, first + 7]) if (second <= bytes.length) expect(parse(bytes, [first, second])).toEqual(whole)
  })

  it('keeps a line of the largest size whole', () => {
    const text = 'x'.repeat(MAX_LINE_BYTES)
    expect(parse(Buffer.from(`${T} ${text}\n`), [100, 9000])).toEqual([{ ts: T, text }])
  })

  it('cuts a longer line at a whole character, says how much is missing, and keeps none of it', () => {
    const parser = new LogLineParser()
    // 16,384 bytes end in the middle of the 5,462nd character of three bytes.
    parser.push(Buffer.from(`${T} `))
    for (let piece = 0; piece < 100; piece++) parser.push(Buffer.from('語'.repeat(1000)))
    const [line, next] = parser.push(Buffer.from(`\n${T} next\n`))
    expect(line?.text).toBe(`${'語'.repeat(5461)}… [${300_000 - 5461 * 3} more bytes, cut]`)
    expect(next?.text).toBe('next')
  })

  it('does not fail on bytes that are no text', () => {
    expect(parse(Buffer.concat([Buffer.from(`${T} `), Buffer.from([0xff, 0x00, 0xc3, 0x0a])]))).toEqual([{ ts: T, text: '\uFFFD\0\uFFFD' }])
  })
})

describe('canonicalTime', () => {
  it.each([
    [T, T],
    ['2026-11-21T01:02:03Z', '2026-11-21T01:02:03.000000000Z'],
    ['2026-11-21T01:02:03.5Z', '2026-11-21T01:02:03.500000000Z'],
    ['2026-11-21T01:02:03.123456789+02:00', '2026-11-20T23:02:03.123456789Z'],
    ['yesterday', null],
    ['2026-99-99T01:02:03+01:00', null],
  ])('%s is %s', (given, expected) => {
    expect(canonicalTime(given)).toBe(expected)
  })
})
