import { describe, expect, it } from 'vitest'
import { Progress, progressLine } from './progress.ts'

describe('progress', () => {
  it('puts the time since the start in front', () => {
    expect(progressLine(0, 'begin')).toBe('  0:00  begin')
    expect(progressLine(65_400, 'on')).toBe('  1:05  on')
    expect(progressLine(754_000, 'still on')).toBe(' 12:34  still on')
  })

  it('says a quick step in one line, with how long it took', async () => {
    const lines: string[] = []
    await new Progress((line) => lines.push(line)).step('object store', async () => 1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^ {2}0:00 {2}object store: done in \d+ ms$/)
  })

  it('says that a step failed, and lets the error through', async () => {
    const lines: string[] = []
    const progress = new Progress((line) => lines.push(line))
    await expect(progress.step('portal', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(lines[0]).toMatch(/portal: failed after \d+ ms$/)
  })
})
