import { describe, expect, it } from 'vitest'
import { formatBytes, formatDuration, formatRelative, percent } from './format'

describe('formatBytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1,023 B'],
    [1536, '1.5 KiB'],
    [20 * 2 ** 30, '20 GiB'],
    [5.25 * 2 ** 40, '5.25 TiB'],
    [123_456_789, '118 MiB'],
  ])('%d', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text)
  })
})

describe('formatDuration', () => {
  it.each([
    [0.84, '0.8 s'],
    [59.4, '59 s'],
    [185, '3 min 5 s'],
    [7440, '2 h 4 min'],
  ])('%d', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })
})

describe('formatRelative', () => {
  const now = Date.parse('2026-06-01T12:00:00Z')
  it.each([
    [0, 'now'],
    [59, 'now'],
    [200, '3 min ago'],
    [7300, '2 hr ago'],
    [86_500, 'yesterday'],
    // A clock of the server that is ahead of the browser's.
    [-30, 'now'],
  ])('%d s ago', (seconds, text) => {
    expect(formatRelative(now - seconds * 1000, now)).toBe(text)
  })
})

describe('in German', () => {
  it('has the signs of the language', () => {
    expect(formatBytes(1536, 'de')).toBe('1,5 KiB')
    expect(formatDuration(0.84, 'de')).toBe('0,8 s')
    expect(formatRelative(0, 200_000, 'de')).toBe('vor 3 Min.')
    expect(formatRelative(0, 86_500_000, 'de')).toBe('gestern')
  })
})

describe('percent', () => {
  it('is never 100 before the end', () => {
    expect(percent(999, 1000)).toBe(99)
    expect(percent(0, 0)).toBe(100)
    expect(percent(1200, 1000)).toBe(100)
  })
})
