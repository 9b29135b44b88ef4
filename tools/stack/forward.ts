import { connect, createServer, type Server, type Socket } from 'node:net'

/** Where connections are passed on to; null while there is nothing there. */
export type ForwardTarget = () => { host: string; port: number } | null

const unavailable = 'The cluster that runs the apps is not ready. Try again in a moment.\n'
const unavailableAnswer = [
  'HTTP/1.1 503 Service Unavailable',
  'Content-Type: text/plain; charset=utf-8',
  `Content-Length: ${unavailable.length}`,
  'Retry-After: 5',
  'Connection: close',
  '',
  unavailable,
].join('\r\n')

/** Passes connections of a loopback port on to the apps' ingress, byte by byte: web sockets and endless answers too. */
export class Forward {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  constructor(target: ForwardTarget) {
    this.#server = createServer({ allowHalfOpen: true }, (client) => this.#accept(client, target()))
  }

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, '127.0.0.1', resolve)
    })
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #accept(client: Socket, target: { host: string; port: number } | null): void {
    this.#track(client)
    if (target === null) return void client.end(unavailableAnswer)
    const upstream = connect({ ...target, allowHalfOpen: true })
    this.#track(upstream)
    let connected = false
    upstream.setTimeout(5000, () => upstream.destroy(new Error('no connection within 5 s')))
    upstream.once('connect', () => {
      connected = true
      upstream.setTimeout(0)
      upstream.setNoDelay(true)
      client.setNoDelay(true)
      client.pipe(upstream).pipe(client)
    })
    upstream.on('error', () => (connected ? client.destroy() : client.end(unavailableAnswer)))
    client.on('error', () => upstream.destroy())
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroySoon())
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
  }
}
