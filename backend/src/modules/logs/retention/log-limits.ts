/** How much of the logs of apps is kept. */
export interface LogLimits {
  /** Days after which what is stored goes. */
  days: number
  /** Bytes of the bucket that the stored log of one app may take, compressed; the oldest part goes first. */
  maxBytesPerApp: number
}

export const MAX_LOG_DAYS = 3_650
export const MIN_LOG_BYTES = 2 ** 20
export const MAX_LOG_BYTES = Number.MAX_SAFE_INTEGER
