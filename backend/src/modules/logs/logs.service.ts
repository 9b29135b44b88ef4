import { Injectable, Logger } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { can, type ProjectResource } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import type { SseStream } from '../../common/sse/sse-stream.js'
import { canonicalTime } from '../../platform/kubernetes/log-lines.js'
import { LiveStreams } from '../auth/live-streams.js'
import type { Engine } from '../engines/engine.js'
import { EnginesService } from '../engines/engines.service.js'
import { EventBus } from '../events/event-bus.js'
import { readBackwards } from './log-backwards.js'
import { readCursor, writeCursor, type Cursor } from './log-cursor.js'
import { timeText } from './log-entry.js'
import type { LogFilter } from './log-filter.js'
import { LogHub } from './log-hub.js'
import { LogRetention } from './retention/log-retention.js'
import { showEntry, textLine, type ShownEntry } from './log-shown.js'
import type { LogDownloadQuery, LogFilterDto, LogPage, LogPageQuery, LogQuery } from './logs.dto.js'
import { streamLog } from './log-stream.js'

const DELETED = 'The app was deleted.'
const NOT_OURS = 'The id to go on from is none of ours: this begins as if there were none.'
const ALL = 'That was all up to the time that you gave.'
const TAIL = 5_000
const PAGE = 200
const PIECE_CHARACTERS = 64 * 1024
// Viewers of one app are checked together: what was just read of it serves them all.
const RECENT_MS = 1_000

/** The logs of apps, for those who may see them. */
@Injectable()
export class LogsService {
  private readonly logger = new Logger('Logs')
  private readonly recent = new Map<string, { at: number; project: Promise<ProjectResource | null> }>()

  constructor(
    private readonly engines: EnginesService,
    private readonly hub: LogHub,
    private readonly retention: LogRetention,
    private readonly live: LiveStreams,
    bus: EventBus,
  ) {
    bus.on('engine.status-changed', ({ engineId, phase }) => {
      if (phase === 'Deleting') void this.forgetDeleted(engineId)
    })
  }

  /** @throws DomainError `engine-not-found` or `not-allowed` */
  async require(auth: AuthContext, engineId: string): Promise<Engine> {
    return this.engines.require(auth, 'engine:log', engineId)
  }

  /** A filter of a query. @throws DomainError `malformed-request` for a time that does not exist */
  filterOf({ text, revision, pod, container, from, to }: LogFilterDto): LogFilter {
    return {
      ...(text === undefined ? {} : { text }),
      ...(revision === undefined ? {} : { revision }),
      ...(pod === undefined ? {} : { pod }),
      ...(container === undefined ? {} : { container }),
      ...(from === undefined ? {} : { from: timeOf(from) }),
      ...(to === undefined ? {} : { to: timeOf(to) }),
    }
  }

  /** Sends what is kept of an app's log and what comes, until the app is deleted or the reader may not read it any more. */
  stream(auth: AuthContext, engineId: string, { tail, lastEventId }: LogQuery, filter: LogFilter, stream: SseStream): void {
    const cursor = lastEventId === undefined ? null : readCursor(lastEventId)
    const begin = cursor ? { cursor } : filter.from === undefined ? { tail: tail ?? TAIL } : {}
    streamLog(this.hub, stream, {
      engineId,
      from: { ...begin, filter },
      ...(lastEventId !== undefined && !cursor ? { notice: NOT_OURS } : {}),
      ...(filter.to !== undefined && filter.to <= timeText(now()) ? { endWith: ALL } : {}),
    })
    this.live.watch(stream, auth, (fresh) => this.check(engineId, fresh))
  }

  /** Before a stream is opened. @throws DomainError `too-many-streams` */
  requireRoom(auth: AuthContext): void {
    this.live.requireRoom(auth)
  }

  /** A page of what is kept of an app's log. @throws DomainError `invalid-cursor`, `engine-not-found` */
  async page(auth: AuthContext, engineId: string, { order = 'desc', cursor, limit = PAGE, ...query }: LogPageQuery): Promise<LogPage> {
    await this.require(auth, engineId)
    const from = cursor === undefined ? null : readCursor(cursor)
    if (cursor !== undefined && !from) throw new DomainError('invalid-cursor')
    const filter = this.filterOf(query)
    return order === 'asc' ? this.forwardPage(engineId, filter, from, limit) : this.backwardPage(engineId, filter, from, limit)
  }

  /** All that is kept of an app's log by now, piece by piece; only as fast as it is taken. */
  download(engineId: string, { format = 'text', ...query }: LogDownloadQuery): AsyncGenerator<string> {
    return this.pieces(engineId, this.filterOf(query), format)
  }

  private async *pieces(engineId: string, filter: LogFilter, format: 'text' | 'ndjson'): AsyncGenerator<string> {
    let piece = ''
    for await (const { shown } of this.forward(engineId, filter, null)) {
      piece += format === 'text' ? textLine(shown) : `${JSON.stringify(shown)}\n`
      if (piece.length < PIECE_CHARACTERS) continue
      yield piece
      piece = ''
    }
    if (piece !== '') yield piece
  }

  private async forwardPage(engineId: string, filter: LogFilter, from: Cursor | null, limit: number): Promise<LogPage> {
    const items: ShownEntry[] = []
    let last: string | null = null
    for await (const { shown, id } of this.forward(engineId, filter, from)) {
      if (items.length === limit) return { items, nextCursor: last }
      items.push(shown)
      last = id ?? last
    }
    return { items, nextCursor: null }
  }

  private async backwardPage(engineId: string, filter: LogFilter, from: Cursor | null, limit: number): Promise<LogPage> {
    const items: ShownEntry[] = []
    let last: string | null = null
    const { reader, log } = this.hub.open(engineId, {}, () => undefined)
    try {
      for await (const { entry, place } of readBackwards(log, filter, from && { epoch: from.epoch, seq: from.seq })) {
        const shown = showEntry(entry)
        if (!shown) continue
        if (items.length === limit) return { items, nextCursor: last }
        items.push(shown)
        last = writeCursor(place.epoch, place.seq, '')
      }
      return { items, nextCursor: null }
    } finally {
      this.hub.close(engineId, reader)
    }
  }

  /** What is kept after a cursor, in the order of the log, up to what there is now. */
  private async *forward(
    engineId: string,
    filter: LogFilter,
    cursor: Cursor | null,
  ): AsyncGenerator<{ shown: ShownEntry; id: string | null }> {
    const { reader } = this.hub.open(engineId, { filter, ...(cursor ? { cursor } : {}) }, () => undefined)
    try {
      await reader.start()
      for (;;) {
        const read = reader.next()
        if (read) {
          const shown = showEntry(read.entry)
          if (shown) yield { shown, id: read.id }
        } else if (reader.behind) await reader.advance()
        else return
      }
    } finally {
      this.hub.close(engineId, reader)
    }
  }

  /** Why a reader's stream has to end; null when it may go on. */
  private async check(engineId: string, auth: AuthContext): Promise<string | null> {
    try {
      const project = await this.projectOf(engineId)
      if (!project) return DELETED
      return can(auth, 'engine:log', project) ? null : 'You may not read this log any more.'
    } catch (error) {
      // The database is away: what was allowed a moment ago goes on, and is asked again.
      this.logger.debug({ err: error, engineId }, 'could not check whether a log may still be read')
      return null
    }
  }

  private projectOf(engineId: string): Promise<ProjectResource | null> {
    const at = performance.now()
    for (const [id, entry] of this.recent) if (at - entry.at > RECENT_MS) this.recent.delete(id)
    const entry = this.recent.get(engineId) ?? { at, project: this.engines.projectOf(engineId) }
    this.recent.set(engineId, entry)
    return entry.project
  }

  private async forgetDeleted(engineId: string): Promise<void> {
    try {
      if (await this.engines.exists(engineId)) return
      this.hub.remove(engineId, DELETED)
      await this.retention.removeAllOf(engineId)
    } catch (error) {
      this.logger.warn({ err: error, engineId }, 'the log of a deleted app is removed later')
    }
  }
}

/** A time as in the logs, from any that is well-formed. */
function timeOf(text: string): string {
  const whole = /T\d\d:\d\d(Z|[+-])/.test(text) ? text.replace(/(T\d\d:\d\d)/, '$1:00') : text
  const time = canonicalTime(whole)
  if (time === null || Number.isNaN(Date.parse(time.slice(0, 19))))
    throw new DomainError('malformed-request', { reason: 'A time does not exist.' })
  return time
}
