import { backoff } from '../../common/keyed-queue.js'
import { KubeError } from './kube-error.js'
import { LogLineParser, type LogLine } from './log-lines.js'
import { comparePositions, Positioner, secondBefore, type Position } from './log-position.js'
import type { LogRequest, LogSource } from './log-source.js'
import { LogWatchdog, type Newest } from './log-watchdog.js'
import type { WatchedContainer } from './pod-feed.js'

/** A line with its place in the log of its container. */
export interface FollowedLine {
  ts: string
  text: string
  position: Position
}

/** Takes what a follower reads. Nothing in it may throw. */
export interface LogSink {
  /** Lines in the order in which the container wrote them, none twice. */
  lines(lines: FollowedLine[]): void
  /** Between the last line and the next some may be missing. */
  gap(reason: string): void
}

export interface FollowerOptions {
  /** How many lines of what was written before are read at first. */
  tailLines: number
  /** Goes on after this line, which someone else has read. */
  resume?: Position
  /** Milliseconds before the `attempt`-th reading in a row that brought nothing new. */
  delay?: (attempt: number) => number
  /** Milliseconds of silence after which it is asked whether there is a line that did not come. */
  quietMs?: number
  /** Milliseconds that a line which is known to be there may take to come. */
  lateMs?: number
  /** Milliseconds that the last lines of a pod that is gone may take. */
  farewellMs?: number
  /** Milliseconds for which the node may say that it cannot read before that is passed on. */
  troubleMs?: number
  /** Told when readings fail again and again, rarely. */
  warn?: (error: KubeError) => void
}

/** A line that was passed on; of one that someone else has read, the text is not known. */
interface LastLine {
  position: Position
  text: string | null
}

const PROBE_MS = 10_000
const NOTICE_CHARACTERS = 300
// A reading that lasted so long was no failure: a proxy in between may end quiet connections.
const LASTING_MS = 5_000
const WARN_AT = 5
const WARN_EVERY = 50

/**
 * Follows the log of one container for as long as its pod exists, across dropped connections, connections that hang without a word, rotated files and
 * restarts of the container, and passes each line on exactly once. Where the node has already thrown lines away, it says so.
 *
 * It reads again from the second before the last line and leaves out everything up to that line's {@link Position}. When that line is no longer
 * there, the file was rotated or the container restarted: then the log of the previous instance is looked through for it.
 *
 * Known limits: a node's clock that is set back across a restart of the container, and a file that was rotated while nobody followed (said as a gap).
 */
export class LogFollower {
  /** Resolves when it has ended: after {@link finish} or {@link stop}. */
  readonly done: Promise<void>
  private connection: AbortController | null = null
  private stopped = false
  private readonly delay: (attempt: number) => number
  private readonly quietMs: number
  private readonly lateMs: number
  private readonly farewellMs: number
  private readonly troubleMs: number
  private container: WatchedContainer
  /** The last line that was passed on. */
  private last: LastLine | null = null
  /** The earliest time from which to read again. */
  private low = ''
  /** The restart count of the instance that was read last. */
  private instance = 0
  /** The state of the container whose log was read to its end. */
  private readThrough: string | null = null
  /** What the node says instead of the log since then, and nobody was told yet. */
  private trouble: { text: string; since: number } | null = null
  /** What was told of that last. */
  private notice: string | null = null
  /** What the last reading ended with, without a line end. */
  private unfinished: LogLine | null = null
  private gone = false
  private failures = 0
  private changes = 0
  private wake: () => void = () => undefined

  constructor(
    private readonly source: LogSource,
    private readonly target: { namespace: string; pod: string; container: string },
    container: WatchedContainer,
    private readonly sink: LogSink,
    private readonly options: FollowerOptions,
  ) {
    this.container = container
    if (options.resume) {
      this.last = { position: options.resume, text: null }
      this.low = options.resume.ts
    }
    this.delay = options.delay ?? ((attempt) => backoff(attempt, 200, 10_000))
    this.quietMs = options.quietMs ?? 20_000
    this.lateMs = options.lateMs ?? 1_500
    this.farewellMs = options.farewellMs ?? 30_000
    this.troubleMs = options.troubleMs ?? 3_000
    this.done = this.run()
  }

  /** Whether the container has ended and all of its log was read. */
  get isThrough(): boolean {
    return this.container.finishedAt !== null && this.readThrough === stateOf(this.container)
  }

  /** Tells what the container is like now. */
  update(container: WatchedContainer): void {
    if (stateOf(container) === stateOf(this.container)) return
    this.container = container
    this.changed()
  }

  /** The pod is gone: reads what is left, then ends. */
  finish(): void {
    if (this.gone) return
    this.gone = true
    this.changed()
    const late = setTimeout(() => this.stop(), this.farewellMs)
    const clear = (): void => clearTimeout(late)
    void this.done.then(clear, clear)
  }

  /** Ends at once. */
  stop(): void {
    this.stopped = true
    this.connection?.abort()
    this.wake()
  }

  private changed(): void {
    this.changes++
    this.wake()
  }

  private async run(): Promise<void> {
    let attempt = 0
    while (!this.stopped) {
      const state = stateOf(this.container)
      const changes = this.changes
      if (!this.container.started || this.readThrough === state) {
        if (this.gone) return
        await this.pause(changes)
        continue
      }
      const farewell = this.gone
      const { last } = this
      const from = performance.now()
      const ended = await this.read(this.container)
      if (farewell) {
        this.tellTrouble()
        return
      }
      // An answer may end in good order before the log does, when a proxy loses the kubelet: the end is believed when there is nothing new before it.
      if (ended && this.last === last && this.trouble === null && this.container.finishedAt !== null && this.changes === changes)
        this.readThrough = state
      attempt = this.last === last && performance.now() - from < LASTING_MS ? attempt + 1 : 1
      if (this.changes !== changes) attempt = 1
      else if (this.readThrough !== state) await this.pause(changes, this.delay(attempt))
    }
  }

  /** Waits until something changed since `changes` was read, or for so many milliseconds. */
  private async pause(changes: number, ms?: number): Promise<void> {
    if (this.changes !== changes || this.stopped || ms === 0) return
    await new Promise<void>((resolve) => {
      const timer = ms === undefined ? undefined : setTimeout(resolve, ms)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  /** One reading. @returns whether the log came to its end; false when the connection did, or there was nothing to read */
  private async read(container: WatchedContainer): Promise<boolean> {
    const connection = new AbortController()
    this.connection = connection
    const watchdog = new LogWatchdog(
      () => this.askForNewest(),
      () => connection.abort(),
      this.quietMs,
      this.lateMs,
    )
    try {
      if (container.restartCount > this.instance) await this.readPrevious(null, connection.signal)
      this.instance = container.restartCount
      await this.readCurrent(container, connection.signal, watchdog)
      this.failures = 0
      return true
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
      if (++this.failures % WARN_EVERY === WARN_AT) this.options.warn?.(error)
      // A log that does not exist will not come into being once the container has ended.
      return error.kind === 'invalid' && container.finishedAt !== null
    } finally {
      watchdog.stop()
    }
  }

  private async readCurrent(container: WatchedContainer, signal: AbortSignal, watchdog: LogWatchdog): Promise<void> {
    const parser = new LogLineParser()
    const positions = new Positioner()
    const from = this.last
    // Lines up to the last one of before; once it is known where the reading joins, there is nothing to keep any more.
    let held: FollowedLine[] | null = []
    const take = async (lines: LogLine[]): Promise<void> => {
      let fresh: FollowedLine[] = []
      for (const { ts, text } of lines) {
        if (ts === null) {
          this.remark(text)
          continue
        }
        this.trouble = null
        const line = { ts, text, position: positions.place(ts) }
        if (held) {
          const order = orderOf(line, from)
          if (order === 0) held = null
          else held.push(line)
          if (order <= 0) continue
          // The last line is not here, so the file began after it and all that is in it is new.
          await this.readPrevious(held?.[0] ?? line, signal)
          fresh = held ?? []
          held = null
        } else fresh.push(line)
        this.last = line
        this.low = positions.low
      }
      if (fresh.length > 0) this.sink.lines(fresh)
    }
    for await (const piece of this.source.open(this.request({ follow: true }), signal)) {
      watchdog.heard()
      this.failures = 0
      await take(parser.push(piece))
    }
    const rest = parser.end() ?? null
    // Without a line end, the last line is whole only when the container has ended and the next reading ends with the same.
    const whole = this.gone || (container.finishedAt !== null && rest?.ts === this.unfinished?.ts && rest?.text === this.unfinished?.text)
    this.unfinished = rest
    if (rest && whole) await take([rest])
  }

  /**
   * Reads what is missing of the instance before the current one, whose log begins with `first`. Nothing is passed on before all of it was read, so
   * that a connection that drops in the middle loses and doubles nothing.
   */
  private async readPrevious(first: { ts: string; text: string } | null, signal: AbortSignal): Promise<void> {
    const missed: FollowedLine[] = []
    const positions = new Positioner()
    const from = this.last
    let anchored = from === null
    let low = this.low
    for (const { ts, text } of await this.readWhole(this.request({ follow: false, previous: true }), signal)) {
      if (ts === null) continue
      // Between two runs of a container "current" and "previous" are the same log.
      if (first && ts === first.ts && text === first.text) break
      const line = { ts, text, position: positions.place(ts) }
      const order = orderOf(line, from)
      anchored ||= order === 0
      if (order <= 0) continue
      missed.push(line)
      low = positions.low
    }
    const last = missed.at(-1)
    if (!anchored && (first ?? last)) this.sink.gap('The node has thrown lines away before they were read.')
    if (!last) return
    this.last = last
    this.low = low
    this.sink.lines(missed)
  }

  /** All lines of a log that has ended; none when there is no such log. */
  private async readWhole(request: LogRequest, signal: AbortSignal): Promise<LogLine[]> {
    const parser = new LogLineParser()
    const lines: LogLine[] = []
    try {
      for await (const piece of this.source.open(request, signal)) for (const line of parser.push(piece)) lines.push(line)
    } catch (error) {
      if (error instanceof KubeError && error.kind === 'invalid') return []
      throw error
    }
    const rest = parser.end()
    if (rest) lines.push(rest)
    return lines
  }

  private request(how: { follow: boolean; previous?: boolean }): LogRequest {
    const range = this.last === null ? { tailLines: this.options.tailLines } : { sinceTime: secondBefore(this.low) }
    return { ...this.target, follow: how.follow, previous: how.previous ?? false, ...range }
  }

  /**
   * The kubelet writes its own troubles into the log, without a time. While it turns a file over it has one for a moment, which costs no line: whether
   * one is lost shows where the next reading joins. So only a trouble that stays is told, once, however often it is read.
   */
  private remark(text: string): void {
    if (text === this.notice) return
    this.trouble ??= { text, since: performance.now() }
    if (performance.now() - this.trouble.since >= this.troubleMs) this.tellTrouble()
  }

  private tellTrouble(): void {
    if (this.trouble === null) return
    const { text } = this.trouble
    this.trouble = null
    this.notice = text
    this.sink.gap(`The node could not read on: ${text.slice(0, NOTICE_CHARACTERS)}`)
  }

  /** Asks by another connection whether there is a line that did not come. */
  private async askForNewest(): Promise<Newest> {
    try {
      const request: LogRequest = { ...this.target, follow: false, previous: false, tailLines: 1 }
      const newest = (await this.readWhole(request, AbortSignal.timeout(PROBE_MS))).at(-1)?.ts ?? ''
      return newest > (this.last?.position.ts ?? '') ? 'a line that did not come' : 'nothing new'
    } catch {
      // Why there was none is said by the reading, which then fails as well.
      return 'no answer'
    }
  }
}

/** Whether a line comes after the last one (positive), before it, or is it (0). */
function orderOf(line: FollowedLine, last: LastLine | null): number {
  const order = last === null ? 1 : comparePositions(line.position, last.position)
  // A line of a newer file may have been written at the same nanosecond.
  return order === 0 && last !== null && last.text !== null && line.text !== last.text ? 1 : order
}

const stateOf = ({ started, restartCount, finishedAt }: WatchedContainer): string =>
  `${started} ${restartCount} ${finishedAt?.getTime() ?? 'running'}`
