import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { createHash } from 'node:crypto'
import { now } from '../../../common/clock.js'
import { networkOf } from '../../../common/network.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { SignInLocks, type SignInLockSource } from '../../iam/users/sign-in-locks.js'
import { SignInFailures, type FailureCount } from './sign-in-failures.js'

const FREE_TRIES = { name: 5, address: 50 }
const MAX_DELAY_MS = 15 * 60_000
/** Longer than the longest wait, so that nobody is forgotten while they wait. */
const FORGET_MS = 30 * 60_000
const SWEEP_MS = 5 * 60_000

/** What one attempt is counted under. */
interface Counter {
  key: string
  free: number
}

/**
 * Slows down guessing: after 5 failures for a name, or 50 from an address, each further one doubles the wait, from a second up to 15 minutes.
 * An attempt is counted before the password is looked at and taken back when it was right, so that a thousand attempts at once are not a thousand free ones.
 * Names that nobody has are counted just the same.
 */
@Injectable()
export class SignInThrottle implements SignInLockSource, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('SignIn')
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly counts: SignInFailures,
    locks: SignInLocks,
  ) {
    locks.use(this)
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.forget(), SWEEP_MS)
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  /**
   * Counts an attempt as failed, until {@link succeeded} says otherwise.
   * @throws DomainError `too-many-requests` while the name or the address has to wait; that attempt does not count
   */
  async attempt(username: string, address: string): Promise<void> {
    const counters = [addressCounter(address), nameCounter(username)]
    for (;;) {
      const at = now()
      const found = await this.counts.find(counters.map(({ key }) => key))
      const until = Math.max(...counters.map((counter) => waitsUntil(found.get(counter.key), counter.free)))
      if (until > at.getTime()) throw new DomainError('too-many-requests', { seconds: Math.ceil((until - at.getTime()) / 1000) })
      if (await this.countAll(counters, found, at)) return
      // Another attempt was counted in between: whether this one may go on has to be looked at again.
    }
  }

  /** The password was right: the name starts anew, and the attempt is taken back from the address. */
  async succeeded(username: string, address: string): Promise<void> {
    await this.counts.takeBack(addressCounter(address).key)
    await this.counts.remove(nameCounter(username).key)
  }

  /** Until when those of the names have to wait that do have to wait now. */
  async lockedUntil(usernames: string[]): Promise<Map<string, Date>> {
    const at = now().getTime()
    const found = await this.counts.find(usernames.map((name) => nameCounter(name).key))
    const waiting = usernames.map((name) => [name, waitsUntil(found.get(nameCounter(name).key), FREE_TRIES.name)] as const)
    return new Map(waiting.filter(([, until]) => until > at).map(([name, until]) => [name, new Date(until)]))
  }

  /** Lets a name try again at once. */
  async unlock(username: string): Promise<void> {
    await this.counts.remove(nameCounter(username).key)
  }

  /** Forgets what was half an hour ago. */
  async forget(): Promise<void> {
    try {
      await this.counts.removeBefore(new Date(now().getTime() - FORGET_MS))
    } catch (error) {
      this.logger.debug({ err: error }, 'old counts could not be removed')
    }
  }

  /** Counts under all keys, or under none when one of them has changed. */
  private async countAll(counters: Counter[], found: Map<string, FailureCount>, at: Date): Promise<boolean> {
    const counted: string[] = []
    for (const { key } of counters) {
      const seen = found.get(key) ?? null
      const old = seen === null || at.getTime() - seen.last.getTime() > FORGET_MS
      if (!(await this.counts.advance(key, seen, { failures: old ? 1 : seen.failures + 1, last: at }))) {
        for (const done of counted) await this.counts.takeBack(done)
        return false
      }
      counted.push(key)
    }
    return true
  }
}

// Hashed, so that a password typed in place of a name is not kept, and that no name is too long.
const nameCounter = (username: string): Counter => ({
  key: `n:${createHash('sha256').update(username.toLowerCase()).digest('hex')}`,
  free: FREE_TRIES.name,
})

const addressCounter = (address: string): Counter => ({ key: `a:${networkOf(address)}`, free: FREE_TRIES.address })

/** The time, in ms, until which the next attempt has to wait. */
function waitsUntil(count: FailureCount | undefined, free: number): number {
  if (!count || count.failures < free) return 0
  return count.last.getTime() + Math.min(MAX_DELAY_MS, 1000 * 2 ** Math.min(count.failures - free, 20))
}
