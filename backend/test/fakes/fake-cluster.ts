import { AppWatch } from '../../src/platform/kubernetes/app-watch.js'
import { Cluster } from '../../src/platform/kubernetes/cluster.js'
import { ClusterMonitor, type ClusterState } from '../../src/platform/kubernetes/cluster-state.js'
import type { ClusterEvent } from '../../src/platform/kubernetes/cluster-event.js'
import type { KubeError } from '../../src/platform/kubernetes/kube-error.js'
import { kindsOf, type DriverName } from '../../src/platform/kubernetes/drivers.js'
import {
  isOf,
  KIND,
  LABEL,
  type Kind,
  type KubeObject,
  type Manifest,
  type ObjectRef,
  type Pod,
  type ResourceQuota,
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
    drivers: ['knative'],
    version: 'v1.36.3',
    platform: 'linux/amd64',
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

  /** The drivers that the cluster has, the preferred one first. */
  has(...drivers: DriverName[]): void {
    this.state = { ...this.current, driver: drivers[0] ?? null, drivers }
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
  seen<T extends KubeObject>(kind: Kind<T>): T[] {
    return [...this.shown.values()].filter((object) => isOf(object, kind))
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
    const made = this.objects.get(key) as Manifest
    if (isOf(made, KIND.knativeService)) this.runService(made)
    if (isOf(made, KIND.deployment)) this.runDeployment(made)
    if (isOf(made, KIND.httpRoute)) Object.assign(made, { status: { parents: [{ conditions: ['Accepted', 'ResolvedRefs'].map(isTrue) }] } })
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
      for (const [other, each] of this.objects) {
        const inside = ref.kind === 'Namespace' ? each.metadata.namespace === ref.name : isOwned(each, object)
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

  private runService(service: Manifest): void {
    const { name, namespace, labels, generation } = service.metadata
    const revision = `${name}-${String(generation).padStart(5, '0')}`
    const metadata = {
      ...namespaced(namespace),
      labels: { ...labels, 'serving.knative.dev/revision': revision },
      creationTimestamp: '2026-01-01T00:00:00Z',
    }
    const status = { conditions: ['Ready', 'Active', 'ContainerHealthy', 'ResourcesAvailable'].map(isTrue) }
    const digest = { containerStatuses: [{ name: 'user-container', imageDigest: 'registry/app@sha256:abc' }] }
    this.objects.set(`Revision ${namespace}/${revision}`, {
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Revision',
      metadata: { ...metadata, name: revision },
      status: { ...status, ...digest },
    })
    this.addPod(`${revision}-pod`, metadata)
    Object.assign(service, {
      status: {
        observedGeneration: generation,
        latestCreatedRevisionName: revision,
        latestReadyRevisionName: revision,
        conditions: ['ConfigurationsReady', 'RoutesReady', 'Ready'].map(isTrue),
      },
    })
  }

  private runDeployment(deployment: Manifest): void {
    const { name, namespace, generation } = deployment.metadata
    const { labels } = (deployment['spec'] as { template: { metadata: { labels: Record<string, string> } } }).template.metadata
    const replicaSet = `${name}-${generation}`
    const metadata = { ...namespaced(namespace), labels, creationTimestamp: '2026-01-01T00:00:00Z' }
    this.objects.set(`ReplicaSet ${namespace}/${replicaSet}`, {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { ...metadata, name: replicaSet },
      status: { readyReplicas: 1 },
    })
    this.addPod(`${replicaSet}-pod`, metadata)
    Object.assign(deployment, {
      status: { observedGeneration: generation, conditions: [{ ...isTrue('Progressing'), reason: 'NewReplicaSetAvailable' }] },
    })
  }

  private addPod(name: string, metadata: Omit<Manifest['metadata'], 'name'>): void {
    this.objects.set(`Pod ${metadata.namespace}/${name}`, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name },
      status: {
        conditions: ['PodScheduled', 'Ready'].map(isTrue),
        containerStatuses: [
          {
            name: 'user-container',
            imageID: `registry/app@sha256:${'0'.repeat(64)}`,
            state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
          },
        ],
      },
    })
  }
}

const isTrue = (type: string) => ({ type, ...TRUE })

/** Whether an object goes with its owner, as Kubernetes' garbage collection has it: revisions, replica sets and pods of the same app. */
function isOwned({ kind, metadata }: KubeObject, owner: KubeObject): boolean {
  const engine = owner.metadata.labels?.[LABEL.engine]
  if (engine === undefined || metadata.labels?.[LABEL.engine] !== engine) return false
  const deployed = metadata.labels[LABEL.runtime] !== undefined
  if (isOf(owner, KIND.knativeService)) return ['Revision', 'Pod'].includes(kind) && !deployed
  return isOf(owner, KIND.deployment) && ['ReplicaSet', 'Pod'].includes(kind) && deployed
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

  async tryApply<T extends KubeObject>(manifest: Manifest): Promise<T> {
    this.fake.called(`try ${manifest.kind}`)
    return structuredClone(manifest) as KubeObject as T
  }

  async tryCreate<T extends KubeObject>(manifest: Manifest): Promise<T> {
    this.fake.called(`try ${manifest.kind}`)
    return structuredClone(manifest) as KubeObject as T
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

  objectsOf<T extends KubeObject>(engineId: string, kind: Kind<T>): T[] {
    return this.objects(kind).filter((object) => of(object, engineId))
  }

  podsOf(engineId: string): Pod[] {
    return this.objectsOf(engineId, KIND.pod)
  }

  eventsOf(): ClusterEvent[] {
    return []
  }

  quotaOf(): ResourceQuota | undefined {
    return undefined
  }

  namespaceOf(projectId: string): KubeObject | undefined {
    return this.namespaces().find(({ metadata }) => metadata.labels?.[LABEL.project] === projectId)
  }

  /** As the real one: only of kinds that a driver of the cluster makes. */
  objects<T extends KubeObject>(kind: Kind<T>): T[] {
    const watched = [KIND.pod as Kind, ...this.fake.state.drivers.flatMap(kindsOf)]
    return watched.includes(kind) ? this.fake.seen(kind) : []
  }

  namespaces(): KubeObject[] {
    return this.fake.seen(KIND.namespace)
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
