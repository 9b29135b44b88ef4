import { expect, it } from 'vitest'
import type { ReportState } from '../../api/reports'
import { daysOf } from './report-states'

const state = (number: number, at: string, words: number): ReportState => ({
  number,
  at,
  words,
  title: 'Iris',
  editor: { id: 'u1', username: 'ada', displayName: 'Ada' },
})

it('lays states out by day, each with what it has more than the one before it', () => {
  const days = daysOf([state(7, '2026-06-02T09:00:00', 12), state(4, '2026-06-01T18:00:00', 20), state(2, '2026-06-01T08:00:00', 5)])
  expect(days.map(({ at, states }) => [at, states.map(({ number, grown }) => [number, grown])])).toEqual([
    ['2026-06-02T09:00:00', [[7, -8]]],
    [
      '2026-06-01T18:00:00',
      [
        [4, 15],
        [2, null],
      ],
    ],
  ])
  expect(daysOf([])).toEqual([])
})
