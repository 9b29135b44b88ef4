import fastify, { type FastifyInstance } from 'fastify'
import { afterEach, describe, expect, it } from 'vitest'
import { formatEvent, SseStream } from './sse-stream.js'

let server: FastifyInstance | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

/** A real server on loopback whose one route hands its stream to `use`. */
async function serve(use: (stream: SseStream) => void): Promise<string> {
  server = fastify({ forceCloseConnections: true })
  server.get('/', (_request, reply) => use(new SseStream(reply.header('x-kept', 'yes'))))
  return server.listen({ port: 0, host: '127.0.0.1' })
}

describe('formatEvent', () => {
  it('keeps line breaks of the data inside JSON, so that they never end the event', () => {
    expect(formatEvent({ id: '7', event: 'line', data: { text: 'a\n\ndata: b\r' } })).toBe(
      'id: 7\nevent: line\ndata: {"text":"a\\n\\ndata: b\\r"}\n\n',
    )
  })

  it('leaves the id out when there is none, so that the reader keeps its own', () => {
    expect(formatEvent({ event: 'gap', data: {} })).toBe('event: gap\ndata: {}\n\n')
  })
})

describe('SseStream', () => {
  it('sends head and events, keeps the headers that were set before, and ends in order', async () => {
    const address = await serve((stream) => {
      stream.send({ id: '1', event: 'line', data: 'x' })
      stream.end()
    })
    const answer = await fetch(address)
    expect(answer.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(answer.headers.get('x-kept')).toBe('yes')
    expect(await answer.text()).toBe(': open\n\nid: 1\nevent: line\ndata: "x"\n\n')
  })

  it('tells when the reader has gone', async () => {
    let gone!: () => void
    const left = new Promise<void>((resolve) => (gone = resolve))
    const address = await serve((stream) => stream.onClose(gone))
    const abort = new AbortController()
    await fetch(address, { signal: abort.signal })
    abort.abort()
    await left
  })

  it('says when the reader is behind, and when it has caught up', async () => {
    let behind = false
    let caughtUp!: () => void
    const done = new Promise<void>((resolve) => (caughtUp = resolve))
    const address = await serve((stream) => {
      const text = 'x'.repeat(64 * 1024)
      for (let i = 0; i < 1_000 && !behind; i++) behind = !stream.send({ event: 'line', data: text })
      void stream.drained().then(() => {
        stream.end()
        caughtUp()
      })
    })
    const answer = await fetch(address)
    await answer.text()
    await done
    expect(behind).toBe(true)
  })

  it('ends all with a reason when the process stops', async () => {
    const address = await serve(() => undefined)
    const answer = await fetch(address)
    SseStream.endAll('restart')
    expect(await answer.text()).toContain('event: end\ndata: {"reason":"restart"}')
  })
})
