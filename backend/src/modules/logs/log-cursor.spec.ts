import { describe, expect, it } from 'vitest'
import { farthest, readCursor, writeCursor, writeMarks, type Mark } from './log-cursor.js'

const mark = (ts: string, ord = 0, over = false): Mark => ({ position: { ts, ord }, over })

describe('cursor', () => {
  it('reads what it wrote', () => {
    const marks = new Map([
      ['0123456789', mark('2026-11-21T01:02:03.000000001Z', 3)],
      ['abcdef0123', mark('1999-12-31T23:59:59.999999999Z', 0, true)],
    ])
    const ahead = new Map([['0123456789', mark('2026-11-21T01:02:04.500000000Z')]])
    const text = writeCursor('5f', 1234, writeMarks(marks), writeMarks(ahead))
    expect(text).toMatch(/^[0-9a-z._~]+$/)
    const cursor = readCursor(text)
    expect(cursor).toEqual({ epoch: '5f', seq: 1234, marks, ahead })
    expect(cursor && farthest(cursor).get('0123456789')?.position.ts).toBe('2026-11-21T01:02:04.500000000Z')
    expect(readCursor(writeCursor('5f', 0, ''))).toEqual({ epoch: '5f', seq: 0, marks: new Map(), ahead: new Map() })
  })

  it.each([
    '',
    '12345',
    'a.b',
    'a.b~zzz',
    '5f.0~0123456789.zzzzzzzzzzzzzz.0',
    '5f.0~0123456789.totydw4j8x3u',
    '5f.0~0123456789.0zzzzzz.0',
    `5f.0~${'0123456789.totydw4j8x3u.0_'.repeat(600)}`,
    '5f.0~\u0000',
    '../../etc/passwd',
  ])('is none: %j', (text) => {
    expect(readCursor(text)).toBeNull()
  })
})
