import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { SseEvent, SseStream } from '../../common/sse/sse-stream.js'
import { EngineLog } from './engine-log.js'
import type { LogHub } from './log-hub.js'
import { streamLog } from './log-stream.js'

/** A browser's end of a stream, which may be slow. */
class FakeStream {
  written: string[] = []
  events: SseEvent[] = []
  closed = false
  slow = false
  private drain: () => void = () => undefined
  private onClosed: () => void = () => undefined

  sendFormatted(events: string): boolean {
    this.written.push(events)
    return !this.slow
  }
  send(event: SseEvent): boolean {
    this.events.push(event)
    return true
  }
  async drained(): Promise<void> {
    if (this.slow) await new Promise<void>((resolve) => (this.drain = resolve))
  }
  hurry(): void {
    this.slow = false
    this.drain()
  }
  onClose(listener: () => void): void {
    this.onClosed = listener
  }
  end(): void {
    if (!this.closed) this.onClosed()
    this.closed = true
  }
}

const container = { key: '0123456789', pod: 'pod', container: 'user-container', revision: null }
const lines = (from: number, n: number) =>
  Array.from({ length: n }, (_, i) => {
    const ts = `2026-11-21T01:02:03.${String(from + i).padStart(9, '0')}Z`
    return { ts, text: `line ${from + i}`, position: { ts, ord: 0 } }
  })

let log: EngineLog
let stream: FakeStream
let closed: number

function start(to = stream): void {
  const hub = {
    open: (_id: string, from: object, wake: () => void) => ({ log, reader: log.open(from, wake) }),
    close: () => closed++,
  }
  streamLog(hub as unknown as LogHub, to as unknown as SseStream, { engineId: 'e', from: {} })
}

beforeEach(() => {
  vi.useFakeTimers()
  log = new EngineLog('e', { lines: 100, bytes: 1e6, idleBytes: 1e6 }, null, () => false)
  log.restore({ last: null, events: [] }, 'abcdefg')
  stream = new FakeStream()
  closed = 0
})
afterEach(() => {
  vi.useRealTimers()
})

describe('streamLog', () => {
  it('sends the first line at once and a flood in steps', async () => {
    start()
    log.append(container, lines(0, 1))
    await vi.advanceTimersByTimeAsync(1)
    expect(stream.written).toHaveLength(1)
    for (let i = 1; i <= 50; i++) {
      log.append(container, lines(i, 1))
      await vi.advanceTimersByTimeAsync(0.1)
    }
    await vi.advanceTimersByTimeAsync(10)
    expect(stream.written.length).toBeLessThan(5)
    expect(stream.written.join('').match(/^event: line$/gm)).toHaveLength(51)
  })

  it('keeps nothing for a slow reader but its place, and says what it left out', async () => {
    stream.slow = true
    start()
    log.append(container, lines(0, 10))
    await vi.advanceTimersByTimeAsync(1)
    log.append(container, lines(10, 500))
    await vi.advanceTimersByTimeAsync(1_000)
    expect(stream.written).toHaveLength(1)
    stream.hurry()
    await vi.advanceTimersByTimeAsync(10)
    const text = stream.written.join('')
    expect(text).toContain('400 lines were left out')
    expect(text.match(/^event: line$/gm)).toHaveLength(110)
  })

  it('is delayed by those who read, and not by those who do not keep up', async () => {
    const others = Array.from({ length: 400 }, () => new FakeStream())
    others.forEach((other) => start(other))
    start()
    const delayOf = async (n: number): Promise<number> => {
      const before = stream.written.length
      log.append(container, lines(n, 2))
      for (let ms = 0; ; ms++) {
        if (stream.written.length > before) return ms
        await vi.advanceTimersByTimeAsync(1)
      }
    }
    await delayOf(0)
    expect(await delayOf(2)).toBeGreaterThan(40)
    for (const other of others) other.slow = true
    await delayOf(4)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(log.keepingUp).toBe(1)
    await delayOf(6)
    expect(await delayOf(8)).toBeLessThan(10)
    for (const other of others) other.hurry()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(log.keepingUp).toBe(401)
  })

  it('sends what is left before it ends with the app', async () => {
    start()
    log.append(container, lines(0, 3))
    log.end('The app was deleted.')
    await vi.advanceTimersByTimeAsync(10)
    expect(stream.written.join('').match(/^event: line$/gm)).toHaveLength(3)
    expect(stream.events).toEqual([{ event: 'end', data: { reason: 'The app was deleted.' } }])
  })
})
