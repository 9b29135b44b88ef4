import { AppWatch } from '../../src/platform/kubernetes/app-watch.js'
import { Cluster } from '../../src/platform/kubernetes/cluster.js'
import { ClusterMonitor, type ClusterState } from '../../src/platform/kubernetes/cluster-state.js'
import type { KubeError } from '../../src/platform/kubernetes/kube-error.js'
import {
  LABEL,
  type KnativeRevision,
  type KnativeService,
  type KubeObject,
  type Manifest,
  type ObjectRef,
  type Pod,
} from '../../src/platform/kubernetes/kube-objects.js'
import type { WatcherState } from '../../src/platform/kubernetes/resource-watcher.js'

const keyOf = ({ kind, namespace = '', name }: ObjectRef): string => `${kind} ${namespace}/${name}`
const TRUE = { status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }

/** A cluster in memory that starts every app at once, and shows what it does with a delay only where a test says so. */
export class FakeCluster {
  readonly objects = new Map<string, Manifest>()
  /** What was asked of the API server, as in `apply Namespace /x`. */
  readonly calls: string[] = []
  /** Thrown by the next calls, one each. */
  readonly failures: KubeError[] = []
  /** While false, watches show nothing new. */
  showing = true
  /** While false, what is deleted stays until {@link finishDeletions}. */
  deletesAtOnce = true
  private shown = new Map<string, Manifest>()
  private uid = 0
  private readonly engineListeners = new Set<(id: string) => void>()
  private readonly projectListeners = new Set<(id: string) => void>()
  private readonly syncListeners = new Set<() => void>()
  private readonly stateListeners = new Set<(state: ClusterState) => void>()
  private current: ClusterState = {
    state: 'ready',
    message: 'Apps can be deployed.',
    driver: 'knative',
    version: 'v1.36.3',
    since: new Date(0),
  }

  readonly cluster: Cluster = new FakeApi(this)
  readonly watch: AppWatch = new FakeWatch(this)
  readonly monitor: ClusterMonitor = new FakeMonitor(this)

  get state(): ClusterState {
    return this.current
  }

  set state(state: ClusterState) {
    this.current = state
    for (const listener of this.stateListeners) listener(state)
  }

  enter(state: ClusterState['state']): void {
    this.state = { ...this.current, state, message: state === 'ready' ? 'Apps can be deployed.' : 'The cluster cannot be reached.' }
  }

  on(event: 'engine' | 'project', listener: (id: string) => void): () => void {
    const listeners = event === 'engine' ? this.engineListeners : this.projectListeners
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  onSynced(listener: () => void): () => void {
    this.syncListeners.add(listener)
    return () => this.syncListeners.delete(listener)
  }

  onState(listener: (state: ClusterState) => void): () => void {
    this.stateListeners.add(listener)
    return () => this.stateListeners.delete(listener)
  }

  /** Objects of a kind, as the watches show them. */
  seen<T extends KubeObject>(kind: string): T[] {
    return [...this.shown.values()].filter((object) => object.kind === kind) as unknown as T[]
  }

  /** Counts a call, and throws what is next to be thrown. */
  called(what: string): void {
    this.calls.push(what)
    const failure = this.failures.shift()
    if (failure) throw failure
  }

  put(manifest: Manifest): KubeObject {
    const key = keyOf({ ...manifest, name: manifest.metadata.name, ...namespaced(manifest.metadata.namespace) })
    const before = this.objects.get(key)
    const same = before && JSON.stringify(before['spec']) === JSON.stringify(manifest['spec'])
    const metadata = {
      ...manifest.metadata,
      uid: before?.metadata.uid ?? `uid-${++this.uid}`,
      generation: same ? (before.metadata.generation ?? 1) : (before?.metadata.generation ?? 0) + 1,
      creationTimestamp: '2026-01-01T00:00:00Z',
    }
    this.objects.set(key, { ...manifest, metadata })
    if (manifest.kind === 'Service') this.run(this.objects.get(key) as Manifest)
    this.show()
    return this.objects.get(key) as Manifest
  }

  remove(ref: ObjectRef): boolean {
    const key = keyOf(ref)
    const object = this.objects.get(key)
    if (!object) return false
    if (!this.deletesAtOnce) {
      this.objects.set(key, { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } })
    } else {
      const engine = object.metadata.labels?.[LABEL.engine]
      for (const [other, { kind, metadata }] of this.objects) {
        const inside =
          ref.kind === 'Namespace'
            ? metadata.namespace === ref.name
            : kind !== 'Namespace' && engine !== undefined && metadata.labels?.[LABEL.engine] === engine
        if (inside) this.objects.delete(other)
      }
      this.objects.delete(key)
    }
    this.show()
    return true
  }

  finishDeletions(): void {
    this.deletesAtOnce = true
    for (const object of [...this.objects.values()])
      if (object.metadata.deletionTimestamp)
        this.remove({ ...object, name: object.metadata.name, ...namespaced(object.metadata.namespace) })
  }

  /** Lets the watches show what is there. */
  show(): void {
    if (!this.showing) return
    const before = this.shown
    this.shown = new Map(this.objects)
    const changed = [...new Set([...before.keys(), ...this.shown.keys()])].filter((key) => before.get(key) !== this.shown.get(key))
    for (const key of changed) {
      const labels = (this.shown.get(key) ?? before.get(key))?.metadata.labels ?? {}
      const listeners = key.startsWith('Namespace ') ? this.projectListeners : this.engineListeners
      const id = labels[key.startsWith('Namespace ') ? LABEL.project : LABEL.engine]
      if (id !== undefined) for (const listener of listeners) listener(id)
    }
  }

  private run(service: Manifest): void {
    const { name, namespace, labels, generation } = service.metadata
    const revision = `${name}-${String(generation).padStart(5, '0')}`
    const metadata = {
      ...namespaced(namespace),
      labels: { ...labels, 'serving.knative.dev/revision': revision },
      creationTimestamp: '2026-01-01T00:00:00Z',
    }
    const status = { conditions: ['Ready', 'Active', 'ContainerHealthy', 'ResourcesAvailable'].map((type) => ({ type, ...TRUE })) }
    const digest = { containerStatuses: [{ name: 'user-container', imageDigest: 'registry/app@sha256:abc' }] }
    this.objects.set(`Revision ${namespace}/${revision}`, {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Revision',
      metadata: { ...metadata, name: revision },
      status: { ...status, ...digest },
    })
    this.objects.set(`Pod ${namespace}/${revision}-pod`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: `${revision}-pod` },
      status: {
        conditions: ['PodScheduled', 'Ready'].map((type) => ({ type, ...TRUE })),
        containerStatuses: [{ name: 'user-container', state: { running: { startedAt: '2026-01-01T00:00:00Z' } } }],
      },
    })
    Object.assign(service, {
      status: {
        observedGeneration: generation,
        latestCreatedRevisionName: revision,
        latestReadyRevisionName: revision,
        conditions: ['ConfigurationsReady', 'RoutesReady', 'Ready'].map((type) => ({ type, ...TRUE })),
      },
    })
  }
}

const namespaced = (namespace: string | undefined): { namespace?: string } => (namespace === undefined ? {} : { namespace })

class FakeApi extends Cluster {
  constructor(private readonly fake: FakeCluster) {
    super()
  }

  async apply<T extends KubeObject>(manifest: Manifest): Promise<T> {
    this.fake.called(`apply ${keyOf({ ...manifest, name: manifest.metadata.name, ...namespaced(manifest.metadata.namespace) })}`)
    return structuredClone(this.fake.put(manifest)) as T
  }

  async get<T extends KubeObject>(ref: ObjectRef): Promise<T | null> {
    this.fake.called(`get ${keyOf(ref)}`)
    return structuredClone(this.fake.objects.get(keyOf(ref)) ?? null) as T | null
  }

  async delete(ref: ObjectRef): Promise<boolean> {
    this.fake.called(`delete ${keyOf(ref)}`)
    return this.fake.remove(ref)
  }

  async apiAddresses(): Promise<string[]> {
    return ['10.96.0.1']
  }
}

class FakeWatch extends AppWatch {
  constructor(private readonly fake: FakeCluster) {
    super()
  }

  synced = true

  get states(): Record<string, WatcherState> {
    return { all: 'synced' }
  }

  serviceOf(engineId: string): KnativeService | undefined {
    return this.services().find((object) => of(object, engineId))
  }

  revisionsOf(engineId: string): KnativeRevision[] {
    return this.fake.seen<KnativeRevision>('Revision').filter((object) => of(object, engineId))
  }

  podsOf(engineId: string): Pod[] {
    return this.fake.seen<Pod>('Pod').filter((object) => of(object, engineId))
  }

  namespaceOf(projectId: string): KubeObject | undefined {
    return this.namespaces().find(({ metadata }) => metadata.labels?.[LABEL.project] === projectId)
  }

  services(): KnativeService[] {
    return this.fake.seen('Service')
  }

  namespaces(): KubeObject[] {
    return this.fake.seen('Namespace')
  }

  onEngine(listener: (engineId: string) => void): () => void {
    return this.fake.on('engine', listener)
  }

  onProject(listener: (projectId: string) => void): () => void {
    return this.fake.on('project', listener)
  }

  onSynced(listener: () => void): () => void {
    return this.fake.onSynced(listener)
  }
}

const of = ({ metadata }: KubeObject, engineId: string): boolean => metadata.labels?.[LABEL.engine] === engineId

class FakeMonitor extends ClusterMonitor {
  constructor(private readonly fake: FakeCluster) {
    super()
  }

  get state(): ClusterState {
    return this.fake.state
  }

  onChange(listener: (state: ClusterState) => void): () => void {
    return this.fake.onState(listener)
  }
}
