import type { ReportState } from '../../api/reports'

/** A state with how many words it has more than the one before it; null of the oldest. */
interface CountedState extends ReportState {
  grown: number | null
}

/** The states of one day, the newest first. */
interface DayOfStates {
  /** Some time of that day, as ISO 8601. */
  at: string
  states: CountedState[]
}

/** States (the newest first) by the day on which they were written, as the clock of this device has it. */
export function daysOf(states: readonly ReportState[]): DayOfStates[] {
  const days: DayOfStates[] = []
  for (const [index, state] of states.entries()) {
    const before = states[index + 1]
    const counted = { ...state, grown: before ? state.words - before.words : null }
    const last = days.at(-1)
    if (last && new Date(last.at).toDateString() === new Date(state.at).toDateString()) last.states.push(counted)
    else days.push({ at: state.at, states: [counted] })
  }
  return days
}
