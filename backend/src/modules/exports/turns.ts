import { DomainError } from '../../common/problem/domain-error.js'

/** Lets so many pieces of work run at once, and so many more wait for their turn; who comes then is told to come again. */
export class Turns {
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(
    private readonly atOnce: number,
    private readonly mostWaiting: number,
  ) {}

  /**
   * @param signal ends the waiting: nobody wants the result any more
   * @param isPatient waits however many do already
   * @throws DomainError `export-busy`, and what the work throws; the reason of the signal
   */
  async run<T>(signal: AbortSignal, work: () => Promise<T>, isPatient = false): Promise<T> {
    signal.throwIfAborted()
    if (this.running < this.atOnce) this.running++
    else await this.wait(signal, isPatient)
    try {
      signal.throwIfAborted()
      return await work()
    } finally {
      const next = this.waiting.shift()
      // The turn is handed over, so that nobody gets in between.
      if (next) next()
      else this.running--
    }
  }

  private wait(signal: AbortSignal, isPatient: boolean): Promise<void> {
    if (!isPatient && this.waiting.length >= this.mostWaiting) throw new DomainError('export-busy')
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.waiting.splice(this.waiting.indexOf(turn), 1)
        reject(signal.reason instanceof Error ? signal.reason : new Error('nobody waits any more'))
      }
      this.waiting.push(turn)
      signal.addEventListener('abort', leave, { once: true })
    })
  }
}
