import { KubeConfig } from '@kubernetes/client-node'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KubeApi } from './kube-api.js'

// An API server that stands still: it takes connections and says nothing, until it is let go on.
let server: Server
let api: KubeApi
let sockets: Socket[]
let standsStill: boolean

const VERSION = '{"gitVersion":"v1.2.3"}'
const LATE_MS = 3_000

beforeEach(async () => {
  sockets = []
  standsStill = true
  server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    if (standsStill) return
    socket.once('data', () =>
      socket.end(
        `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${VERSION.length}\r\nconnection: close\r\n\r\n${VERSION}`,
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  api = new KubeApi()
})
afterEach(async () => {
  await api.use(null)
  for (const socket of sockets) socket.destroy()
  await new Promise((resolve) => server.close(resolve))
})

async function connect(scheme: 'http' | 'https'): Promise<void> {
  const config = new KubeConfig()
  const { port } = server.address() as AddressInfo
  const cluster = { name: 'c', server: `${scheme}://127.0.0.1:${port}`, skipTLSVerify: true }
  config.loadFromOptions({
    clusters: [cluster],
    users: [{ name: 'u' }],
    contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
    currentContext: 'x',
  })
  await api.use(config)
}

describe('a request to an API server that stands still', () => {
  it.each(['http', 'https'] as const)('ends in time, be it that the connection is not even made (%s)', async (scheme) => {
    await connect(scheme)
    const from = performance.now()
    await expect(api.json('GET', '/version', { timeoutMs: 200 })).rejects.toMatchObject({ kind: 'unreachable' })
    expect(performance.now() - from).toBeLessThan(LATE_MS)
  })

  it('that has no end ends when it is given up', async () => {
    await connect('https')
    const abort = new AbortController()
    const reading = api.stream('/api/v1/pods', {}, { signal: abort.signal, idleMs: 0 }).next()
    setTimeout(() => abort.abort(), 100)
    const from = performance.now()
    await expect(reading).rejects.toMatchObject({ kind: 'unreachable' })
    expect(performance.now() - from).toBeLessThan(LATE_MS)
  })

  it('is answered over a new connection once it goes on', async () => {
    await connect('http')
    await expect(api.json('GET', '/version', { timeoutMs: 200 })).rejects.toMatchObject({ kind: 'unreachable' })
    standsStill = false
    await api.renew()
    expect(await api.json('GET', '/version', { timeoutMs: LATE_MS })).toEqual({ gitVersion: 'v1.2.3' })
  })
})
