/** Which log to read, and from where. */
export interface LogRequest {
  namespace: string
  pod: string
  container: string
  /** Reads on as the container writes, until it ends. */
  follow: boolean
  /** The instance of the container before the one that runs now. */
  previous: boolean
  /** Only lines from this time on (RFC 3339). The API server passes whole seconds on to the kubelet, so give it none smaller. */
  sinceTime?: string
  /** At most so many of the newest lines. */
  tailLines?: number
}

/** Port and injection token: the bytes of a container's log, each line with its time in front. */
export abstract class LogSource {
  /**
   * Reads a log in pieces as they come (a piece is not a line), until it ends or `signal` aborts.
   * @throws KubeError, also while reading: `invalid` when there is no such log (yet, or any more), `not-found` when there is no such pod
   */
  abstract open(request: LogRequest, signal: AbortSignal): AsyncIterable<Buffer>
}
