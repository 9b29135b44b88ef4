/** `840 ms`, `4.2 s`, `48 s`, `2 min 05 s`, `1 h 02 min`: as long as it is useful, never longer. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

export interface WaitOptions {
  /** What is waited for, as the end of "waited 30 s for …". */
  what: string
  timeoutMs: number
  intervalMs?: number
  signal?: AbortSignal
  /** Throws when there is no more sense in waiting, for example because the process has ended. */
  check?: () => void
}

/** What counts as an answer: anything but "not yet". */
type Answer<T> = Exclude<T, null | undefined | false>

/**
 * Asks until the answer is neither null, undefined nor false. What the question throws counts as "not yet"
 * and is named in the error after the time is up.
 */
export async function waitFor<T>(ask: () => Promise<T> | T, options: WaitOptions): Promise<Answer<T>> {
  const deadline = Date.now() + options.timeoutMs
  for (;;) {
    let reason = ''
    options.signal?.throwIfAborted()
    options.check?.()
    try {
      const answer = await ask()
      if (answer !== null && answer !== undefined && answer !== false) return answer as Answer<T>
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error)
    }
    if (Date.now() > deadline) {
      const because = reason ? ` (${reason})` : ''
      throw new Error(`waited ${formatDuration(options.timeoutMs)} for ${options.what}${because}`)
    }
    await sleep(options.intervalMs ?? 100)
  }
}
