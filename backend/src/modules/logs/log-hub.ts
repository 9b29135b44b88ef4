import { Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common'
import { createHash, randomBytes } from 'node:crypto'
import { now } from '../../common/clock.js'
import { backoff } from '../../common/keyed-queue.js'
import { LogFollower, type LogSink } from '../../platform/kubernetes/log-follower.js'
import type { LogSource } from '../../platform/kubernetes/log-source.js'
import type { PodFeed, WatchedContainer, WatchedPod } from '../../platform/kubernetes/pod-feed.js'
import { EngineLog, type LogLimits } from './engine-log.js'
import type { LogArchive } from './log-archive.js'
import { LogArchiver, type ArchiveLimits } from './log-archiver.js'
import type { EventEntry, LoggedContainer } from './log-entry.js'
import { markersOf, zeroMarker } from './log-markers.js'
import type { LogReader, ReadFrom } from './log-reader.js'

/** How much of all logs is kept in memory. */
export interface HubLimits extends LogLimits {
  /** Bytes for the logs of all apps together. */
  totalBytes: number
  archive: ArchiveLimits
}

// Knative's own container beside the app's.
const SIDECAR = 'queue-proxy'
const FREED_AT_ONCE = 16
const MOST_REMOVED = 1_000
// What is stored already of events is looked up so far back: Kubernetes keeps them for an hour.
const EVENTS_MS = 2 * 3_600_000
const FLUSH_MS = 8_000
// Of a container that nobody followed yet, all that the node has: it keeps some ten MiB.
const FIRST_LINES = 1_000_000
const UNFOLLOWED_GAP = 'Lines that were written while nobody followed are gone with their pod.'

/**
 * Follows the log of every container of every app once, whoever watches, from the moment when it started, has it stored, and keeps the newest lines, so
 * that there is something to see for who comes later.
 */
export class LogHub implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('LogHub')
  private readonly logs = new Map<string, EngineLog>()
  private readonly changed = new Set<string>()
  private readonly removed = new Set<string>()
  private readonly archiver: LogArchiver | null
  private bytes = 0
  private unsubscribe: () => void = () => undefined
  private stopped = false

  constructor(
    private readonly feed: PodFeed,
    private readonly source: LogSource,
    private readonly limits: HubLimits,
    private readonly archive: LogArchive | null = null,
  ) {
    this.archiver = archive && new LogArchiver(archive, limits.archive, (log) => this.stored(log))
  }

  onApplicationBootstrap(): void {
    this.unsubscribe = this.feed.onChange((engineId) => {
      if (this.changed.size === 0) setImmediate(() => this.reconcileChanged())
      this.changed.add(engineId)
    })
  }

  /** Ends what is followed and stores what is not stored yet, while the stores are still connected. */
  async beforeApplicationShutdown(): Promise<void> {
    // When the pod is gone by the next start, nothing of these was missed.
    for (const log of this.logs.values())
      for (const [key, follower] of log.followers) if (follower.isThrough) this.counted(log, () => log.containerOver(key))
    await this.stopFollowing()
    await this.archiver?.stop(FLUSH_MS)
  }

  /** Ends without storing anything, as a process that is killed; for tests. */
  async kill(): Promise<void> {
    this.archiver?.kill()
    await this.stopFollowing()
  }

  /** Someone who reads the log of an app; `wake` is called when there may be something to read, or it has ended. */
  open(engineId: string, from: ReadFrom, wake: () => void): { reader: LogReader; log: EngineLog } {
    this.reconcile(engineId)
    const log = this.logOf(engineId)
    return { log, reader: log.open(from, wake) }
  }

  /** Someone has stopped reading. */
  close(engineId: string, reader: LogReader): void {
    reader.close()
    const log = this.logs.get(engineId)
    if (log) this.shrink(log)
  }

  /** What Kubernetes says of an object of the app. */
  async event(engineId: string, event: EventEntry): Promise<void> {
    if (this.stopped || this.removed.has(engineId)) return
    const log = this.logOf(engineId)
    await log.ready
    this.counted(log, () => log.appendEvent(event))
    // One that was known already leaves nothing behind.
    this.shrink(log)
  }

  /** The app does not exist any more: ends whoever reads, and forgets its log. */
  remove(engineId: string, reason: string): void {
    this.removed.add(engineId)
    // Its pods may take a while to go; ids come only once, so the oldest need not be remembered for ever.
    for (const oldest of this.removed) if (this.removed.size > MOST_REMOVED) this.removed.delete(oldest)
    const log = this.logs.get(engineId)
    if (!log) return
    this.release(log)
    for (const follower of log.followers.values()) follower.stop()
    log.end(reason)
  }

  private async stopFollowing(): Promise<void> {
    this.stopped = true
    this.unsubscribe()
    const followers = [...this.logs.values()].flatMap((log) => [...log.followers.values()])
    for (const follower of followers) follower.stop()
    await Promise.allSettled(followers.map(({ done }) => done))
  }

  private reconcileChanged(): void {
    const ids = [...this.changed]
    this.changed.clear()
    for (const id of ids) this.reconcile(id)
  }

  /** Follows what there is to follow of an app now, and lets what is gone come to its end. */
  private reconcile(engineId: string): void {
    if (this.stopped || this.removed.has(engineId)) return
    const containers = this.feed.podsOf(engineId).flatMap((pod) => appContainers(pod).map((container) => ({ pod, container })))
    const existing = this.logs.get(engineId)
    if (!existing && !containers.some(({ container }) => container.started)) return
    const log = existing ?? this.logOf(engineId)
    // It is looked at again once it is known what is stored of it.
    if (!log.isReady) return
    const present = new Set<string>()
    for (const { pod, container } of containers) {
      const logged: LoggedContainer = {
        key: containerKey(pod, container),
        pod: pod.name,
        container: container.name,
        revision: pod.revision,
      }
      present.add(logged.key)
      this.mark(log, logged, pod, container)
      const follower = log.followers.get(logged.key)
      if (follower) follower.update(container)
      else if (container.started) this.follow(log, logged, pod, container)
    }
    for (const [key, follower] of log.followers) if (!present.has(key)) follower.finish()
    if (this.feed.synced) for (const key of log.unfinished()) if (!present.has(key) && !log.followers.has(key)) this.missed(log, key)
    log.tellAll()
  }

  /** Says what has become of a container since it was last looked at. */
  private mark(log: EngineLog, logged: LoggedContainer, pod: WatchedPod, container: WatchedContainer): void {
    for (const marker of markersOf(logged, pod, container, log.runs.get(logged.key), now())) {
      this.counted(log, () => log.appendMarker(marker))
      if (marker.what !== 'started') this.archiver?.hurry(log)
    }
  }

  /** A container whose pod went while no portal followed it. */
  private missed(log: EngineLog, key: string): void {
    if (log.known(key)) this.counted(log, () => log.appendGap(UNFOLLOWED_GAP))
    this.over(log, key)
  }

  /** A container's pod is gone, and there is nothing more to read of it. */
  private over(log: EngineLog, key: string): void {
    this.counted(log, () => log.containerOver(key))
    this.archiver?.hurry(log)
    if (this.stopped || this.removed.has(log.engineId) || log.followers.size > 0) return
    if (this.feed.synced && this.feed.podsOf(log.engineId).length === 0) this.counted(log, () => log.appendMarker(zeroMarker(key, now())))
  }

  private follow(log: EngineLog, logged: LoggedContainer, pod: WatchedPod, container: WatchedContainer): void {
    const { key } = logged
    const sink: LogSink = {
      lines: (lines) => this.counted(log, () => log.append(logged, lines)),
      gap: (reason) => this.counted(log, () => log.appendGap(reason)),
    }
    const target = { namespace: pod.namespace, pod: pod.name, container: container.name }
    const warn = (error: Error): void => this.logger.warn({ err: error, ...target }, 'a log cannot be read, trying again')
    const resume = log.positionOf(key)
    const options = { tailLines: FIRST_LINES, warn, ...(resume ? { resume } : {}) }
    const follower = new LogFollower(this.source, target, container, sink, options)
    log.followers.set(key, follower)
    follower.done.then(
      () => {
        log.followers.delete(key)
        // Of one that was ended by the shutdown, the next portal reads on.
        if (!this.stopped) this.over(log, key)
      },
      // It stays in the list: one that began anew would bring every line twice.
      (error: unknown) => this.logger.error({ err: error, ...target }, 'a log is not followed any more'),
    )
  }

  /** Keeps the sum of all rings; when it is too much, the largest one gives. */
  private counted(log: EngineLog, add: () => void): void {
    const before = log.ring.bytes
    add()
    if (this.logs.get(log.engineId) !== log) return
    this.bytes += log.ring.bytes - before
    while (this.bytes > this.limits.totalBytes) {
      let largest = log
      for (const other of this.logs.values()) if (other.ring.bytes > largest.ring.bytes) largest = other
      const held = largest.ring.bytes
      largest.ring.free(this.limits.totalBytes / FREED_AT_ONCE)
      if (largest.ring.bytes === held) return
      this.bytes -= held - largest.ring.bytes
    }
  }

  private logOf(engineId: string): EngineLog {
    const existing = this.logs.get(engineId)
    if (existing) return existing
    const log = new EngineLog(engineId, this.limits, this.archive, (key) => this.isGone(engineId, key))
    this.logs.set(engineId, log)
    log.onEntry = (characters) => this.archiver?.added(log, characters)
    if (this.archive) void this.restore(log, this.archive)
    else log.restore({ last: null, events: [] }, random())
    return log
  }

  /** Finds out where the process before ended, however long the database is away. */
  private async restore(log: EngineLog, archive: LogArchive): Promise<void> {
    const { engineId } = log
    for (let attempt = 1; !this.stopped && this.logs.get(engineId) === log; attempt++) {
      try {
        const last = await archive.last(engineId)
        const events = await archive.eventsSince(engineId, new Date(now().getTime() - EVENTS_MS))
        if (this.stopped || this.logs.get(engineId) !== log) return
        log.restore({ last, events }, random())
        this.archiver?.begin(log)
        this.reconcile(engineId)
        return
      } catch (error) {
        if (attempt % 20 === 2) this.logger.warn({ err: error, engineId }, 'what is stored of a log cannot be read, trying again')
        await new Promise((resolve) => setTimeout(resolve, backoff(attempt, 200, 5_000)).unref())
      }
    }
  }

  private stored(log: EngineLog): void {
    if (this.logs.get(log.engineId) === log) this.shrink(log)
  }

  /** What is stored and nobody reads need not be in memory. */
  private shrink(log: EngineLog): void {
    if (log.readerCount > 0) return
    const before = log.ring.bytes
    if (this.archiver) log.ring.trim(this.limits.idleBytes, this.archiver.storedUpTo(log))
    this.bytes -= before - log.ring.bytes
    if (log.quiet && (log.ring.next === 0 || this.archiver?.isStored(log) === true)) this.release(log)
  }

  private release(log: EngineLog): void {
    if (this.logs.get(log.engineId) !== log) return
    this.logs.delete(log.engineId)
    this.archiver?.forget(log)
    this.bytes -= log.ring.bytes
  }

  // Asks what is watched rather than what is followed: that comes a moment later.
  private isGone(engineId: string, key: string): boolean {
    return (
      this.feed.synced &&
      !this.feed.podsOf(engineId).some((pod) => appContainers(pod).some((container) => containerKey(pod, container) === key))
    )
  }
}

const random = (): string => randomBytes(6).toString('hex')

const appContainers = ({ containers }: WatchedPod): WatchedContainer[] => containers.filter(({ name }) => name !== SIDECAR)

/** Names a container of a pod for good, in a few characters. */
const containerKey = ({ uid }: WatchedPod, { name }: WatchedContainer): string =>
  createHash('sha256').update(`${uid}/${name}`).digest('hex').slice(0, 10)
