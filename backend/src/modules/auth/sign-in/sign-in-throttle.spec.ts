import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setClock } from '../../../common/clock.js'
import { SignInFailures, type FailureCount } from './sign-in-failures.js'
import { SignInLocks } from '../../iam/users/sign-in-locks.js'
import { SignInThrottle } from './sign-in-throttle.js'

/** The counts in a map. */
class MemoryFailures extends SignInFailures {
  readonly counts = new Map<string, FailureCount>()

  async find(keys: string[]): Promise<Map<string, FailureCount>> {
    return new Map(
      keys.flatMap((key) => {
        const count = this.counts.get(key)
        return count ? [[key, count] as const] : []
      }),
    )
  }

  async advance(key: string, seen: FailureCount | null, next: FailureCount): Promise<boolean> {
    if (this.counts.get(key)?.failures !== seen?.failures) return false
    this.counts.set(key, next)
    return true
  }

  async takeBack(key: string): Promise<void> {
    const count = this.counts.get(key)
    if (count && count.failures > 0) this.counts.set(key, { ...count, failures: count.failures - 1 })
  }

  async remove(key: string): Promise<void> {
    this.counts.delete(key)
  }

  async removeBefore(at: Date): Promise<void> {
    for (const [key, { last }] of this.counts) if (last < at) this.counts.delete(key)
  }
}

let at = 0
let restore: () => void
let counts: MemoryFailures
let throttle: SignInThrottle
beforeEach(() => {
  at = Date.parse('2026-01-01T00:00:00Z')
  restore = setClock(() => new Date(at))
  counts = new MemoryFailures()
  throttle = new SignInThrottle(counts, new SignInLocks())
})
afterEach(() => restore())

/** So many attempts that fail, each as soon as it may be made. */
async function fail(name: string, times: number, address = '10.0.0.1'): Promise<void> {
  for (let i = 0; i < times; i++) {
    at = Math.max(at, (await throttle.lockedUntil([name])).get(name)?.getTime() ?? 0)
    await throttle.attempt(name, address)
  }
}

describe('SignInThrottle', () => {
  it('lets a few mistakes pass, then makes each next try wait twice as long, up to a quarter of an hour', async () => {
    await fail('ann', 5)
    await expect(throttle.attempt('ann', '10.0.0.1')).rejects.toThrow(/1 seconds/)
    at += 1_000
    await throttle.attempt('ann', '10.0.0.1')
    await expect(throttle.attempt('ann', '10.0.0.1')).rejects.toThrow(/2 seconds/)
    await fail('ann', 20)
    await expect(throttle.attempt('ann', '10.0.0.1')).rejects.toThrow(/900 seconds/)
  })

  it('does not count who tries while they have to wait', async () => {
    await fail('ann', 5)
    for (let i = 0; i < 100; i++) await expect(throttle.attempt('ann', '10.0.0.1')).rejects.toThrow(/1 seconds/)
  })

  it('counts before the password is looked at: a hundred attempts at once are five', async () => {
    const tries = await Promise.allSettled(Array.from({ length: 100 }, () => throttle.attempt('ann', '10.0.0.1')))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(5)
  })

  it('does not let a flood of 10,000 other names free the one under attack', async () => {
    await fail('ann', 12)
    for (let i = 0; i < 10_000; i++) await throttle.attempt(`name-${i}`, `10.0.${i >> 8}.${i & 255}`)
    await expect(throttle.attempt('ann', '10.9.9.9')).rejects.toThrow()
    expect(counts.counts.size).toBeGreaterThan(10_000)
  })

  it('slows an address that tries many names, a whole IPv6 /64 as one', async () => {
    for (let i = 0; i < 50; i++) await throttle.attempt(`name-${i}`, `2001:db8::${i.toString(16)}`)
    await expect(throttle.attempt('someone-else', '2001:db8::ffff')).rejects.toThrow()
    await throttle.attempt('someone-else', '2001:db8:0:1::1')
  })

  it('does not hold it against an address that many people sign in from it', async () => {
    for (let i = 0; i < 200; i++) {
      await throttle.attempt(`name-${i}`, '10.0.0.9')
      await throttle.succeeded(`name-${i}`, '10.0.0.9')
    }
    await throttle.attempt('someone-else', '10.0.0.9')
  })

  it('forgets after a success, after half an hour, and when it is told to', async () => {
    await fail('ann', 4)
    await throttle.succeeded('ann', '10.0.0.1')
    await fail('ann', 4)
    await fail('bob', 9)
    at += 31 * 60_000
    await throttle.attempt('bob', '10.0.0.1')
    expect(await throttle.lockedUntil(['bob'])).toEqual(new Map())
    await fail('carol', 9)
    expect([...(await throttle.lockedUntil(['ann', 'carol', 'nobody'])).keys()]).toEqual(['carol'])
    await throttle.unlock('carol')
    expect(await throttle.lockedUntil(['carol'])).toEqual(new Map())
  })

  it('keeps nothing for longer than half an hour', async () => {
    await fail('ann', 3)
    at += 31 * 60_000
    await throttle.forget()
    expect(counts.counts.size).toBe(0)
  })
})
