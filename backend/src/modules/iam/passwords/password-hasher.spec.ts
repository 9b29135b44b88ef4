import { expect, it } from 'vitest'
import { PasswordHasher } from './password-hasher.js'

it('tells passwords apart beyond the 72 bytes that bcrypt reads, and takes a wrong name for a wrong password', async () => {
  const hasher = new PasswordHasher()
  const long = 'x'.repeat(80)
  const hash = await hasher.hash(`${long}a`)
  expect(hash.startsWith('$2b$12$')).toBe(true)
  const [right, wrong, nobody] = await Promise.all([
    hasher.verify(`${long}a`, hash),
    hasher.verify(`${long}b`, hash),
    hasher.verify(`${long}a`, undefined),
  ])
  expect({ right, wrong, nobody }).toEqual({ right: true, wrong: false, nobody: false })
})
