import type { SseStream } from '../../common/sse/sse-stream.js'
import type { LogHub } from './log-hub.js'
import type { ReadFrom } from './log-reader.js'

const WRITE_CHARACTERS = 64 * 1024
// In a flood lines come one by one, thousands a second: written in steps they cost both ends a small part, and nobody sees the difference.
const GATHER_MS = 5

/** What to send. */
export interface LogStreamOptions {
  engineId: string
  from: ReadFrom
  /** Said before all else, as that lines may be missing. */
  notice?: string
}

/**
 * Sends the log of an app to one reader until either side ends it. What arrives together is written together; a reader that does not keep up is waited
 * for, and finds a gap where lines were dropped meanwhile.
 */
export function streamLog(hub: LogHub, stream: SseStream, { engineId, from, notice }: LogStreamOptions): void {
  let scheduled = false
  let writtenAt = -Infinity
  const wake = (): void => {
    if (scheduled) return
    scheduled = true
    const rest = writtenAt + GATHER_MS - performance.now()
    if (rest > 0) setTimeout(() => void pump(), rest)
    else setImmediate(() => void pump())
  }
  const { reader, log } = hub.open(engineId, from, wake)
  if (notice !== undefined) reader.notice(notice)
  const end = (reason: string): void => {
    stream.send({ event: 'end', data: { reason } })
    stream.end()
  }
  const pump = async (): Promise<void> => {
    while (!stream.closed) {
      const text = reader.read(WRITE_CHARACTERS)
      if (text === '') break
      if (!stream.sendFormatted(text)) await stream.drained()
    }
    writtenAt = performance.now()
    scheduled = false
    if (log.endReason !== null) end(log.endReason)
  }
  stream.onClose(() => hub.close(engineId, reader))
  wake()
}
