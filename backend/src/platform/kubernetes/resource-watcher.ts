import { Pause } from '../../common/pause.js'
import { backoff } from '../../common/keyed-queue.js'
import { applyList, applyUpdate, type WatchEvent } from './apply-update.js'
import { KubeError, toKubeError } from './kube-error.js'
import type { KubeObject } from './kube-objects.js'

/**
 * `starting` nothing is known yet; `synced` a full list was read and changes follow; `stale` what is known may be old, it is being reconnected;
 * `absent` the kind does not exist in the cluster; `forbidden` the portal may not read it; `stopped` for good.
 */
export type WatcherState = 'starting' | 'synced' | 'stale' | 'absent' | 'forbidden' | 'stopped'

/** Where a watcher reads from; the seam for its tests. */
export interface WatchSource {
  /** Everything there is, and the version from which changes follow. @throws KubeError */
  list(): Promise<{ items: KubeObject[]; resourceVersion: string }>
  /** The changes since that version, until the connection ends. Silence must make it throw. @throws KubeError */
  watch(resourceVersion: string, signal: AbortSignal): AsyncIterable<WatchEvent>
}

export interface WatcherOptions<T extends KubeObject> {
  /** For messages, as in `pods`. */
  name: string
  source: WatchSource
  /** Keeps of an object what is needed, so that a thousand of them stay small. */
  project: (raw: KubeObject) => T
  /** Groups objects, for {@link ResourceWatcher.of}. */
  group: (object: T) => string | undefined
  /** Milliseconds before the `attempt`-th reconnection in a row that failed. */
  delay?: (attempt: number) => number
  warn?: (message: string, error: KubeError) => void
}

/**
 * The only user of list and watch: knows all objects of one kind, and goes on doing so. It reconnects with a jittered backoff, goes on from the last
 * version, lists again when that is too old, and takes silence for a broken connection. Listeners get the group whose object changed; they only enqueue.
 */
export class ResourceWatcher<T extends KubeObject> {
  private readonly store = new Map<string, T>()
  private readonly groups = new Map<string, Set<string>>()
  private readonly listeners = new Set<(group: string) => void>()
  private readonly stateListeners = new Set<(state: WatcherState) => void>()
  private current: WatcherState = 'starting'
  private resourceVersion: string | null = null
  private abort = new AbortController()
  private readonly pause = new Pause()
  private loop: Promise<void> | undefined

  constructor(private readonly options: WatcherOptions<T>) {}

  get state(): WatcherState {
    return this.current
  }

  get name(): string {
    return this.options.name
  }

  /** All objects, as last seen. */
  all(): T[] {
    return [...this.store.values()]
  }

  /** The objects of one group, as last seen. */
  of(group: string): T[] {
    return [...(this.groups.get(group) ?? [])].flatMap((key) => this.store.get(key) ?? [])
  }

  /** Calls back with the group of each object that appeared, changed or went. Returns a function that ends this. */
  onChange(listener: (group: string) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Calls back when the state changed. Returns a function that ends this. */
  onState(listener: (state: WatcherState) => void): () => void {
    this.stateListeners.add(listener)
    return () => this.stateListeners.delete(listener)
  }

  /** Begins to watch; does nothing when it has begun. */
  start(): void {
    this.loop ??= this.run()
  }

  /** Gives up the connection and makes a new one at once: for when it is known that the old one is no good. */
  reconnect(): void {
    if (this.current === 'stopped') return
    this.abort.abort()
    this.pause.wake()
  }

  /** Ends for good; resolves when nothing is left running. */
  async stop(): Promise<void> {
    this.enter('stopped')
    this.abort.abort()
    this.pause.wake()
    await this.loop
  }

  private get stopped(): boolean {
    return this.current === 'stopped'
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.stopped;) {
      this.abort = new AbortController()
      try {
        if (this.resourceVersion === null) await this.relist()
        const began = performance.now()
        for await (const event of this.options.source.watch(this.resourceVersion ?? '', this.abort.signal)) {
          failures = 0
          this.enter('synced')
          this.take(event)
        }
        // A server that accepts a watch only to end it is going away: asking again without a pause would be a storm.
        if (performance.now() - began < SHORTEST_WATCH_MS) throw new KubeError('unreachable', 'the watch ended as soon as it began')
      } catch (cause) {
        if (this.stopped) return
        const error = toKubeError(cause)
        failures = this.abort.signal.aborted ? 0 : failures + 1
        if (error.kind === 'expired') this.resourceVersion = null
        else this.fail(error, failures)
        // One failure is often only an old version or a dropped connection: it is tried again at once, then ever more slowly.
        if (failures > 1 || (failures === 1 && error.kind !== 'expired'))
          await this.pause.wait((this.options.delay ?? defaultDelay)(failures))
      }
    }
  }

  private async relist(): Promise<void> {
    const { items, resourceVersion } = await this.options.source.list()
    const { put, remove } = applyList(this.store, items.map(this.options.project))
    this.resourceVersion = resourceVersion
    for (const [key, object] of put) this.put(key, object)
    for (const [key, object] of remove) this.remove(key, object)
    this.enter('synced')
    this.tell([...put, ...remove].map(([, object]) => object))
  }

  private take(event: WatchEvent): void {
    const update = applyUpdate(this.store, event, this.options.project)
    if (update.change === 'error') throw new KubeError(update.code === 410 ? 'expired' : 'unreachable', update.message)
    this.resourceVersion = update.resourceVersion ?? this.resourceVersion
    if (update.change === 'none') return
    if (update.change === 'put') this.put(update.key, update.object)
    else this.remove(update.key, update.object)
    this.tell([update.object])
  }

  private put(key: string, object: T): void {
    const before = this.store.get(key)
    if (before) this.ungroup(key, before)
    this.store.set(key, object)
    const group = this.options.group(object)
    if (group === undefined) return
    const members = this.groups.get(group) ?? new Set()
    this.groups.set(group, members.add(key))
  }

  private remove(key: string, object: T): void {
    this.ungroup(key, this.store.get(key) ?? object)
    this.store.delete(key)
  }

  private ungroup(key: string, object: T): void {
    const group = this.options.group(object)
    const members = group === undefined ? undefined : this.groups.get(group)
    if (!members?.delete(key) || members.size > 0 || group === undefined) return
    this.groups.delete(group)
  }

  private tell(objects: T[]): void {
    const changed = new Set(objects.flatMap((object) => this.options.group(object) ?? []))
    for (const group of changed) for (const listener of this.listeners) this.guarded(() => listener(group))
  }

  private fail(error: KubeError, failures: number): void {
    const before = this.current
    if (error.kind === 'not-found') this.enter('absent')
    else if (error.kind === 'forbidden') this.enter('forbidden')
    // The first broken connection of a watcher that was well is the normal end of a long request: it goes on from the last version.
    else if (before === 'synced' && failures <= 1) return
    else if (before !== 'starting') this.enter('stale')
    // After an outage only a full list can say that nothing was missed: an open watch on which nothing happens says nothing for a minute.
    this.resourceVersion = null
    if (before !== this.current || failures === 1)
      this.options.warn?.(`${this.options.name} cannot be watched (${this.current}), trying again`, error)
  }

  private enter(state: WatcherState): void {
    if (this.current === state || this.current === 'stopped') return
    this.current = state
    for (const listener of this.stateListeners) this.guarded(() => listener(state))
  }

  /** A listener that throws must not end the watch for all. */
  private guarded(call: () => void): void {
    try {
      call()
    } catch (cause) {
      this.options.warn?.(`a listener of ${this.options.name} failed`, toKubeError(cause))
    }
  }
}

const SHORTEST_WATCH_MS = 1_000
const defaultDelay = (attempt: number): number => backoff(attempt, 500, 15_000)
