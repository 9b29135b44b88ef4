import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { setClock } from '../../../common/clock.js'
import { SignInThrottle } from './sign-in-throttle.js'

let at = 0
let restore: () => void
beforeEach(() => {
  at = Date.parse('2026-01-01T00:00:00Z')
  restore = setClock(() => new Date(at))
})
afterEach(() => restore())

const fail = (throttle: SignInThrottle, name: string, times: number, address = '10.0.0.1') => {
  for (let i = 0; i < times; i++) throttle.failed(name, address)
}

describe('SignInThrottle', () => {
  it('lets a few mistakes pass, then makes each next try wait longer', () => {
    const throttle = new SignInThrottle()
    fail(throttle, 'ann', 4)
    expect(() => throttle.check('ann', '10.0.0.1')).not.toThrow()
    fail(throttle, 'ann', 1)
    expect(() => throttle.check('ann', '10.0.0.1')).toThrow(/1 seconds/)
    at += 1_000
    expect(() => throttle.check('ann', '10.0.0.1')).not.toThrow()
    fail(throttle, 'ann', 3)
    expect(() => throttle.check('ann', '10.0.0.1')).toThrow(/8 seconds/)
  })

  it('does not let a flood of other names free the one under attack', () => {
    const throttle = new SignInThrottle()
    fail(throttle, 'ann', 12)
    for (let i = 0; i < 10_000; i++) throttle.failed(`name-${i}`, `10.0.${i % 200}.1`)
    expect(() => throttle.check('ann', '10.9.9.9')).toThrow()
  })

  it('slows an address that tries many names', () => {
    const throttle = new SignInThrottle()
    for (let i = 0; i < 60; i++) throttle.failed(`name-${i}`, '10.0.0.9')
    expect(() => throttle.check('someone-else', '10.0.0.9')).toThrow()
    expect(() => throttle.check('someone-else', '10.0.0.8')).not.toThrow()
  })

  it('forgets after a success and after half an hour', () => {
    const throttle = new SignInThrottle()
    fail(throttle, 'ann', 6)
    throttle.succeeded('ann')
    expect(() => throttle.check('ann', '10.0.0.1')).not.toThrow()
    fail(throttle, 'bob', 9)
    at += 31 * 60_000
    fail(throttle, 'bob', 1)
    expect(() => throttle.check('bob', '10.0.0.1')).not.toThrow()
  })
})
