import { describe, expect, it } from 'vitest'
import { SseParser } from './sse.ts'

const stream = ': hello\r\nid: 7\r\nevent: line\r\ndata: {"a":\r\ndata:  1}\r\n\r\nevent: end\ndata\n\nid: 8\n\ndata: x'

describe('SseParser', () => {
  const expected = [
    { id: '7', event: 'line', data: '{"a":\n 1}' },
    { id: '7', event: 'end', data: '' },
  ]

  it('reads ids, names and data of several lines, and leaves comments and what has no data', () => {
    expect(new SseParser().push(stream)).toEqual(expected)
  })

  it('gives the same wherever the pieces are cut', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const parser = new SseParser()
      expect([...parser.push(stream.slice(0, cut)), ...parser.push(stream.slice(cut))]).toEqual(expected)
    }
    const byOne = new SseParser()
    expect([...stream].flatMap((character) => byOne.push(character))).toEqual(expected)
  })

  it('keeps the last id', () => {
    const parser = new SseParser()
    parser.push('id: 1\ndata: a\n\n')
    expect(parser.push('data: b\n\n')).toEqual([{ id: '1', event: 'message', data: 'b' }])
  })
})
