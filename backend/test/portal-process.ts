import { spawn, type ChildProcess } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../tools/stack/ports.ts'
import { dropDatabase, environment, ready } from './app.js'

/** The built portal in a process of its own, for what cannot be seen from within: all that it logs, the memory that it takes, and what a kill leaves. */
export class PortalProcess {
  /** All that it wrote. */
  output = ''
  private child: ChildProcess

  private constructor(
    readonly url: string,
    private readonly env: Record<string, string>,
  ) {
    this.child = this.spawn()
  }

  /** Starts what `npm run build` made, and waits until it is ready. */
  static async start(spec: string, env: Record<string, string> = {}): Promise<PortalProcess> {
    const port = await freePort()
    const portal = new PortalProcess(`http://127.0.0.1:${port}`, { ...environment(spec), VITRINE_PORT: String(port), ...env })
    await portal.started()
    return portal
  }

  /** Whether it still runs. */
  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** The memory that it takes now, in bytes. */
  rss(): number {
    const [, kib = '0'] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8')) ?? []
    return Number(kib) * 1024
  }

  /**
   * How long it has waited for a processor until now, in ms: what others on the machine cost it. It counts for the threads of which a request is with one
   * at a time: not for those that collect garbage beside it.
   */
  waited(): number {
    const tasks = `/proc/${this.child.pid}/task`
    const waits = readdirSync(tasks)
      .filter((task) => /^(MainThread|libuv-worker)$/m.test(readFileSync(join(tasks, task, 'comm'), 'utf8')))
      .map((task) => Number(readFileSync(join(tasks, task, 'schedstat'), 'utf8').split(' ')[1]))
    return waits.reduce((sum, nanoseconds) => sum + nanoseconds, 0) / 1e6
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM')
  }

  /** Stops it, and drops its database. */
  async remove(): Promise<void> {
    await this.stop()
    await dropDatabase(this.env['MONGODB_URI'] ?? '')
  }

  /** Ends it by kill -9. */
  kill(): Promise<void> {
    return this.end('SIGKILL')
  }

  /** Ends it by kill -9 and starts it again at the same address, as a supervisor does. Resolves before it is ready. */
  async killAndRestart(): Promise<void> {
    await this.end('SIGKILL')
    this.child = this.spawn()
  }

  /** Waits until it is ready. @throws with what it wrote when it does not get so far; it is stopped then */
  async started(): Promise<void> {
    try {
      await this.listening()
      await ready(this.url)
    } catch (error) {
      await this.stop()
      throw new Error(`the portal did not start: ${this.output.slice(-2_000)}`, { cause: error })
    }
  }

  private spawn(): ChildProcess {
    const child = spawn(process.execPath, [join(import.meta.dirname, '../dist/main.js')], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()))
    return child
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    if (!this.alive) return
    const exited = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill(signal)
    await exited
  }

  private async listening(): Promise<void> {
    for (const until = performance.now() + 30_000; performance.now() < until && this.alive;)
      try {
        await fetch(`${this.url}/livez`)
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    throw new Error('it does not listen')
  }
}
