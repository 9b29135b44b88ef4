import { describe, expect, it } from 'vitest'
import { formatDuration, waitFor } from './time.ts'

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [840, '840 ms'],
    [4200, '4.2 s'],
    [9960, '10 s'],
    [59_400, '59 s'],
    [125_000, '2 min 05 s'],
    [3_720_000, '1 h 02 min'],
  ])('%i ms is %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text))
})

describe('waitFor', () => {
  it('asks until there is an answer, whatever is thrown before', async () => {
    const answers = [null, new Error('not yet'), false, 'here']
    const ask = () => {
      const next = answers.shift()
      if (next instanceof Error) throw next
      return next
    }
    await expect(waitFor(ask, { what: 'it', timeoutMs: 1000, intervalMs: 1 })).resolves.toBe('here')
  })

  it('names what it waited for and the last reason', async () => {
    const ask = () => {
      throw new Error('refused')
    }
    await expect(waitFor(ask, { what: 'the database', timeoutMs: 5, intervalMs: 1 })).rejects.toThrow(
      'waited 5 ms for the database (refused)',
    )
  })

  it('gives up at once when waiting has no sense any more', async () => {
    const check = () => {
      throw new Error('minio ended with code 1')
    }
    await expect(waitFor(() => null, { what: 'it', timeoutMs: 60_000, check })).rejects.toThrow('minio ended with code 1')
  })
})
