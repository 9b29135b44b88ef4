/** What a {@link KeyedQueue} does when the work for a key fails: the milliseconds after which it tries again, or `null` to give up. */
export type RetryPolicy = (key: string, attempt: number, error: unknown) => number | null

/**
 * A level-triggered work queue: `add(key)` returns at once, keys that wait are coalesced, one run per key at a time, `concurrency` runs in all.
 * A key added while it runs is run once more afterwards, so that no change is missed. `work` may not assume why it was called.
 */
export class KeyedQueue {
  private readonly waiting = new Set<string>()
  private readonly running = new Set<string>()
  private readonly again = new Set<string>()
  private readonly attempts = new Map<string, number>()
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly idle: (() => void)[] = []
  private stopped = false

  constructor(
    private readonly work: (key: string) => Promise<void>,
    private readonly concurrency: number,
    private readonly retry: RetryPolicy,
  ) {}

  /** Asks for a run of `key`, now or as soon as there is room. Never throws. */
  add(key: string): void {
    if (this.stopped) return
    const timer = this.timers.get(key)
    if (timer) {
      clearTimeout(timer)
      this.timers.delete(key)
    }
    if (this.running.has(key)) this.again.add(key)
    else {
      this.waiting.add(key)
      this.pump()
    }
  }

  /** Asks for a run of `key` after `ms` milliseconds, unless it is asked for earlier. */
  addLater(key: string, ms: number): void {
    if (this.stopped || this.timers.has(key)) return
    this.timers.set(
      key,
      setTimeout(() => {
        this.timers.delete(key)
        this.add(key)
      }, ms),
    )
  }

  /** Takes no more keys, and resolves when the runs under way have ended. */
  async stop(): Promise<void> {
    this.stopped = true
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
    this.waiting.clear()
    this.again.clear()
    if (this.running.size > 0) await new Promise<void>((resolve) => this.idle.push(resolve))
  }

  private pump(): void {
    for (const key of this.waiting) {
      if (this.running.size >= this.concurrency) return
      this.waiting.delete(key)
      this.running.add(key)
      void this.run(key)
    }
  }

  private async run(key: string): Promise<void> {
    let delay: number | null = null
    try {
      await this.work(key)
      this.attempts.delete(key)
    } catch (error) {
      const attempt = (this.attempts.get(key) ?? 0) + 1
      this.attempts.set(key, attempt)
      delay = this.retry(key, attempt, error)
      if (delay === null) this.attempts.delete(key)
    }
    this.running.delete(key)
    if (this.again.delete(key)) this.add(key)
    else if (delay !== null) this.addLater(key, delay)
    this.pump()
    if (this.running.size === 0) for (const resolve of this.idle.splice(0)) resolve()
  }
}

/** Exponential backoff with full jitter: between half and all of `base · 2^(attempt-1)`, at most `max` milliseconds. */
export const backoff = (attempt: number, base: number, max: number): number => {
  const ceiling = Math.min(max, base * 2 ** Math.min(attempt - 1, 30))
  return ceiling / 2 + (Math.random() * ceiling) / 2
}
