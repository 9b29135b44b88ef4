import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { Health } from '../../common/health.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ClusterConnection } from './cluster-connection.js'
import { storedEvent, type ClusterEvent, type StoredEvent } from './cluster-event.js'
import { carriesRuntime, DRIVER_NAMES, kindsOf, type DriverName } from './drivers.js'
import { KubeApi } from './kube-api.js'
import { isOf, KIND, LABEL, type Kind, type KubeObject, type Pod, type ResourceQuota } from './kube-objects.js'
import { PodFeed, type WatchedPod } from './pod-feed.js'
import { QuotaWatch } from './quota-watch.js'
import { ResourceWatcher, type WatcherState } from './resource-watcher.js'
import { slim } from './slim.js'
import { watchedPod } from './watched-pod.js'
import { watchPath, watchSource } from './watch-source.js'

/** Port and injection token: what is in the cluster of this instance's apps, as last seen. Listeners only enqueue. */
export abstract class AppWatch {
  /** Whether the cluster answers, and all of it was read and is being followed: only then does "not here" mean that something is gone. */
  abstract get synced(): boolean
  /** The state of each watch, by what it watches. */
  abstract get states(): Record<string, WatcherState>
  /** Objects of an app, of a kind that a driver of {@link ClusterState.drivers} makes; none of a kind that is not watched. */
  abstract objectsOf<T extends KubeObject>(engineId: string, kind: Kind<T>): T[]
  abstract podsOf(engineId: string): Pod[]
  /** What Kubernetes said lately of the app's pods; nothing where it may not be read. */
  abstract eventsOf(engineId: string): ClusterEvent[]
  abstract namespaceOf(projectId: string): KubeObject | undefined
  /** What a project may use and uses, as last counted; undefined where it may not be read. */
  abstract quotaOf(projectId: string): ResourceQuota | undefined
  /** Objects of that kind, of all apps. */
  abstract objects<T extends KubeObject>(kind: Kind<T>): T[]
  abstract namespaces(): KubeObject[]
  /** Calls back with the id of an app when something of it changed. Returns a function that ends this. */
  abstract onEngine(listener: (engineId: string) => void): () => void
  /** Calls back with the id of a project when its namespace changed. Returns a function that ends this. */
  abstract onProject(listener: (projectId: string) => void): () => void
  /** Calls back when {@link synced} became true. Returns a function that ends this. */
  abstract onSynced(listener: () => void): () => void
}

/** All watches are of one of these, by the kind that they watch. */
type Watches = ReadonlyMap<Kind, ResourceWatcher<KubeObject>>

/** Watches what apps of this instance are made of, their pods and their namespaces, for the reconciler and for the logs. */
@Injectable()
export class KubernetesAppWatch extends AppWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('AppWatch')
  private readonly podsWatch: ResourceWatcher<Pod>
  private readonly namespacesWatch: ResourceWatcher<KubeObject>
  private readonly watches: Watches
  /** Events of the namespaces of this instance, grouped by the object that they are about: `<namespace>/<name>`. */
  readonly events: ResourceWatcher<StoredEvent>
  private readonly syncListeners = new Set<() => void>()
  /** The drivers that may have apps here, as they were when the cluster answered last. */
  private drivers: readonly DriverName[] = []
  private wasSynced = false

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly api: KubeApi,
    private readonly connection: ClusterConnection,
    health: Health,
    private readonly quotas: QuotaWatch,
  ) {
    super()
    if (config.kubeconfig !== null) health.register({ name: 'clusterWatch', required: false, check: () => this.requireSynced() })
    this.podsWatch = this.watcher(KIND.pod, LABEL.engine)
    this.namespacesWatch = this.watcher(KIND.namespace, LABEL.project)
    const kinds = new Set(DRIVER_NAMES.flatMap(kindsOf))
    this.watches = new Map([...kinds].map((kind) => [kind, this.watcher(kind, LABEL.engine)]))
    const own = `${config.namespacePrefix}-`
    this.events = new ResourceWatcher<StoredEvent>({
      name: 'events',
      source: watchPath(api, '/api/v1/events', {}),
      project: storedEvent,
      group: ({ metadata: { namespace = '' }, involved }) => (namespace.startsWith(own) ? `${namespace}/${involved.name}` : undefined),
      warn: (message, error) => this.logger.warn({ err: error }, message),
    })
  }

  get synced(): boolean {
    // A watch learns only by its next try that its connection is gone: a cluster that does not answer is not followed, whatever they say.
    const answers = this.connection.state.state === 'ready'
    return answers && this.drivers.length > 0 && this.needed.every(({ state }) => state === 'synced')
  }

  get states(): Record<string, WatcherState> {
    return Object.fromEntries(this.needed.map(({ name, state }) => [name, state]))
  }

  objectsOf<T extends KubeObject>(engineId: string, kind: Kind<T>): T[] {
    return (this.watches.get(kind)?.of(engineId) ?? []).filter((object) => isOf(object, kind))
  }

  podsOf(engineId: string): Pod[] {
    return this.podsWatch.of(engineId)
  }

  eventsOf(engineId: string): ClusterEvent[] {
    const pods = this.podsWatch.of(engineId)
    return pods.flatMap(({ metadata }) => this.events.of(`${metadata.namespace}/${metadata.name}`).map(({ event }) => event))
  }

  namespaceOf(projectId: string): KubeObject | undefined {
    return this.namespacesWatch.of(projectId)[0]
  }

  quotaOf(projectId: string): ResourceQuota | undefined {
    return this.quotas.of(projectId)
  }

  objects<T extends KubeObject>(kind: Kind<T>): T[] {
    return (this.watches.get(kind)?.all() ?? []).filter((object) => isOf(object, kind))
  }

  namespaces(): KubeObject[] {
    return this.namespacesWatch.all()
  }

  onEngine(listener: (engineId: string) => void): () => void {
    const ends = [this.podsWatch, ...this.watches.values()].map((watcher) => watcher.onChange(listener))
    ends.push(this.events.onChange((object) => this.warned(object, listener)))
    return () => ends.forEach((end) => end())
  }

  /** As {@link onEngine}, for changes of pods only. */
  onPod(listener: (engineId: string) => void): () => void {
    return this.podsWatch.onChange(listener)
  }

  onProject(listener: (projectId: string) => void): () => void {
    return this.namespacesWatch.onChange(listener)
  }

  onSynced(listener: () => void): () => void {
    this.syncListeners.add(listener)
    return () => this.syncListeners.delete(listener)
  }

  onApplicationBootstrap(): void {
    // The gateway alone asks for the one thing that it needs to know.
    if (this.config.role === 'gateway') return
    for (const watcher of this.all) watcher.onState(() => this.watcherChanged(watcher.state))
    this.connection.onChange(({ state, drivers }) => {
      if (state === 'ready') {
        this.drivers = drivers
        for (const watcher of [...this.needed, this.events]) watcher.start()
      }
      // A connection to an API server that went away may hang without a word; one to the old address is of no use.
      for (const watcher of [...this.all, this.events]) watcher.reconnect()
      this.tellWhenSynced()
    })
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([...this.all, this.events].map((watcher) => watcher.stop()))
  }

  private get all(): ResourceWatcher<KubeObject>[] {
    return [this.podsWatch, this.namespacesWatch, ...this.watches.values()]
  }

  /** Those without which it is not known what apps do: of other drivers nothing is asked. */
  private get needed(): ResourceWatcher<KubeObject>[] {
    const kinds = new Set(this.drivers.flatMap(kindsOf))
    return [this.podsWatch, this.namespacesWatch, ...[...this.watches].filter(([kind]) => kinds.has(kind)).map(([, watcher]) => watcher)]
  }

  private async requireSynced(): Promise<void> {
    const behind = Object.entries(this.states).filter(([, state]) => state !== 'synced')
    if (behind.length > 0) throw new Error(`not followed at the moment: ${behind.map(([name, state]) => `${name} (${state})`).join(', ')}`)
  }

  /** A warning about a pod may say what its status does not. */
  private warned(object: string, listener: (engineId: string) => void): void {
    if (!this.events.of(object).some(({ event }) => event.type === 'Warning')) return
    const pod = this.podsWatch.all().find(({ metadata }) => `${metadata.namespace}/${metadata.name}` === object)
    const engineId = pod?.metadata.labels?.[LABEL.engine]
    if (engineId !== undefined) listener(engineId)
  }

  private watcherChanged(state: WatcherState): void {
    if (state === 'stale') this.connection.suspect()
    this.tellWhenSynced()
  }

  private tellWhenSynced(): void {
    const synced = this.synced
    if (synced && !this.wasSynced) for (const listener of this.syncListeners) listener()
    this.wasSynced = synced
  }

  private watcher<T extends KubeObject>(kind: Kind<T>, groupLabel: string): ResourceWatcher<T> {
    const { apiVersion, plural } = kind
    const group = apiVersion.includes('/') ? `.${apiVersion.split('/')[0]}` : ''
    const selector = `${LABEL.instance}=${this.config.namespacePrefix}${carriesRuntime(kind) ? `,${LABEL.runtime}` : ''}`
    return new ResourceWatcher<T>({
      name: `${plural}${group}`,
      source: watchSource(this.api, kind, selector),
      project: (raw) => slim<T>(raw, kind),
      group: ({ metadata }) => metadata.labels?.[groupLabel],
      warn: (message, error) => this.logger.warn({ err: error }, message),
    })
  }
}

/** The pods of all apps, out of the same watch. */
@Injectable()
export class WatchedPods extends PodFeed {
  constructor(private readonly watch: KubernetesAppWatch) {
    super()
  }

  get synced(): boolean {
    return this.watch.synced
  }

  podsOf(engineId: string): WatchedPod[] {
    return this.watch.podsOf(engineId).map(watchedPod)
  }

  onChange(listener: (engineId: string) => void): () => void {
    return this.watch.onPod(listener)
  }
}
