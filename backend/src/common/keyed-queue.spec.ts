import { describe, expect, it } from 'vitest'
import { backoff, KeyedQueue } from './keyed-queue.js'

const gate = () => {
  let open!: () => void
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { open, opened }
}

describe('KeyedQueue', () => {
  it('runs a key again when it was added during its run, and coalesces what waits', async () => {
    const first = gate()
    const done = gate()
    let runs = 0
    const queue = new KeyedQueue(
      async () => {
        runs++
        if (runs === 1) await first.opened
        else done.open()
      },
      4,
      () => null,
    )
    queue.add('a')
    queue.add('a')
    queue.add('a')
    first.open()
    await done.opened
    await queue.stop()
    expect(runs).toBe(2)
  })

  it('never runs one key twice at once, nor more keys than allowed', async () => {
    const active = new Map<string, number>()
    let most = 0
    let left = 60
    const finished = gate()
    const queue = new KeyedQueue(
      async (key) => {
        active.set(key, (active.get(key) ?? 0) + 1)
        expect(active.get(key)).toBe(1)
        most = Math.max(most, [...active.values()].filter((n) => n > 0).length)
        await new Promise((resolve) => setImmediate(resolve))
        active.set(key, 0)
        if (--left > 0) queue.add(`k${left % 7}`)
        else finished.open()
      },
      3,
      () => null,
    )
    for (const key of ['k1', 'k2', 'k3', 'k4', 'k5']) queue.add(key)
    await finished.opened
    await queue.stop()
    expect(most).toBe(3)
  })

  it('retries a failed key as the policy says, with the attempt counted', async () => {
    const attempts: number[] = []
    const done = gate()
    const queue = new KeyedQueue(
      () => Promise.reject(new Error('no')),
      1,
      (_key, attempt) => {
        attempts.push(attempt)
        if (attempt < 3) return 0
        done.open()
        return null
      },
    )
    queue.add('a')
    await done.opened
    await queue.stop()
    expect(attempts).toEqual([1, 2, 3])
  })
})

it('backs off within its bounds', () => {
  for (let attempt = 1; attempt < 50; attempt++) {
    const ms = backoff(attempt, 100, 5_000)
    expect(ms).toBeGreaterThanOrEqual(50)
    expect(ms).toBeLessThanOrEqual(5_000)
  }
})
