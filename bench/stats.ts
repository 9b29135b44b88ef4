/** The value below which `share` (0 to 1) of the figures lie: nearest rank. */
export function quantile(figures: number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN
}

/** The middle of the figures. */
export const median = (figures: number[]): number => quantile(figures, 0.5)

/** Prints whether a target was met, and makes the process end with 1 when it was not. */
export function verdict(met: boolean, text: string): void {
  console.log(`${met ? 'met' : 'MISSED'}: ${text}`)
  if (!met) process.exitCode = 1
}
