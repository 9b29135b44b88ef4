import { describe, expect, it } from 'vitest'
import { DomainError } from '../problem/domain-error.js'
import { decodeCursor, encodeCursor, toPage } from './pagination.js'

describe('cursors', () => {
  it('come back as they went', () => {
    expect(decodeCursor(encodeCursor([17, 'ü"x']), ['number', 'string'])).toEqual([17, 'ü"x'])
  })

  it.each(['', '%%%', 'bnVsbA', encodeCursor(['17', 'x']), encodeCursor([17]), Buffer.from('{"0":1}').toString('base64url')])(
    'are refused when they are not ours: %s',
    (cursor) => {
      expect(() => decodeCursor(cursor, ['number', 'string'])).toThrow(DomainError)
    },
  )
})

describe('toPage', () => {
  const position = (n: number) => [n]

  it('has a next cursor only when there is more', () => {
    expect(toPage([1, 2, 3], 2, position)).toEqual({ items: [1, 2], nextCursor: encodeCursor([2]) })
    expect(toPage([1, 2], 2, position).nextCursor).toBeNull()
    expect(toPage([], 2, position)).toEqual({ items: [], nextCursor: null })
  })
})
