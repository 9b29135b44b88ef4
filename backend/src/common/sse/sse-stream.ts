import type { FastifyReply } from 'fastify'

/** One event of a stream; `data` is written as JSON. Without an `id` the client's Last-Event-ID stays as it was. */
export interface SseEvent {
  id?: string
  event: string
  data: unknown
}

const HEARTBEAT_MS = 10_000

/**
 * A Server-Sent Events answer on a Fastify reply. Nest's own `@Sse` numbers events that carry no id, which would overwrite our cursors,
 * and has no back-pressure; this has both under control: {@link send} tells when the reader is slow, {@link drained} waits for it.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class SseStream {
  private static readonly open = new Set<SseStream>()
  private readonly heartbeat: NodeJS.Timeout
  private readonly closeListeners: (() => void)[] = []
  private ended = false

  /** Takes the reply over and sends the head; whatever may answer with an error status has to happen before. */
  constructor(private readonly reply: FastifyReply) {
    reply.hijack()
    for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    reply.raw.flushHeaders()
    reply.raw.on('close', () => this.dispose())
    reply.raw.on('error', () => this.dispose())
    this.heartbeat = setInterval(() => this.write(':\n\n'), HEARTBEAT_MS)
    // The first bytes at once, so that proxies and readers see the stream open.
    this.write(': open\n\n')
    SseStream.open.add(this)
  }

  /** Whether the reader has gone or the stream was ended. */
  get closed(): boolean {
    return this.ended
  }

  /** Writes an event; `false` means that the reader is behind and {@link drained} should be awaited. Nothing happens once closed. */
  send(event: SseEvent): boolean {
    return this.write(formatEvent(event))
  }

  /** Writes events that have their wire form already (see {@link formatEvent}), all in one go; answers as {@link send}. */
  sendFormatted(events: string): boolean {
    return this.write(events)
  }

  /** Resolves when the socket takes more, or the stream closed. */
  async drained(): Promise<void> {
    if (this.ended || !this.reply.raw.writableNeedDrain) return
    await new Promise<void>((resolve) => {
      const done = () => {
        this.reply.raw.off('drain', done)
        this.reply.raw.off('close', done)
        resolve()
      }
      this.reply.raw.once('drain', done)
      this.reply.raw.once('close', done)
    })
  }

  /** Calls back once, when the stream closes from either side; at once when it already has. */
  onClose(listener: () => void): void {
    if (this.ended) listener()
    else this.closeListeners.push(listener)
  }

  /** Ends the stream in order: what was sent still arrives. */
  end(): void {
    if (this.ended) return
    this.reply.raw.end()
    this.dispose()
  }

  /** Ends every open stream, each with a last `end` event; for the shutdown of the process. */
  static endAll(reason: string): void {
    for (const stream of [...SseStream.open]) {
      stream.send({ event: 'end', data: { reason } })
      stream.end()
    }
  }

  private write(text: string): boolean {
    if (this.ended) return true
    return this.reply.raw.write(text)
  }

  private dispose(): void {
    if (this.ended) return
    this.ended = true
    clearInterval(this.heartbeat)
    SseStream.open.delete(this)
    for (const listener of this.closeListeners.splice(0)) listener()
  }
}

/** The wire form of an event. JSON has no raw line break, so one `data:` line is enough; ids and names are ours and have none either. */
export function formatEvent({ id, event, data }: SseEvent): string {
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
}
