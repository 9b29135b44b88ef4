import { expect, it } from 'vitest'
import { countdown } from './countdown'

const at = (seconds: number) => countdown(1_000_000_000 + seconds * 1000, 1_000_000_000)

it.each([
  [2 * 86_400 + 3 * 3600 + 59 * 60, '2 d 3 h', 'calm'],
  [3 * 3600 + 5 * 60 + 9, '3 h 5 min', 'calm'],
  [3600, '1 h 0 min', 'soon'],
  [250, '4 min 10 s', 'soon'],
  [61, '1 min 01 s', 'soon'],
  [0.2, '1 s', 'soon'],
  [0, '', 'over'],
  [-5, '', 'over'],
])('%d seconds are %j', (seconds, text, urgency) => {
  expect(at(seconds)).toEqual({ text, urgency })
})
