import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { openEventStream } from '../api/event-stream'
import type { EventStream, ServerEvent, StreamStatus } from '../api/event-stream'
import { LogBuffer } from './log-buffer'
import type { NewLine, NewMarker } from './log-buffer'

export interface LogStream {
  buffer: LogBuffer
  /** Counts up with every change of the buffer: lines are too many to be reactive one by one. */
  version: ShallowRef<number>
  status: Ref<StreamStatus>
  /** Why the portal ended the stream; null while it has not. */
  endReason: Ref<string | null>
  /** Opens the stream again after its end, from the last line on. */
  reconnect: () => void
}

/** Milliseconds for which lines are gathered before they are shown, so that a flood renders once per step. */
const gatherFor = 50

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

function field(data: Record<string, unknown>, name: string): string {
  const value = data[name]
  return typeof value === 'string' ? value : ''
}

function dataOf(event: ServerEvent): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(event.data)
    return isRecord(data) ? data : {}
  } catch (error) {
    // One event that cannot be read must not end the log; its text is still worth showing.
    if (error instanceof SyntaxError) return { text: event.data, reason: event.data }
    throw error
  }
}

function markerOf(kind: 'marker' | 'event', data: Record<string, unknown>): NewMarker {
  const common = { kind, uid: field(data, 'uid'), ts: field(data, 'ts'), pod: field(data, 'pod') }
  if (kind === 'event') {
    const text = `${field(data, 'reason')}: ${field(data, 'message')} · ${field(data, 'object')}`
    return { ...common, text, bad: field(data, 'type') === 'Warning' }
  }
  const text = [field(data, 'message'), field(data, 'pod')].filter((part) => part !== '').join(' · ')
  return { ...common, text, bad: field(data, 'what') === 'crashed' }
}

/** Follows the log at `url` while the scope lives; a new url begins anew. */
export function useLogStream(url: Ref<string>, open = openEventStream): LogStream {
  const buffer = new LogBuffer()
  const version = shallowRef(0)
  const status = ref<StreamStatus>({ state: 'connecting' })
  const endReason = ref<string | null>(null)
  let stream: EventStream | null = null
  let lastEventId = ''
  let waiting: NewLine[] = []
  let timer: ReturnType<typeof setTimeout> | null = null

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting.length > 0) buffer.push(waiting)
    waiting = []
    version.value += 1
  }

  function receive(event: ServerEvent): void {
    lastEventId = event.id
    const data = dataOf(event)
    if (event.event === 'line') {
      waiting.push({
        ts: field(data, 'ts'),
        pod: field(data, 'pod'),
        container: field(data, 'container'),
        text: field(data, 'text'),
        revision: field(data, 'revision'),
      })
      timer ??= setTimeout(flush, gatherFor)
    } else if (event.event === 'marker' || event.event === 'event') {
      flush()
      buffer.mark(markerOf(event.event, data))
      version.value += 1
    } else if (event.event === 'gap') {
      flush()
      buffer.gap(field(data, 'reason'))
      version.value += 1
    } else if (event.event === 'end') {
      // A restart ends the connection, not the log: the stream connects again by itself and goes on from the last line.
      if (field(data, 'reason') === 'shutdown') return
      flush()
      endReason.value = field(data, 'reason')
      stop()
      status.value = { state: 'ended', problem: null }
    }
  }

  function stop(): void {
    stream?.close()
    stream = null
  }

  function start(): void {
    stop()
    endReason.value = null
    status.value = { state: 'connecting' }
    let mine: EventStream | null = null
    mine = open({
      url: url.value,
      lastEventId,
      onEvent: receive,
      onStatus: (next) => {
        // A stream that was replaced or ended has nothing more to say.
        if (mine !== null && mine === stream) status.value = next
      },
    })
    stream = mine
  }

  watch(
    url,
    () => {
      waiting = []
      lastEventId = ''
      buffer.clear()
      version.value += 1
      start()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    stop()
    if (timer !== null) clearTimeout(timer)
  })

  return { buffer, version, status, endReason, reconnect: start }
}
