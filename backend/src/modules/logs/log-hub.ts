import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { createHash } from 'node:crypto'
import { LogFollower, type LogSink } from '../../platform/kubernetes/log-follower.js'
import type { LogSource } from '../../platform/kubernetes/log-source.js'
import type { PodFeed, WatchedContainer, WatchedPod } from '../../platform/kubernetes/pod-feed.js'
import { EngineLog, type LogLimits, type LoggedContainer } from './engine-log.js'
import type { LogReader, ReadFrom } from './log-reader.js'

/** How much of all logs is kept in memory. */
export interface HubLimits extends LogLimits {
  /** Bytes for the logs of all apps together. */
  totalBytes: number
}

// Knative's own container beside the app's.
const SIDECAR = 'queue-proxy'
const FREED_AT_ONCE = 16
const MOST_REMOVED = 1_000

/**
 * Follows the log of every container of every app once, whoever watches, from the moment when it started, and keeps the newest lines, so that there is
 * something to see for who comes later.
 */
export class LogHub implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('LogHub')
  private readonly logs = new Map<string, EngineLog>()
  private readonly changed = new Set<string>()
  private readonly removed = new Set<string>()
  private bytes = 0
  private unsubscribe: () => void = () => undefined
  private stopped = false

  constructor(
    private readonly feed: PodFeed,
    private readonly source: LogSource,
    private readonly limits: HubLimits,
  ) {}

  onApplicationBootstrap(): void {
    this.unsubscribe = this.feed.onChange((engineId) => {
      if (this.changed.size === 0) setImmediate(() => this.reconcileChanged())
      this.changed.add(engineId)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true
    this.unsubscribe()
    const followers = [...this.logs.values()].flatMap((log) => [...log.followers.values()])
    for (const follower of followers) follower.stop()
    await Promise.allSettled(followers.map(({ done }) => done))
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
    if (this.logs.get(engineId)?.idle) this.logs.delete(engineId)
  }

  /** The app does not exist any more: ends whoever reads, and forgets its log. */
  remove(engineId: string, reason: string): void {
    this.removed.add(engineId)
    // Its pods may take a while to go; ids come only once, so the oldest need not be remembered for ever.
    for (const oldest of this.removed) if (this.removed.size > MOST_REMOVED) this.removed.delete(oldest)
    const log = this.logs.get(engineId)
    if (!log) return
    this.logs.delete(engineId)
    this.bytes -= log.ring.bytes
    for (const follower of log.followers.values()) follower.stop()
    log.end(reason)
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
    const present = new Set<string>()
    for (const { pod, container } of containers) {
      const key = containerKey(pod, container)
      present.add(key)
      const follower = log.followers.get(key)
      if (follower) follower.update(container)
      else if (container.started) this.follow(log, key, pod, container)
    }
    for (const [key, follower] of log.followers) if (!present.has(key)) follower.finish()
    log.tellAll()
  }

  private follow(log: EngineLog, key: string, pod: WatchedPod, container: WatchedContainer): void {
    const logged: LoggedContainer = { key, pod: pod.name, container: container.name }
    const sink: LogSink = {
      lines: (lines) => this.counted(log, () => log.append(logged, lines)),
      gap: (reason) => this.counted(log, () => log.appendGap(reason)),
    }
    const target = { namespace: pod.namespace, pod: pod.name, container: container.name }
    const warn = (error: Error): void => this.logger.warn({ err: error, ...target }, 'a log cannot be read, trying again')
    const follower = new LogFollower(this.source, target, container, sink, { tailLines: this.limits.lines, warn })
    log.followers.set(key, follower)
    follower.done.then(
      () => {
        log.followers.delete(key)
        this.counted(log, () => log.containerOver(key))
      },
      // It stays in the list: one that began anew would bring every line twice.
      (error: unknown) => this.logger.error({ err: error, ...target }, 'a log is not followed any more'),
    )
  }

  /** Keeps the sum of all rings; when it is too much, the largest one gives. */
  private counted(log: EngineLog, add: () => void): void {
    const before = log.ring.bytes
    add()
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
    let log = this.logs.get(engineId)
    if (!log) this.logs.set(engineId, (log = new EngineLog(this.limits, (key) => this.isGone(engineId, key))))
    return log
  }

  // Asks what is watched rather than what is followed: that comes a moment later.
  private isGone(engineId: string, key: string): boolean {
    return (
      this.feed.synced &&
      !this.feed.podsOf(engineId).some((pod) => appContainers(pod).some((container) => containerKey(pod, container) === key))
    )
  }
}

const appContainers = ({ containers }: WatchedPod): WatchedContainer[] => containers.filter(({ name }) => name !== SIDECAR)

/** Names a container of a pod for good, in a few characters. */
const containerKey = ({ uid }: WatchedPod, { name }: WatchedContainer): string =>
  createHash('sha256').update(`${uid}/${name}`).digest('hex').slice(0, 10)
