/** Speed of something that grows, over the last seconds, so that a stall shows and a burst does not mislead. */
export class SpeedMeter {
  private readonly window: number
  private samples: { at: number; amount: number }[] = []

  /** `window` in milliseconds. */
  constructor(window = 6000) {
    this.window = window
  }

  /** `amount` is the total so far; `at` in milliseconds. */
  add(amount: number, at: number): void {
    this.samples.push({ at, amount })
    const from = at - this.window
    // One sample from before the window stays, so that the whole window is covered.
    while ((this.samples[1]?.at ?? Infinity) <= from) this.samples.shift()
  }

  reset(): void {
    this.samples = []
  }

  /** Amount per second; null until there is something to compare. */
  perSecond(at: number): number | null {
    const first = this.samples[0]
    const last = this.samples.at(-1)
    if (!first || !last || at - first.at < 500) return null
    return Math.max(0, ((last.amount - first.amount) / (at - first.at)) * 1000)
  }
}
