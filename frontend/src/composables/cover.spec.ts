import { describe, expect, it } from 'vitest'
import { coverFor, coverHeight, coverWidth } from './cover'

describe('coverFor', () => {
  it('is the same for the same id, and another for another', () => {
    expect(coverFor('01hx')).toEqual(coverFor('01hx'))
    expect(coverFor('01hx')).not.toEqual(coverFor('01hy'))
  })

  it('uses every pattern and the whole circle of colours over many projects', () => {
    const covers = Array.from({ length: 400 }, (_, index) => coverFor(`project-${index}`))
    expect(new Set(covers.map(({ hue }) => Math.floor(hue / 30))).size).toBe(12)
    expect(new Set(covers.map(({ shapes }) => `${shapes.some(({ kind }) => kind === 'circle')} ${shapes.length}`)).size).toBeGreaterThan(6)
  })

  it('never draws what cannot be drawn', () => {
    for (let index = 0; index < 60; index += 1) {
      for (const { d, cx, cy, r, opacity } of coverFor(`p${index}`).shapes) {
        expect(d).not.toMatch(/NaN|Infinity|undefined/)
        expect([cx, cy, r].every(Number.isFinite)).toBe(true)
        expect(opacity).toBeGreaterThan(0)
        expect(opacity).toBeLessThanOrEqual(1)
        expect(cx).toBeLessThan(coverWidth * 2)
        expect(cy).toBeLessThan(coverHeight * 2)
      }
    }
  })
})
