import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, ref } from 'vue'
import type { EventStreamOptions, ServerEvent } from '../api/event-stream'
import { useLogStream } from './useLogStream'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

/** A stream that the test writes to. */
function makeStream() {
  const opened: EventStreamOptions[] = []
  let closed = 0
  const open = (options: EventStreamOptions) => {
    opened.push(options)
    return { nudge: () => {}, close: () => void (closed += 1) }
  }
  const send = (event: string, data: unknown, id = ''): void => {
    const message: ServerEvent = { event, data: JSON.stringify(data), id }
    opened.at(-1)?.onEvent(message)
  }
  return { open, opened, send, closed: () => closed }
}

describe('useLogStream', () => {
  it('gathers lines and shows them in one step', () => {
    const { open, send } = makeStream()
    const scope = effectScope()
    const log = scope.run(() => useLogStream(ref('/log'), open))
    const before = log?.version.value ?? 0
    for (let line = 0; line < 100; line += 1) {
      send('line', { ts: 't', pod: 'p', container: 'c', text: `${line}` }, `${line}`)
    }
    expect(log?.buffer.size).toBe(0)
    vi.advanceTimersByTime(50)
    expect(log?.buffer.size).toBe(101)
    expect(log?.version.value).toBe(before + 1)
    scope.stop()
  })

  it('keeps a gap behind the lines that came before it', () => {
    const { open, send } = makeStream()
    const scope = effectScope()
    const log = scope.run(() => useLogStream(ref('/log'), open))
    send('line', { text: 'a' })
    send('gap', { reason: 'slow reader' })
    expect(log?.buffer.rows.map(({ text }) => text)).toEqual(['a', 'slow reader'])
    scope.stop()
  })

  it('puts markers and events between the lines', () => {
    const { open, send } = makeStream()
    const scope = effectScope()
    const log = scope.run(() => useLogStream(ref('/log'), open))
    send('line', { text: 'a' })
    send('marker', { uid: '1', what: 'crashed', pod: 'p', message: 'The container ended: exit code 3.' })
    send('event', { uid: '2', type: 'Warning', object: 'Pod/p', reason: 'BackOff', message: 'restarting' })
    expect(log?.buffer.rows.map(({ text }) => text)).toEqual(['a', 'The container ended: exit code 3. · p', 'BackOff: restarting · Pod/p'])
    scope.stop()
  })

  it('stays open when the portal restarts: the stream connects again by itself', () => {
    const { open, send, closed } = makeStream()
    const scope = effectScope()
    const log = scope.run(() => useLogStream(ref('/log'), open))
    send('line', { text: 'a' }, '41')
    send('end', { reason: 'shutdown' }, '41')
    expect(log?.status.value.state).not.toBe('ended')
    expect(closed()).toBe(0)
    scope.stop()
  })

  it('ends with the reason, and goes on from the last line when asked', () => {
    const { open, opened, send, closed } = makeStream()
    const scope = effectScope()
    const log = scope.run(() => useLogStream(ref('/log'), open))
    send('line', { text: 'a' }, '41')
    send('end', { reason: 'deleted' }, '42')
    expect(log?.status.value.state).toBe('ended')
    expect(log?.endReason.value).toBe('deleted')
    expect(closed()).toBe(1)
    log?.reconnect()
    expect(opened.at(-1)?.lastEventId).toBe('42')
    expect(log?.endReason.value).toBeNull()
    expect(log?.buffer.size).toBe(1)
    scope.stop()
  })

  it('begins anew for another log, and closes with its scope', async () => {
    const { open, opened, send, closed } = makeStream()
    const url = ref('/a')
    const scope = effectScope()
    const log = scope.run(() => useLogStream(url, open))
    send('line', { text: 'a' }, '9')
    vi.advanceTimersByTime(50)
    url.value = '/b'
    await Promise.resolve()
    expect(log?.buffer.size).toBe(0)
    expect(opened.at(-1)).toMatchObject({ url: '/b', lastEventId: '' })
    scope.stop()
    expect(closed()).toBe(2)
  })
})
