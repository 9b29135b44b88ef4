/** What someone who asked for the newest line of a log found. */
export type Newest = 'a line that did not come' | 'nothing new' | 'no answer'

const FAILURES = 2

/**
 * Looks after a connection on which silence is normal, but which may also hang without a word: after some silence it has someone ask whether there is
 * anything that did not come. When there is, or when nobody answers any more, the connection is given up.
 */
export class LogWatchdog {
  private heardAt = performance.now()
  private failures = 0
  private timer: NodeJS.Timeout
  private stopped = false

  /**
   * @param quietMs milliseconds of silence after which it is asked
   * @param lateMs milliseconds that a line which is known to be there may take to come
   */
  constructor(
    private readonly ask: () => Promise<Newest>,
    private readonly giveUp: () => void,
    private readonly quietMs: number,
    private readonly lateMs: number,
  ) {
    this.timer = setTimeout(() => this.check(), quietMs)
  }

  /** Something came. Called for every piece, so it only takes the time. */
  heard(): void {
    this.heardAt = performance.now()
  }

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  private check(): void {
    const silent = performance.now() - this.heardAt
    // A timer may fire a little early.
    if (silent + 1 < this.quietMs) this.wait(this.quietMs - silent)
    else void this.ask().then((found) => this.judge(found))
  }

  private judge(found: Newest): void {
    if (this.stopped) return
    this.failures = found === 'no answer' ? this.failures + 1 : 0
    if (this.failures >= FAILURES) return this.giveUp()
    if (found !== 'a line that did not come') return this.wait(this.quietMs)
    const asked = performance.now()
    this.timer = setTimeout(() => (this.heardAt > asked ? this.wait(this.quietMs) : this.giveUp()), this.lateMs)
  }

  private wait(ms: number): void {
    if (!this.stopped) this.timer = setTimeout(() => this.check(), ms)
  }
}
