/** How often something went wrong under a key, and when last. */
export interface FailureCount {
  failures: number
  last: Date
}

/** Where failed attempts to sign in are counted: by all replicas together, over restarts. A count leaves by its age only. */
export abstract class SignInFailures {
  /** The counts of those keys that have one. */
  abstract find(keys: string[]): Promise<Map<string, FailureCount>>
  /**
   * Counts one more, if the count is still as it was `seen` (null: there was none).
   * @returns false when someone else was faster
   */
  abstract advance(key: string, seen: FailureCount | null, next: FailureCount): Promise<boolean>
  /** Takes one back. */
  abstract takeBack(key: string): Promise<void>
  abstract remove(key: string): Promise<void>
  /** Removes the counts whose last failure was before a time. */
  abstract removeBefore(at: Date): Promise<void>
}
