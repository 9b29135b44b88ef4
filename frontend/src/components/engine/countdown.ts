/** How urgent the end of a preview is. */
export type Urgency = 'calm' | 'soon' | 'over'

/** The time until a preview ends, in its two largest units, which change as one watches: `2 d 3 h`, `3 h 5 min`, `4 min 10 s`, `9 s`. Both in milliseconds. */
export function countdown(until: number, now: number): { text: string; urgency: Urgency } {
  const seconds = Math.ceil((until - now) / 1000)
  if (!(seconds > 0)) return { text: '', urgency: 'over' }
  const [days, hours, minutes] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60]
  const rest = seconds % 60
  const text =
    days > 0
      ? `${days} d ${hours} h`
      : hours > 0
        ? `${hours} h ${minutes} min`
        : minutes > 0
          ? `${minutes} min ${String(rest).padStart(2, '0')} s`
          : `${rest} s`
  return { text, urgency: seconds <= 3600 ? 'soon' : 'calm' }
}
