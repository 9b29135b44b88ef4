import { beforeEach, describe, expect, it, vi } from 'vitest'
import { loadFailure, recover } from './load-failure'

describe('recover', () => {
  beforeEach(() => {
    sessionStorage.clear()
    loadFailure.value = null
  })
  const missing = new TypeError('Failed to fetch dynamically imported module: http://x/assets/a.js')

  it('loads the address anew, once', () => {
    const reload = vi.fn()
    expect(recover(missing, '/p/a', 100_000, reload)).toBe(true)
    expect(reload).toHaveBeenCalledExactlyOnceWith('/p/a')
    expect(recover(missing, '/p/a', 105_000, reload)).toBe(true)
    expect(reload).toHaveBeenCalledTimes(1)
    expect(loadFailure.value?.code).toBe('part-missing')
  })

  it('tries again after a while', () => {
    const reload = vi.fn()
    recover(missing, '/', 100_000, reload)
    recover(missing, '/', 200_000, reload)
    expect(reload).toHaveBeenCalledTimes(2)
  })

  it('leaves other errors alone', () => {
    const reload = vi.fn()
    expect(recover(new TypeError('x is undefined'), '/', 0, reload)).toBe(false)
    expect(reload).not.toHaveBeenCalled()
  })
})
