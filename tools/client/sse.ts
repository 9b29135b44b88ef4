import type { VitrineClient } from './http.ts'

export interface SseEvent {
  id: string
  event: string
  data: string
}

/** Takes the text of an event stream piece by piece and hands out whole events (WHATWG HTML, section 9.2). */
export class SseParser {
  #rest = ''
  #id = ''
  #event = ''
  #data: string[] = []

  /** Events that are complete with this piece. A piece may end anywhere, within a line break too. */
  push(piece: string): SseEvent[] {
    const events: SseEvent[] = []
    // A CR at the end may be the first half of a CRLF: it waits for the next piece.
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) {
      if (line === '') {
        if (this.#data.length > 0) events.push({ id: this.#id, event: this.#event || 'message', data: this.#data.join('\n') })
        this.#event = ''
        this.#data = []
      } else this.#field(line)
    }
    return events
  }

  #field(line: string): void {
    const colon = line.indexOf(':')
    if (colon === 0) return
    const name = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (name === 'data') this.#data.push(value)
    else if (name === 'event') this.#event = value
    else if (name === 'id' && !value.includes('\0')) this.#id = value
  }
}

/**
 * Reads an event stream until it ends or `signal` aborts; leaving the loop closes it.
 * @param path such as `/api/engines/<id>/logs`
 * @param lastEventId id of the last event that was seen, to go on after it
 * @throws ProblemError when the stream is refused, and what the connection throws when it breaks
 */
export async function* readEvents(
  client: VitrineClient,
  path: string,
  { signal, lastEventId }: { signal?: AbortSignal; lastEventId?: string } = {},
): AsyncGenerator<SseEvent> {
  const closing = new AbortController()
  const headers = { accept: 'text/event-stream', ...(lastEventId ? { 'last-event-id': lastEventId } : {}) }
  const signals = signal ? [closing.signal, signal] : [closing.signal]
  try {
    const response = await client.send('GET', path, undefined, { headers, signal: AbortSignal.any(signals) })
    if (response.body === null) return
    const parser = new SseParser()
    for await (const piece of response.body.pipeThrough(new TextDecoderStream())) yield* parser.push(piece)
  } catch (error) {
    if (!signal?.aborted) throw error
  } finally {
    closing.abort()
  }
}
