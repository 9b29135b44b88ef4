import { expect, it } from 'vitest'
import { SpeedMeter } from './speed'

it('gives the speed of the last seconds, not of the whole time', () => {
  const meter = new SpeedMeter(4000)
  expect(meter.perSecond(0)).toBeNull()
  for (let second = 0; second <= 10; second += 1) meter.add(second * 100, second * 1000)
  expect(meter.perSecond(10_000)).toBeCloseTo(100)
  // A stall shows.
  meter.add(1000, 14_000)
  expect(meter.perSecond(14_000)).toBe(0)
  meter.reset()
  expect(meter.perSecond(15_000)).toBeNull()
})
