import { describe, expect, it } from 'vitest'
import { LogBuffer, RowHeights, ansiSpans, levelOf, plainText } from './log-buffer'
import type { NewLine } from './log-buffer'

const line = (text: string, pod = 'a'): NewLine => ({ ts: 't', pod, container: 'c', text })
const texts = (buffer: LogBuffer): string[] => buffer.rows.map((row) => row.text)

describe('LogBuffer', () => {
  it('marks each pod where its first line is', () => {
    const buffer = new LogBuffer()
    buffer.push([line('1'), line('2', 'b'), line('3')])
    expect(buffer.rows.map(({ kind, text }) => `${kind} ${text}`)).toEqual(['pod a', 'line 1', 'pod b', 'line 2', 'line 3'])
  })

  it('shows what became of a pod once, and does not mark it again at its first line', () => {
    const buffer = new LogBuffer()
    const started = { kind: 'marker', uid: 'u', ts: 't', pod: 'a', text: 'a · started', bad: false } as const
    buffer.mark(started)
    buffer.mark(started)
    buffer.push([{ ...line('1'), revision: 'r1' }])
    buffer.mark({ ...started, kind: 'event', uid: 'e', text: 'BackOff', bad: true })
    expect(buffer.rows.map(({ kind, text }) => `${kind} ${text}`)).toEqual(['marker a · started', 'line 1', 'event BackOff'])
    expect([...buffer.pods]).toEqual(['a'])
    expect([...buffer.revisions]).toEqual(['r1'])
    buffer.clear()
    expect([...buffer.pods]).toEqual(['a'])
  })

  it('keeps the newest rows, drops a tenth at once, and counts what it dropped', () => {
    const buffer = new LogBuffer(100)
    buffer.push(Array.from({ length: 100 }, (_, index) => line(`${index}`, '')))
    expect(buffer.size).toBe(100)
    buffer.push([line('100', '')])
    expect(buffer.size).toBe(90)
    expect(buffer.dropped).toBe(11)
    expect(texts(buffer)[0]).toBe('11')
    expect(texts(buffer).at(-1)).toBe('100')
  })

  it('filters old and new lines alike, by what is read and not by its colour codes', () => {
    const buffer = new LogBuffer()
    buffer.push([line('GET /a'), line('\u001B[31mPOST\u001B[0m /b')])
    buffer.setFilter('post /b')
    expect(buffer.rows).toHaveLength(1)
    buffer.push([line('get /c'), line('post /b again')])
    buffer.gap('slow')
    expect(buffer.rows).toHaveLength(2)
    buffer.setFilter('')
    expect(buffer.rows).toHaveLength(6)
    buffer.push([line('more')])
    expect(texts(buffer).at(-1)).toBe('more')
  })

  it('keeps keys unique over cuts and clears', () => {
    const buffer = new LogBuffer(10)
    const keys = new Set<number>()
    for (let round = 0; round < 30; round += 1) {
      buffer.push([line('x', '')])
      keys.add(buffer.rows.at(-1)?.key ?? -1)
    }
    buffer.clear()
    buffer.push([line('x', '')])
    keys.add(buffer.rows.at(-1)?.key ?? -1)
    expect(keys.size).toBe(31)
  })

  it('takes 100,000 lines without a pause that one would notice', () => {
    const buffer = new LogBuffer()
    const started = performance.now()
    for (let batch = 0; batch < 100; batch += 1) {
      buffer.push(Array.from({ length: 1000 }, (_, index) => line(`line ${batch} ${index}`)))
    }
    buffer.setFilter('line 99')
    expect(buffer.rows).toHaveLength(1000)
    expect(performance.now() - started).toBeLessThan(3000)
  })

  it('downloads plain text', () => {
    const buffer = new LogBuffer()
    buffer.push([line('\u001B[1mhi\u001B[0m')])
    buffer.gap('slow')
    expect(buffer.download()).toBe('--- a ---\nt a hi\n--- slow ---\n')
  })
})

describe('ansiSpans', () => {
  it('splits text by colour and weight', () => {
    expect(ansiSpans('a\u001B[1;31mb\u001B[22mc\u001B[39md')).toEqual([
      { text: 'a', style: '' },
      { text: 'b', style: 'ansi-red ansi-bold' },
      { text: 'c', style: 'ansi-red' },
      { text: 'd', style: '' },
    ])
  })

  it('skips the arguments of 256 and true colours, and moves of the cursor', () => {
    expect(ansiSpans('\u001B[38;5;31mx\u001B[38;2;1;31;4my\u001B[2Kz')).toEqual([
      { text: 'x', style: '' },
      { text: 'y', style: '' },
      { text: 'z', style: '' },
    ])
    expect(plainText('\u001B[38;5;31mx\u001B[2K')).toBe('x')
  })
})

describe('levelOf', () => {
  it.each([
    ['2026-01-01 ERROR boom', 'error'],
    ['Traceback (most recent call last):', 'error'],
    ['{"level":"warn","msg":"x"}', 'warn'],
    ['DEBUG x', 'debug'],
    ['INFO: no terror here', 'info'],
  ])('%s', (text, level) => {
    expect(levelOf(text)).toBe(level)
  })
})

describe('RowHeights', () => {
  it('finds rows by position and moves those below a corrected row', () => {
    const heights = new RowHeights()
    for (const units of [1, 3, 1, 2]) heights.push(units)
    expect(heights.total).toBe(7)
    expect([0, 1, 3, 4, 5, 6, 99].map((position) => heights.at(position))).toEqual([0, 1, 1, 2, 3, 3, 3])
    expect(heights.set(1, 2)).toBe(true)
    expect(heights.set(1, 2)).toBe(false)
    expect([0, 1, 2, 3].map((row) => heights.top(row))).toEqual([0, 1, 3, 4])
    expect(heights.total).toBe(6)
  })

  it('grows', () => {
    const heights = new RowHeights()
    for (let row = 0; row < 5000; row += 1) heights.push(1)
    expect(heights.at(4321.5)).toBe(4321)
  })
})
