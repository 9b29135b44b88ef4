import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { self } from './identity.ts'
import { withLock } from './lock.ts'
import { sleep } from './time.ts'

const folder = mkdtempSync(join(tmpdir(), 'lock-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('withLock', () => {
  it('lets one in at a time', async () => {
    const file = join(folder, 'one')
    let inside = 0
    let most = 0
    const work = () =>
      withLock(file, async () => {
        most = Math.max(most, ++inside)
        await sleep(5)
        inside--
      })
    await Promise.all([work(), work(), work()])
    expect(most).toBe(1)
  })

  it('is taken over from a dead holder', async () => {
    const file = join(folder, 'dead')
    writeFileSync(file, JSON.stringify({ ...self(), started: 'another-boot-1' }))
    await expect(withLock(file, async () => 'in')).resolves.toBe('in')
  })

  it('is free again after a failure', async () => {
    const file = join(folder, 'failure')
    await expect(withLock(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    await expect(withLock(file, async () => 'in')).resolves.toBe('in')
  })
})
