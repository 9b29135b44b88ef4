import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Pause } from './pause.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it('ends after its time, or as soon as it is woken, and does not mind being woken when nothing waits', async () => {
  const pause = new Pause()
  pause.wake()
  const ended: string[] = []
  void pause.wait(1_000).then(() => ended.push('in time'))
  await vi.advanceTimersByTimeAsync(999)
  expect(ended).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(ended).toEqual(['in time'])
  void pause.wait(1_000).then(() => ended.push('woken'))
  pause.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(ended).toEqual(['in time', 'woken'])
  expect(vi.getTimerCount()).toBe(0)
})
