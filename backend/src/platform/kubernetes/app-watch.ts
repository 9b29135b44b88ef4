import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { Health } from '../../common/health.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ClusterConnection } from './cluster-connection.js'
import { KubeApi } from './kube-api.js'
import { LABEL, type KnativeRevision, type KnativeService, type KubeObject, type ObjectMeta, type Pod } from './kube-objects.js'
import { PodFeed, type WatchedPod } from './pod-feed.js'
import { ResourceWatcher, type WatcherState } from './resource-watcher.js'
import { watchedPod } from './watched-pod.js'
import { watchSource } from './watch-source.js'

/** Port and injection token: what is in the cluster of this instance's apps, as last seen. Listeners only enqueue. */
export abstract class AppWatch {
  /** Whether all of it was read and is being followed: only then does "not here" mean that something is gone. */
  abstract get synced(): boolean
  /** The state of each watch, by what it watches. */
  abstract get states(): Record<string, WatcherState>
  abstract serviceOf(engineId: string): KnativeService | undefined
  abstract revisionsOf(engineId: string): KnativeRevision[]
  abstract podsOf(engineId: string): Pod[]
  abstract namespaceOf(projectId: string): KubeObject | undefined
  abstract services(): KnativeService[]
  abstract namespaces(): KubeObject[]
  /** Calls back with the id of an app when something of it changed. Returns a function that ends this. */
  abstract onEngine(listener: (engineId: string) => void): () => void
  /** Calls back with the id of a project when its namespace changed. Returns a function that ends this. */
  abstract onProject(listener: (projectId: string) => void): () => void
  /** Calls back when {@link synced} became true. Returns a function that ends this. */
  abstract onSynced(listener: () => void): () => void
}

/** Watches services, revisions, pods and namespaces of this instance, for the reconciler and for the logs. */
@Injectable()
export class KubernetesAppWatch extends AppWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('AppWatch')
  private readonly servicesWatch: ResourceWatcher<KnativeService>
  private readonly revisionsWatch: ResourceWatcher<KnativeRevision>
  private readonly podsWatch: ResourceWatcher<Pod>
  private readonly namespacesWatch: ResourceWatcher<KubeObject>
  private readonly syncListeners = new Set<() => void>()
  private wasSynced = false

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly api: KubeApi,
    private readonly connection: ClusterConnection,
    health: Health,
  ) {
    super()
    if (config.kubeconfig !== null) health.register({ name: 'clusterWatch', required: false, check: () => this.requireSynced() })
    this.servicesWatch = this.watcher('services', { apiVersion: 'serving.knative.dev/v1', kind: 'Service' }, LABEL.engine)
    this.revisionsWatch = this.watcher('revisions', { apiVersion: 'serving.knative.dev/v1', kind: 'Revision' }, LABEL.engine)
    this.podsWatch = this.watcher('pods', { apiVersion: 'v1', kind: 'Pod' }, LABEL.engine)
    this.namespacesWatch = this.watcher('namespaces', { apiVersion: 'v1', kind: 'Namespace' }, LABEL.project)
  }

  get synced(): boolean {
    return this.watchers.every(({ state }) => state === 'synced')
  }

  get states(): Record<string, WatcherState> {
    return Object.fromEntries(this.watchers.map(({ name, state }) => [name, state]))
  }

  serviceOf(engineId: string): KnativeService | undefined {
    return this.servicesWatch.of(engineId)[0]
  }

  revisionsOf(engineId: string): KnativeRevision[] {
    return this.revisionsWatch.of(engineId)
  }

  podsOf(engineId: string): Pod[] {
    return this.podsWatch.of(engineId)
  }

  namespaceOf(projectId: string): KubeObject | undefined {
    return this.namespacesWatch.of(projectId)[0]
  }

  services(): KnativeService[] {
    return this.servicesWatch.all()
  }

  namespaces(): KubeObject[] {
    return this.namespacesWatch.all()
  }

  onEngine(listener: (engineId: string) => void): () => void {
    const ends = [this.servicesWatch, this.revisionsWatch, this.podsWatch].map((watcher) => watcher.onChange(listener))
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
    for (const watcher of this.watchers) watcher.onState(() => this.watcherChanged(watcher.state))
    this.connection.onChange(({ state }) => {
      if (state === 'ready') for (const watcher of this.watchers) watcher.start()
      // A connection to an API server that went away may hang without a word; one to the old address is of no use.
      for (const watcher of this.watchers) watcher.reconnect()
    })
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.watchers.map((watcher) => watcher.stop()))
  }

  private get watchers(): ResourceWatcher<KubeObject>[] {
    return [this.servicesWatch, this.revisionsWatch, this.podsWatch, this.namespacesWatch]
  }

  private async requireSynced(): Promise<void> {
    const behind = Object.entries(this.states).filter(([, state]) => state !== 'synced')
    if (behind.length > 0) throw new Error(`not followed at the moment: ${behind.map(([name, state]) => `${name} (${state})`).join(', ')}`)
  }

  private watcherChanged(state: WatcherState): void {
    if (state === 'stale') this.connection.suspect()
    const synced = this.synced
    if (synced && !this.wasSynced) for (const listener of this.syncListeners) listener()
    this.wasSynced = synced
  }

  private watcher<T extends KubeObject>(name: string, kind: { apiVersion: string; kind: string }, groupLabel: string): ResourceWatcher<T> {
    return new ResourceWatcher<T>({
      name,
      source: watchSource(this.api, kind, `${LABEL.instance}=${this.config.namespacePrefix}`),
      project: (raw) => slim<T>(raw, kind),
      group: ({ metadata }) => metadata.labels?.[groupLabel],
      warn: (message, error) => this.logger.warn({ err: error }, message),
    })
  }
}

/** Only what phases and logs need of an object: no specification, no field owners, no annotations but our own. */
function slim<T extends KubeObject>(raw: KubeObject & { status?: unknown }, kind: { apiVersion: string; kind: string }): T {
  const { name, namespace, uid, generation, resourceVersion, creationTimestamp, deletionTimestamp, labels, annotations } = raw.metadata
  const own = Object.entries(annotations ?? {}).filter(([key]) => key.startsWith('vitrine.dev/'))
  const metadata: ObjectMeta = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(generation === undefined ? {} : { generation }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(labels === undefined ? {} : { labels }),
    ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }),
  }
  return { ...kind, metadata, ...(raw.status === undefined ? {} : { status: raw.status }) } as unknown as T
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
