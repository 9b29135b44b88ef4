/** The one source of the wall clock, so that a test can set it. */
let read: () => Date = () => new Date()

/** The current time. */
export const now = (): Date => read()

/** Replaces the clock until the returned function is called; for tests only. */
export function setClock(clock: () => Date): () => void {
  const before = read
  read = clock
  return () => {
    read = before
  }
}
