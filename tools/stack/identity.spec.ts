import { describe, expect, it } from 'vitest'
import { identify, isAlive, parseStat, self } from './identity.ts'

const fields = 'S 1 4242 4242 0 -1 4194560 100 0 0 0 1 2 0 0 20 0 1 0 987654 1000 10'

describe('parseStat', () => {
  it('reads state, parent, group and start', () => {
    expect(parseStat(`4242 (java) ${fields}`)).toEqual({ pid: 4242, state: 'S', parent: 1, group: 4242, startTicks: '987654' })
  })

  it('is not led astray by what a command calls itself', () => {
    expect(parseStat(`7 (evil) R 9 9) ${fields}`)).toMatchObject({ pid: 7, state: 'S', parent: 1, startTicks: '987654' })
  })

  it('refuses what is cut off', () => expect(parseStat('7 (java) S 1')).toBeNull())
})

describe('identity', () => {
  it('knows this process again', () => expect(isAlive(self())).toBe(true))

  it('is not taken in by the same number in another life', () => {
    expect(isAlive({ ...self(), started: 'another-boot-1' })).toBe(false)
  })

  it('takes nobody for somebody', () => {
    expect(identify(2 ** 22 + 1)).toBeNull()
    expect(isAlive(null)).toBe(false)
  })
})
