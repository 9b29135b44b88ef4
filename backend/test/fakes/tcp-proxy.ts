import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A wire between a client and a service that a test can cut and mend. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>()
  private server: Server | undefined
  private withheld: { text: string; sent: (chunk: string) => void } | undefined
  port = 0

  private constructor(private readonly target: { host: string; port: number }) {}

  /** Begins to listen on a free port for connections to `url`'s host and port. */
  static async to(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url)
    const proxy = new TcpProxy({ host: hostname, port: Number(port) })
    await proxy.mend()
    return proxy
  }

  /** The same address with the proxy in place of the service. */
  through(url: string): string {
    const changed = new URL(url)
    changed.hostname = '127.0.0.1'
    changed.port = String(this.port)
    return changed.href.replace(/\/$/, '')
  }

  /** Closes every connection, and refuses new ones. */
  async cut(): Promise<void> {
    const { server } = this
    this.server = undefined
    const closed = server && new Promise((resolve) => server.close(resolve))
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  /** Closes every connection, and takes new ones that are never answered, also after it is mended. */
  async fallSilent(): Promise<void> {
    await this.cut()
    await this.listen(
      createServer((incoming) => {
        this.sockets.add(incoming)
        incoming.on('error', () => incoming.destroy())
        incoming.on('close', () => this.sockets.delete(incoming))
      }),
    )
  }

  /** Lets no answer through to the next thing that is sent with this text in it. @returns what was sent, as soon as it was */
  withholdAnswerTo(text: string): Promise<string> {
    return new Promise((sent) => (this.withheld = { text, sent }))
  }

  /** Takes connections again, on the same port. */
  async mend(): Promise<void> {
    // Those that were never answered stay as they are.
    this.server?.close()
    const server = createServer((incoming) => {
      const outgoing = connect(this.target)
      for (const [socket, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        this.sockets.add(socket)
        socket.on('error', () => other.destroy())
        socket.on('close', () => {
          this.sockets.delete(socket)
          other.destroy()
        })
        socket.pipe(other)
      }
      incoming.on('data', (chunk: Buffer) => {
        if (!this.withheld || !chunk.includes(this.withheld.text)) return
        outgoing.unpipe(incoming)
        this.withheld.sent(chunk.toString('latin1'))
        this.withheld = undefined
      })
    })
    await this.listen(server)
  }

  private async listen(server: Server): Promise<void> {
    this.server = server
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.port, '127.0.0.1', resolve)
    })
    this.port = (server.address() as AddressInfo).port
  }
}
