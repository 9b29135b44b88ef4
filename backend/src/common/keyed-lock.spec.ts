import { expect, it } from 'vitest'
import { KeyedLock } from './keyed-lock.js'

it('runs work of one key in order, of other keys beside it, and goes on after a failure', async () => {
  const lock = new KeyedLock()
  const gate = Promise.withResolvers<void>()
  const seen: string[] = []
  const first = lock.run('a', async () => {
    await gate.promise
    seen.push('first')
    throw new Error('broken')
  })
  const second = lock.run('a', async () => {
    seen.push('second')
    return 2
  })
  await lock.run('b', async () => void seen.push('other'))
  expect(seen).toEqual(['other'])
  gate.resolve()
  await expect(first).rejects.toThrow('broken')
  expect(await second).toBe(2)
  expect(seen).toEqual(['other', 'first', 'second'])
})
