import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { EventStreamParser, backoff, openEventStream } from './event-stream'
import type { ServerEvent, StreamStatus } from './event-stream'

describe('EventStreamParser', () => {
  const parse = (...chunks: string[]): ServerEvent[] => {
    const parser = new EventStreamParser()
    return chunks.flatMap((chunk) => parser.push(chunk))
  }

  it('reads event, data and id', () => {
    expect(parse('event: line\nid: 7\ndata: {"a":1}\n\n')).toEqual([{ event: 'line', data: '{"a":1}', id: '7' }])
  })

  it('gives the same events wherever the text is cut', () => {
    const text = ': hello\r\nevent: line\r\nid: 1\r\ndata: a\r\ndata: b\r\n\r\nid: 2\rdata: c\r\rdata:d\n\n'
    const whole = parse(text)
    expect(whole.map(({ data, id }) => [data, id])).toEqual([
      ['a\nb', '1'],
      ['c', '2'],
      ['d', '2'],
    ])
    for (let cut = 0; cut <= text.length; cut += 1) {
      expect(parse(text.slice(0, cut), text.slice(cut))).toEqual(whole)
    }
    expect(parse(...text)).toEqual(whole)
  })

  it('keeps the id for events that have none, and ignores an id with a NUL', () => {
    expect(parse('id: 4\ndata: a\n\nid: 5\0\ndata: b\n\n').map(({ id }) => id)).toEqual(['4', '4'])
  })

  it('takes one space off a value, not two, and skips a byte order mark', () => {
    expect(parse('\uFEFFdata:  a\n\n')[0]?.data).toBe(' a')
  })

  it('dispatches nothing for comments, for an event without data, or before the blank line', () => {
    expect(parse(': beat\n\n', 'event: x\n\n', 'data: open\n')).toEqual([])
  })

  it('reads retry only when it is a number', () => {
    const parser = new EventStreamParser()
    parser.push('retry: 12x\n')
    expect(parser.retry).toBeNull()
    parser.push('retry: 1200\n')
    expect(parser.retry).toBe(1200)
  })
})

describe('backoff', () => {
  it('doubles up to 15 s, at least half of it', () => {
    expect([1, 2, 3, 10].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 15_000])
    expect(backoff(10, 0)).toBe(7500)
  })
})

describe('openEventStream', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  /** A fetch that answers with the given bodies in turn; a number is a status with a problem. */
  function server(...answers: (string | number)[]): {
    fetch: typeof fetch
    headers: Record<string, string>[]
  } {
    const headers: Record<string, string>[] = []
    const fake = (_url: unknown, init?: RequestInit): Promise<Response> => {
      headers.push(init?.headers as Record<string, string>)
      const answer = answers.shift() ?? 'hang'
      if (typeof answer === 'number') {
        return Promise.resolve(new Response(JSON.stringify({ code: 'engine-not-found', detail: 'gone' }), { status: answer }))
      }
      const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
        start(controller) {
          init?.signal?.addEventListener('abort', () => {
            controller.error(new DOMException('aborted', 'AbortError'))
          })
          if (answer === 'hang') return
          controller.enqueue(new TextEncoder().encode(answer))
          controller.close()
        },
      })
      return Promise.resolve(new Response(body))
    }
    return { fetch: fake, headers }
  }

  it('resumes after the last event when the connection drops', async () => {
    const { fetch, headers } = server('id: 1\ndata: a\n\nid: 2\ndata: b\n\n', 'id: 3\ndata: c\n\n')
    const seen: string[] = []
    const states: string[] = []
    const stream = openEventStream({
      url: '/x',
      fetch,
      random: () => 0,
      onEvent: ({ data }) => seen.push(data),
      onStatus: ({ state }) => states.push(state),
    })
    await vi.advanceTimersByTimeAsync(300)
    expect(seen).toEqual(['a', 'b', 'c'])
    expect(headers.map((header) => header['last-event-id'])).toEqual([undefined, '2'])
    expect(states).toEqual(['connecting', 'live', 'reconnecting', 'live', 'reconnecting'])
    stream.close()
  })

  it('ends for good when the portal refuses', async () => {
    const { fetch, headers } = server(404)
    const states: StreamStatus[] = []
    openEventStream({ url: '/x', fetch, onEvent: () => {}, onStatus: (status) => states.push(status) })
    await vi.advanceTimersByTimeAsync(60_000)
    expect(headers).toHaveLength(1)
    const last = states.at(-1)
    expect(last?.state === 'ended' && last.problem?.code).toBe('engine-not-found')
  })

  it('tries again after a 503', async () => {
    const { fetch, headers } = server(503, 'data: a\n\n')
    const seen: string[] = []
    const stream = openEventStream({ url: '/x', fetch, random: () => 0, onEvent: ({ data }) => seen.push(data) })
    await vi.advanceTimersByTimeAsync(260)
    expect(headers).toHaveLength(2)
    expect(seen).toEqual(['a'])
    stream.close()
  })

  it('drops a connection that is silent for too long', async () => {
    const { fetch, headers } = server('hang', 'hang')
    const states: string[] = []
    const stream = openEventStream({
      url: '/x',
      fetch,
      silence: 1000,
      random: () => 0,
      onEvent: () => {},
      onStatus: ({ state }) => states.push(state),
    })
    await vi.advanceTimersByTimeAsync(999)
    expect(headers).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(300)
    expect(headers).toHaveLength(2)
    expect(states).toEqual(['connecting', 'live', 'reconnecting', 'live'])
    stream.close()
  })

  it('opens nothing more after close', async () => {
    const { fetch, headers } = server('data: a\n\n')
    const stream = openEventStream({ url: '/x', fetch, onEvent: () => {} })
    await vi.advanceTimersByTimeAsync(10)
    stream.close()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(headers).toHaveLength(1)
  })
})
