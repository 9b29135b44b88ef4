/**
 * A place in the log of an app: before entry `seq` of what one process took over in its `epoch`. Epochs sort by when they began, so places
 * name one order of all entries, stored or not.
 */
export interface Place {
  epoch: string
  seq: number
}

const SEQ_DIGITS = 10
const TIME_DIGITS = 9

/** The place as a text that sorts as places do. */
export const placeText = ({ epoch, seq }: Place): string => `${epoch}.${String(seq).padStart(SEQ_DIGITS, '0')}`

/** Before everything. */
export const BEGINNING: Place = { epoch: '', seq: 0 }

/** The name of an epoch that begins at `at` (milliseconds) and after `last`, also when the clock was set back. @param random letters and digits */
export function newEpoch(at: number, last: string | null, random: string): string {
  const after = last === null ? 0 : parseInt(last.slice(0, TIME_DIGITS), 36) + 1
  return Math.max(at, after).toString(36).padStart(TIME_DIGITS, '0') + random.slice(0, 16 - TIME_DIGITS)
}
