import { describe, expect, it } from 'vitest'
import { amountText, formatAmount, formatPair, meterOf, readAmount } from './quota'

describe('amounts', () => {
  it.each([
    [1500, 'millicpu', '1.5 cpu'],
    [250, 'millicpu', '0.25 cpu'],
    [0, 'millicpu', '0 cpu'],
    [512, 'MiB', '512 MiB'],
    [2048, 'MiB', '2 GiB'],
    [0, 'MiB', '0 MiB'],
    [3, 'count', '3'],
  ] as const)('%d %s reads %s', (amount, unit, text) => {
    expect(formatAmount(amount, unit)).toBe(text)
  })

  it('says a unit once where both have the same', () => {
    expect(formatPair(1500, 4000, 'millicpu')).toEqual(['1.5', '4 cpu'])
    expect(formatPair(512, 2048, 'MiB')).toEqual(['512 MiB', '2 GiB'])
    expect(formatPair(0, 2048, 'MiB')).toEqual(['0', '2 GiB'])
    expect(formatPair(1, 5, 'count')).toEqual(['1', '5'])
  })
})

describe('a bar', () => {
  const cpu = { resource: 'cpu', unit: 'millicpu', used: 2000, limit: 4000 } as const

  it('shows what is used, and what a deploy adds', () => {
    expect(meterOf(cpu)).toMatchObject({ usedLength: 50, takesLength: 0, limitAt: 100, over: 0, tone: 'plain' })
    expect(meterOf(cpu, 1500)).toMatchObject({ usedLength: 50, takesLength: 37.5, over: 0, tone: 'near' })
  })

  it('makes room for what exceeds the limit', () => {
    expect(meterOf(cpu, 6000)).toMatchObject({ usedLength: 25, takesLength: 75, limitAt: 50, over: 4000, tone: 'over' })
    expect(meterOf({ ...cpu, used: 5000 })).toMatchObject({ usedLength: 100, limitAt: 80, over: 1000, tone: 'over' })
  })

  it('is empty where nothing is allowed and nothing used, and full where something is wanted of it', () => {
    const gpus = { resource: 'gpus', unit: 'count', used: 0, limit: 0 } as const
    expect(meterOf(gpus)).toMatchObject({ usedLength: 0, takesLength: 0, over: 0, tone: 'plain' })
    expect(meterOf(gpus, 1)).toMatchObject({ takesLength: 100, limitAt: 0, over: 1, tone: 'over' })
  })
})

describe('an amount in a field', () => {
  const cpu = { unit: 'millicpu', min: 10, max: 64_000 } as const

  it.each([
    [1500, 'millicpu', '1.5'],
    [512, 'MiB', '0.5'],
    [100, 'MiB', '0.0977'],
    [3, 'count', '3'],
  ] as const)('%d %s stands as %s, and is read as it was', (amount, unit, text) => {
    expect(amountText(amount, unit)).toBe(text)
    expect(readAmount(text, { unit, min: 0, max: 10_000 })).toBe(amount)
  })

  it.each([' 0,25 ', '0.25'])('takes "%s"', (text) => {
    expect(readAmount(text, cpu)).toBe(250)
  })

  it.each(['', 'two', '-1', '1e3', '0.001', '65'])('refuses "%s"', (text) => {
    expect(readAmount(text, cpu)).toBeNull()
  })

  it('takes no part of a thing that is counted', () => {
    expect(readAmount('1.5', { unit: 'count', min: 0, max: 9 })).toBeNull()
  })
})
