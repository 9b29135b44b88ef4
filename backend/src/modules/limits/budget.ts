import { RateLimiterMemory } from 'rate-limiter-flexible'

const WINDOW_SECONDS = 60

/** What is left of a budget. */
export interface Left {
  /** Whether it was overdrawn. */
  spent: boolean
  remaining: number
  /** Seconds until it is whole again. */
  reset: number
}

/** So many requests a minute for each key; in this process only. A key leaves when its minute is over, never before, however many there are. */
export class Budget {
  private readonly limiter: RateLimiterMemory

  /** @param name as clients see it @param perMinute requests a minute; 0 for no limit */
  constructor(
    readonly name: string,
    private readonly perMinute: number,
  ) {
    this.limiter = new RateLimiterMemory({ points: Math.max(1, perMinute), duration: WINDOW_SECONDS })
  }

  /** Whether there is a limit at all. */
  get on(): boolean {
    return this.perMinute > 0
  }

  /** Takes one request from the budget of a key. */
  async take(key: string): Promise<Left> {
    const { consumedPoints, msBeforeNext } = await this.limiter.penalty(key)
    return this.left(consumedPoints, msBeforeNext)
  }

  /** What a key has left, without taking anything; `spent` means that there is nothing for another request. */
  async look(key: string): Promise<Left> {
    const found = await this.limiter.get(key)
    const left = this.left(found?.consumedPoints ?? 0, found?.msBeforeNext ?? 0)
    return { ...left, spent: left.remaining === 0 }
  }

  /** Header fields of draft-ietf-httpapi-ratelimit-headers-10. */
  headers({ remaining, reset }: Left): Record<string, string> {
    return {
      'ratelimit-policy': `"${this.name}";q=${this.perMinute};w=${WINDOW_SECONDS}`,
      ratelimit: `"${this.name}";r=${remaining};t=${reset}`,
    }
  }

  private left(consumed: number, ms: number): Left {
    return { spent: consumed > this.perMinute, remaining: Math.max(0, this.perMinute - consumed), reset: Math.max(0, Math.ceil(ms / 1000)) }
  }
}
