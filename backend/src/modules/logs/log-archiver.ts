import { Logger } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { backoff } from '../../common/keyed-queue.js'
import { DomainError } from '../../common/problem/domain-error.js'
import type { EngineLog } from './engine-log.js'
import type { LogArchive } from './log-archive.js'
import { timeText } from './log-entry.js'
import { SegmentBuilder, type ContainerRun, type WrittenSegment } from './log-segment.js'

/** When a segment is written. */
export interface ArchiveLimits {
  /** Characters that make a segment. */
  bytes: number
  /** Milliseconds that an entry waits at most. */
  ms: number
  /** Segments that are written at the same time. */
  parallel: number
}

interface Progress {
  log: EngineLog
  /** Number of the first entry that is not stored. */
  next: number
  /** Before that entry: marks as in a cursor, and runs of containers. */
  marks: string
  runs: Map<string, ContainerRun>
  /** Characters and time of what waits, about. */
  since: number | null
  held: number
  /** A segment that the stores have not taken yet; what comes later waits in the ring. */
  frozen: WrittenSegment | null
  writing: Promise<void> | null
  urgent: boolean
  failures: number
  retryAt: number
}

const TICK_MS = 500
const MOST_RETRY_MS = 15_000

/**
 * Writes what is in the rings to the archive: when there is enough for a segment, when something has waited long enough, and when a container has ended.
 * It is one more reader of each ring, with its place there; while the stores are away, the ring is the spool, and what is dropped from it is a gap in what
 * is stored.
 */
export class LogArchiver {
  private readonly logger = new Logger('LogArchiver')
  private readonly progress = new Map<EngineLog, Progress>()
  private readonly waiting: (() => void)[] = []
  private running = 0
  private timer: NodeJS.Timeout | undefined
  private failing = false

  constructor(
    private readonly archive: LogArchive,
    private readonly limits: ArchiveLimits,
    /** Called when a log is stored as far as it goes. */
    private readonly onStored: (log: EngineLog) => void = () => undefined,
  ) {}

  /** Takes up a log that was restored. */
  begin(log: EngineLog): void {
    this.progress.set(log, {
      log,
      next: log.ring.next,
      marks: log.marksText,
      runs: new Map(log.runs),
      since: null,
      held: 0,
      frozen: null,
      writing: null,
      urgent: false,
      failures: 0,
      retryAt: 0,
    })
    this.timer ??= setInterval(() => this.tick(), TICK_MS)
  }

  /** Something was added to the log that takes about so many characters of a segment. */
  added(log: EngineLog, characters: number): void {
    const progress = this.progress.get(log)
    if (!progress) return
    progress.since ??= performance.now()
    progress.held += characters
    if (progress.held >= this.limits.bytes && !progress.writing && performance.now() >= progress.retryAt) this.write(progress)
  }

  /** A container has ended: what it wrote is to be stored soon. */
  hurry(log: EngineLog): void {
    const progress = this.progress.get(log)
    if (progress) progress.urgent = true
  }

  /** Number of the first entry of the log that is not stored; none of it counts as stored when it was never taken up. */
  storedUpTo(log: EngineLog): number {
    return this.progress.get(log)?.next ?? 0
  }

  /** Whether the log is stored as far as it goes. */
  isStored(log: EngineLog): boolean {
    const progress = this.progress.get(log)
    return progress !== undefined && progress.next === log.ring.next && !progress.writing
  }

  /** The log is not taken care of any more; what is not stored yet stays so. */
  forget(log: EngineLog): void {
    this.progress.delete(log)
  }

  /** Writes everything that waits, for at most `ms` milliseconds. */
  async stop(ms: number): Promise<void> {
    clearInterval(this.timer)
    this.timer = undefined
    const late = new Promise<void>((resolve) => setTimeout(resolve, ms).unref())
    const all = [...this.progress.values()].map(async (progress) => {
      await progress.writing
      if (progress.next < progress.log.ring.next || progress.frozen) this.write(progress)
      await progress.writing
    })
    await Promise.race([Promise.all(all), late])
    this.progress.clear()
  }

  /** Ends at once and stores nothing more, as a process that is killed. */
  kill(): void {
    clearInterval(this.timer)
    this.progress.clear()
  }

  private tick(): void {
    const at = performance.now()
    for (const progress of this.progress.values()) {
      const { since, urgent, writing, retryAt, frozen } = progress
      if (writing || at < retryAt) continue
      if (frozen || (since !== null && (urgent || at - since >= this.limits.ms))) this.write(progress)
    }
  }

  private write(progress: Progress): void {
    progress.writing = this.writeAll(progress).finally(() => {
      progress.writing = null
      if (this.progress.get(progress.log) === progress) this.onStored(progress.log)
    })
  }

  /** Writes segment after segment until nothing is left that waits. */
  private async writeAll(progress: Progress): Promise<void> {
    await this.turn()
    try {
      // What comes while this runs waits for its own time, unless it is enough for a segment.
      const until = progress.log.ring.next
      progress.urgent = false
      do {
        progress.frozen ??= await this.cut(progress)
        if (!progress.frozen) break
        if (this.progress.get(progress.log) !== progress) return
        await this.archive.store(progress.frozen)
        progress.next = progress.frozen.segment.next
        progress.marks = progress.frozen.segment.marks
        progress.frozen = null
        progress.failures = 0
        if (this.failing) this.logger.log('logs are stored again')
        this.failing = false
      } while (progress.next < until)
      const rest = progress.next < progress.log.ring.next
      progress.since = rest ? performance.now() : null
      progress.held = 0
    } catch (error) {
      progress.failures++
      progress.retryAt = performance.now() + backoff(progress.failures, 500, MOST_RETRY_MS)
      const known = error instanceof DomainError
      if (!this.failing || !known) this.logger.warn({ err: error, engineId: progress.log.engineId }, 'a log cannot be stored, trying again')
      this.failing = true
    } finally {
      this.running--
      this.waiting.shift()?.()
    }
  }

  /** Waits until there is room for one more. */
  private async turn(): Promise<void> {
    if (this.running >= this.limits.parallel) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.running++
  }

  private async cut({ log, next, marks, runs }: Progress): Promise<WrittenSegment | null> {
    const { ring, epoch, engineId } = log
    if (next >= ring.next) return null
    const dropped = ring.first - next
    // One entry stands for all that were dropped, at the place of the last of them.
    const seq = dropped > 0 ? ring.first - 1 : next
    const builder = new SegmentBuilder(engineId, { epoch, seq }, marks, runs)
    if (dropped > 0)
      builder.add({ kind: 'gap', ts: timeText(now()), text: `${dropped} entries were dropped, as they could not be stored in time.` })
    for (let at = Math.max(next, ring.first); at < ring.next && builder.size < this.limits.bytes; at++) {
      const kept = ring.at(at)
      if (kept) builder.add(kept.entry)
    }
    return builder.build(now())
  }
}
