/**
 * Server-sent events over `fetch`. EventSource hides status and body of a refused stream
 * and cannot be told apart when it is silent, so the protocol is read here:
 * https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
import { ApiProblem, asProblem, isAbort, problemFrom, settleRefusal, settleStreamEnd } from './client'

export interface ServerEvent {
  /** `message` when the server names none. */
  event: string
  data: string
  /** The last id that was seen, on this event or before it. */
  id: string
}

/** Turns text chunks, cut anywhere, into events. */
export class EventStreamParser {
  /** What to send as `Last-Event-ID` when the stream is opened again. */
  lastEventId = ''
  /** Milliseconds to wait before reconnecting, when the server asked for it. */
  retry: number | null = null

  private rest = ''
  private sawCarriageReturn = false
  private started = false
  private event = ''
  private data: string[] = []

  /** The events that are complete with this chunk. */
  push(chunk: string): ServerEvent[] {
    const events: ServerEvent[] = []
    let text = chunk
    if (!this.started && text.length > 0) {
      this.started = true
      if (text.startsWith('\uFEFF')) text = text.slice(1)
    }
    // A CRLF that was cut between its two characters is one line end, not two.
    if (this.sawCarriageReturn && text.startsWith('\n')) text = text.slice(1)
    if (text.length > 0) this.sawCarriageReturn = text.endsWith('\r')
    const lines = (this.rest + text).split(/\r\n|\r|\n/)
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const event = this.line(line)
      if (event) events.push(event)
    }
    return events
  }

  private line(line: string): ServerEvent | null {
    if (line === '') return this.dispatch()
    if (line.startsWith(':')) return null
    const colon = line.indexOf(':')
    const field = colon === -1 ? line : line.slice(0, colon)
    let value = colon === -1 ? '' : line.slice(colon + 1)
    if (value.startsWith(' ')) value = value.slice(1)
    if (field === 'event') this.event = value
    else if (field === 'data') this.data.push(value)
    else if (field === 'id' && !value.includes('\0')) this.lastEventId = value
    else if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value)
    return null
  }

  private dispatch(): ServerEvent | null {
    const { event, data } = this
    this.event = ''
    this.data = []
    if (data.length === 0) return null
    return { event: event || 'message', data: data.join('\n'), id: this.lastEventId }
  }
}

export type StreamStatus =
  | { state: 'connecting' }
  | { state: 'live' }
  /** The stream broke; `problem` says why, when the server answered. */
  | { state: 'reconnecting'; attempt: number; problem: ApiProblem }
  /** Over for good: refused by the portal (`problem`), or closed by us (null). */
  | { state: 'ended'; problem: ApiProblem | null }

export interface EventStreamOptions {
  url: string
  onEvent: (event: ServerEvent) => void
  onStatus?: (status: StreamStatus) => void
  /** Resume after this event from the first request on. */
  lastEventId?: string
  fetch?: typeof fetch
  /** Milliseconds without a byte after which the connection counts as dead; heartbeats come every 15 s. */
  silence?: number
  /** 0..1, spreads reconnects of many tabs. */
  random?: () => number
}

export interface EventStream {
  /** Reconnects now instead of after the wait; does nothing while the stream is live. */
  nudge: () => void
  close: () => void
}

const firstWait = 500
const longestWait = 15_000

/** Milliseconds before attempt `attempt` (from 1): doubling, at most 15 s, with up to half of it random. */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(longestWait, firstWait * 2 ** (attempt - 1))
  return Math.round(full / 2 + (full / 2) * random)
}

/** Whether trying the same request again can help. */
function isPassing(problem: ApiProblem): boolean {
  return problem.status === 0 || problem.status === 429 || problem.status >= 500
}

/** Opens a stream that stays open: reconnects with backoff and resumes after the last event that was seen. */
export function openEventStream(options: EventStreamOptions): EventStream {
  const { url, onEvent, silence = 45_000, random = Math.random } = options
  const request = options.fetch ?? ((input, init) => fetch(input, init))
  const closing = new AbortController()
  let lastEventId = options.lastEventId ?? ''
  let wake: () => void = () => {}
  const report = (status: StreamStatus): void => options.onStatus?.(status)

  /** Reads one connection to its end; throws why it ended. Answers whether anything arrived through `onLive`. */
  async function connection(onLive: () => void, repeated = false): Promise<number | null> {
    const headers: Record<string, string> = { accept: 'text/event-stream' }
    if (lastEventId) headers['last-event-id'] = lastEventId
    const attempt = new AbortController()
    const abort = (): void => attempt.abort()
    closing.signal.addEventListener('abort', abort)
    let watchdog = setTimeout(abort, silence)
    const parser = new EventStreamParser()
    parser.lastEventId = lastEventId
    try {
      const response = await request(url, {
        headers,
        signal: attempt.signal,
        credentials: 'same-origin',
        cache: 'no-store',
      })
      if (!response.ok) {
        const problem = await problemFrom(response)
        clearTimeout(watchdog)
        if (!repeated && (await settleRefusal(problem))) return await connection(onLive, true)
        throw problem
      }
      if (!response.body) return parser.retry
      onLive()
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        clearTimeout(watchdog)
        if (done) return parser.retry
        watchdog = setTimeout(abort, silence)
        for (const event of parser.push(value)) {
          lastEventId = event.id
          onEvent(event)
          if (event.event === 'end') settleStreamEnd(event.data)
          if (closing.signal.aborted) return null
        }
      }
    } finally {
      clearTimeout(watchdog)
      closing.signal.removeEventListener('abort', abort)
    }
  }

  function pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  async function run(): Promise<void> {
    let attempt = 0
    report({ state: 'connecting' })
    while (!closing.signal.aborted) {
      let problem = new ApiProblem({ code: 'stream-closed', status: 0, detail: '' })
      let wanted: number | null = null
      try {
        wanted = await connection(() => {
          attempt = 0
          report({ state: 'live' })
        })
      } catch (error) {
        if (closing.signal.aborted) break
        // An abort that is not ours is the watchdog: the connection went silent.
        if (!isAbort(error)) problem = asProblem(error)
        if (!isPassing(problem)) {
          report({ state: 'ended', problem })
          return
        }
      }
      if (closing.signal.aborted) break
      attempt += 1
      report({ state: 'reconnecting', attempt, problem })
      const least = Math.max(wanted ?? 0, (problem.retryAfter ?? 0) * 1000)
      await pause(Math.max(least, backoff(attempt, random())))
      wake = () => {}
    }
    report({ state: 'ended', problem: null })
  }

  const nudge = (): void => wake()
  globalThis.addEventListener('online', nudge)
  void run()
  return {
    nudge,
    close: () => {
      globalThis.removeEventListener('online', nudge)
      closing.abort()
      wake()
    },
  }
}
