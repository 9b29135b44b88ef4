import { expect, it } from 'vitest'
import { PasswordHasher } from './password-hasher.js'
import { newTemporaryPassword } from './temporary-password.js'

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

it('hashes generated passwords fast and checks them as slowly as any other, so that nobody learns which kind it is', async () => {
  const hasher = new PasswordHasher()
  const password = newTemporaryPassword()
  expect(password).toMatch(/^([2-9a-hjkmnp-z]{4}-){6}[2-9a-hjkmnp-z]{4}$/)
  const hash = hasher.hashTemporary(password)
  expect(hash).toMatch(/^sha256\$[\w-]{22}\$[\w-]{43}$/)
  expect(hasher.hashTemporary(password)).not.toBe(hash)
  const slow = await hasher.hash('any other one')
  const timed = async (secret: string, of: string | undefined) => {
    const from = performance.now()
    return { right: await hasher.verify(secret, of), ms: performance.now() - from }
  }
  await hasher.verify('makes the decoy', undefined)
  const bcrypt = await timed('any other one', slow)
  const right = await timed(password, hash)
  const wrong = await timed('any other one', hash)
  expect([bcrypt.right, right.right, wrong.right]).toEqual([true, true, false])
  // A hash of cost 12 takes far longer than this on any machine, SHA-256 far less.
  for (const { ms } of [bcrypt, right, wrong]) expect(ms).toBeGreaterThan(40)
  for (const broken of ['sha256$', 'sha256$a', 'sha256$$', `${hash}x`]) expect(await hasher.verify('', broken)).toBe(false)
})
