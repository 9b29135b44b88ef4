import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { self } from '../identity.ts'
import { liveLeases, takeLease } from './record.ts'

const folder = mkdtempSync(join(tmpdir(), 'leases-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('leases', () => {
  it('last from taking to giving back', () => {
    const giveDev = takeLease('dev', '/checkout', folder)
    const giveTest = takeLease('test', '/checkout', folder)
    expect(liveLeases(folder).map((lease) => lease.profile)).toEqual(['dev', 'test'])
    giveDev()
    expect(liveLeases(folder).map((lease) => lease.profile)).toEqual(['test'])
    giveTest()
    expect(liveLeases(folder)).toEqual([])
  })

  it('end with their holder, though nobody gave them back', () => {
    const file = join(folder, 'killed.json')
    writeFileSync(file, JSON.stringify({ ...self(), started: 'another-boot-1', profile: 'dev', root: '/checkout', since: '' }))
    expect(liveLeases(folder)).toEqual([])
    expect(existsSync(file)).toBe(false)
  })
})
