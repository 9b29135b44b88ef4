import { formatDuration } from './time.ts'

/** A step that takes longer says so this often. */
const reminderMs = 15_000

/** Progress of a start or stop as plain lines that read the same on a terminal and in a log file. */
export class Progress {
  readonly #started = Date.now()
  readonly #print: (line: string) => void

  constructor(print: (line: string) => void = (line) => process.stdout.write(line + '\n')) {
    this.#print = print
  }

  /** One line with the time since the start, right-aligned in front. */
  line(text: string): void {
    this.#print(progressLine(Date.now() - this.#started, text))
  }

  /** A line without the time: headings, results. */
  plain(text: string): void {
    this.#print(text)
  }

  /**
   * Runs a step and says how long it took. A quick step is one line; a long one says that it has begun after a moment,
   * and that it goes on every 15 s.
   */
  async step<T>(name: string, run: () => Promise<T>): Promise<T> {
    const began = Date.now()
    const announce = setTimeout(() => this.line(`${name} …`), 700)
    const remind = setInterval(() => {
      this.line(`${name} … ${formatDuration(Date.now() - began)}`)
    }, reminderMs)
    try {
      const result = await run()
      this.line(`${name}: done in ${formatDuration(Date.now() - began)}`)
      return result
    } catch (error) {
      this.line(`${name}: failed after ${formatDuration(Date.now() - began)}`)
      throw error
    } finally {
      clearTimeout(announce)
      clearInterval(remind)
    }
  }
}

/** `  1:05  text`: minutes and seconds since the start. */
export function progressLine(elapsedMs: number, text: string): string {
  const seconds = Math.floor(elapsedMs / 1000)
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
  return `${clock.padStart(6)}  ${text}`
}
