import { sleep } from '../stack/time.ts'
import { ProblemError, type VitrineClient } from './http.ts'
import { readEvents } from './sse.ts'

/** Reads the log of an app across whatever ends the connection, as the page does: with the id of the last event. */
export class LogTail {
  /** Numbers of the lines `emit <tag> <number>/…`, in the order in which they came. */
  readonly numbers: number[] = []
  /** What the portal said about lines that may be missing. */
  readonly gaps: string[] = []
  /** How often a connection ended on which something had come. */
  reconnects = 0
  readonly #client: VitrineClient
  readonly #path: string
  readonly #mark: RegExp
  readonly #leaving = new AbortController()
  #lastEventId: string | undefined
  #reading: Promise<void> | null = null

  constructor(client: VitrineClient, engineId: string, tag: string) {
    this.#client = client
    this.#path = `/api/engines/${engineId}/logs`
    this.#mark = new RegExp(`^emit ${tag} (\\d+)/`)
  }

  /** Begins with all that is kept, and goes on until {@link stop}. */
  start(): void {
    this.#reading ??= this.#read()
    // Told by `stop`.
    this.#reading.catch(() => undefined)
  }

  /** @throws when the log was refused */
  async stop(): Promise<void> {
    this.#leaving.abort()
    await this.#reading
  }

  /** Numbers up to `last` that did not come, and how many came twice or out of order. */
  faults(last: number): { lost: number[]; doubled: number } {
    const seen = new Set(this.numbers)
    const lost = Array.from({ length: last }, (_, i) => i + 1).filter((number) => !seen.has(number))
    const doubled = this.numbers.filter((number, at) => at > 0 && number <= (this.numbers[at - 1] ?? 0)).length
    return { lost, doubled }
  }

  async #read(): Promise<void> {
    const { signal } = this.#leaving
    while (!signal.aborted) {
      const from =
        this.#lastEventId === undefined
          ? { query: '?tail=100000', options: {} }
          : { query: '', options: { lastEventId: this.#lastEventId } }
      let heard = false
      try {
        for await (const { id, event, data } of readEvents(this.#client, this.#path + from.query, { signal, ...from.options })) {
          heard = true
          this.#lastEventId = id || this.#lastEventId
          if (event === 'gap') this.gaps.push((JSON.parse(data) as { reason: string }).reason)
          const number = event === 'line' ? this.#mark.exec((JSON.parse(data) as { text: string }).text)?.[1] : undefined
          if (number !== undefined) this.numbers.push(Number(number))
        }
      } catch (error) {
        if (error instanceof ProblemError && error.problem.status < 500) throw error
      }
      if (signal.aborted) return
      if (heard) this.reconnects++
      await sleep(100)
    }
  }
}
