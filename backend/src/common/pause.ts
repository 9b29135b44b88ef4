/** A wait between two tries of a loop, which something that changes the outlook can cut short. One loop, one `Pause`. */
export class Pause {
  private end: () => void = () => undefined

  /** Resolves after `ms` milliseconds, or at the next {@link wake}. */
  wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.end = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** Ends the wait that is under way, if any. */
  wake(): void {
    this.end()
  }
}
