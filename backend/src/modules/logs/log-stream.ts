import type { SseStream } from '../../common/sse/sse-stream.js'
import type { LogHub } from './log-hub.js'
import type { ReadFrom } from './log-reader.js'

const WRITE_CHARACTERS = 64 * 1024
// In a flood lines come one by one, thousands a second: written in steps they cost both ends a small part, and nobody sees the difference.
const GATHER_MS = 5
// The more people read one log, the longer the steps, so that a thousand of them do not cost a thousand times as much. Who does not keep up costs nothing
// and delays nobody.
const READERS_PER_MS = 10
const MOST_GATHER_MS = 200

/** What to send. */
export interface LogStreamOptions {
  engineId: string
  from: ReadFrom
  /** Said before all else, as that lines may be missing. */
  notice?: string
  /** Ends with what there is by then, instead of waiting for more; the reason is told. */
  endWith?: string
}

/**
 * Sends the log of an app to one reader until either side ends it. What arrives together is written together; a reader that does not keep up is waited
 * for, and goes on from what is stored.
 */
export function streamLog(hub: LogHub, stream: SseStream, { engineId, from, notice, endWith }: LogStreamOptions): void {
  let scheduled = false
  let writtenAt = -Infinity
  const wake = (): void => {
    if (scheduled) return
    scheduled = true
    const gather = Math.min(MOST_GATHER_MS, GATHER_MS + Math.floor(log.keepingUp / READERS_PER_MS))
    const rest = writtenAt + gather - performance.now()
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
    if (!reader.isStarted) await reader.start()
    while (!stream.closed) {
      const text = reader.read(WRITE_CHARACTERS)
      if (text !== '') {
        if (!stream.sendFormatted(text)) await log.waitFor(stream.drained())
      } else if (reader.behind) await reader.advance()
      else break
    }
    writtenAt = performance.now()
    scheduled = false
    const reason = log.endReason ?? endWith
    if (reason !== undefined) end(reason)
  }
  stream.onClose(() => hub.close(engineId, reader))
  wake()
}
