import { describe, expect, it } from 'vitest'
import { writeCursor } from './log-cursor.js'
import type { LogEntry, LoggedContainer } from './log-entry.js'
import { matcherOf } from './log-filter.js'
import { newEpoch, placeText } from './log-place.js'
import { marksOf, readSegment, SegmentBuilder } from './log-segment.js'

const container = (n: number): LoggedContainer => ({ key: `${n}`.padStart(10, 'a'), pod: `pod-${n}`, container: 'app', revision: `r${n}` })
const line = (n: number, from = container(n % 3)): LogEntry => {
  const ts = `2026-11-21T01:02:${String(n % 60).padStart(2, '0')}.000000001Z`
  return { kind: 'line', from, ts, text: `line ${n} "\u001b[31m\u2028\n`, position: { ts, ord: n } }
}
const others: LogEntry[] = [
  { kind: 'gap', ts: '2026-11-21T01:02:03.000000000Z', text: 'lost' },
  {
    kind: 'event',
    ts: '2026-11-21T01:02:03.000000000Z',
    uid: 'u.1',
    type: 'Warning',
    reason: 'BackOff',
    message: 'm',
    object: 'Pod/pod-1',
  },
  { kind: 'marker', ts: '2026-11-21T01:02:03.000000000Z', uid: 'x', what: 'started', from: container(1), run: 2, message: 'm' },
  { kind: 'over', ts: '2026-11-21T01:02:03.000000000Z', key: container(2).key },
]

describe('a segment', () => {
  it('gives back what was put in, with the cursors that it had', async () => {
    const entries = [...Array.from({ length: 100 }, (_, n) => line(n)), ...others, line(101)]
    const runs = new Map([[container(2).key, { key: container(2).key, run: 0, ended: true }]])
    const builder = new SegmentBuilder('engine', { epoch: '0mabc', seq: 7 }, '', runs)
    for (const entry of entries) builder.add(entry)
    const { segment, bytes } = await builder.build(new Date(0))
    const read = await readSegment(bytes)
    expect(read.map(({ entry }) => entry)).toEqual(entries)
    expect(read.at(-1)?.id).toBe(writeCursor('0mabc', 7 + entries.length - 1, segment.marks))
    expect(segment).toMatchObject({
      id: `engine.${placeText({ epoch: '0mabc', seq: 7 })}`,
      first: 7,
      next: 7 + entries.length,
      end: placeText({ epoch: '0mabc', seq: 7 + entries.length }),
      from: '2026-11-21T01:02:00.000000001Z',
      to: '2026-11-21T01:02:59.000000001Z',
      lines: 101,
      pods: ['pod-0', 'pod-1', 'pod-2'],
      revisions: ['r0', 'r1', 'r2'],
      runs: [{ key: container(1).key, run: 2, ended: false }],
      events: ['u.1'],
    })
    expect(segment.key).toMatch(/^logs\/engine\/20261121T010200000Z-20261121T010259000Z-0mabc-7-112\.jsonl\.zst$/)
    expect(marksOf(segment.marks).get(container(2).key)?.position).toEqual({ ts: '2026-11-21T01:02:41.000000001Z', ord: 101 })
  })

  it('is refused when it is damaged', async () => {
    await expect(readSegment(Buffer.from('nonsense'))).rejects.toThrow()
  })
})

describe('places', () => {
  it('sort as epochs begin, also when the clock was set back', () => {
    const first = newEpoch(2_000_000_000_000, null, 'zzzzzzz')
    const second = newEpoch(1_900_000_000_000, first, '0000000')
    expect(second > first).toBe(true)
    expect(placeText({ epoch: second, seq: 0 }) > placeText({ epoch: first, seq: 999_999 })).toBe(true)
    expect(placeText({ epoch: first, seq: 10 }) > placeText({ epoch: first, seq: 9 })).toBe(true)
  })
})

describe('a filter', () => {
  const passes = (filter: Parameters<typeof matcherOf>[0]): number => [line(1), line(2), ...others].filter(matcherOf(filter)).length
  it.each([
    [{}, 5],
    [{ text: 'LINE 1 "' }, 2],
    [{ text: 'line 1 "\u2028' }, 2],
    [{ text: 'backoff' }, 2],
    [{ pod: 'pod-1' }, 4],
    [{ revision: 'r2' }, 2],
    [{ container: 'other' }, 1],
    [{ from: '2026-11-21T01:02:03.000000000Z' }, 3],
    [{ to: '2026-11-21T01:02:01.500000000Z' }, 1],
  ])('%j lets through %i', (filter, expected) => {
    expect(passes(filter)).toBe(expected)
  })
})
