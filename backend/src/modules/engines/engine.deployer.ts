import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { AppWatch } from '../../platform/kubernetes/app-watch.js'
import { Cluster } from '../../platform/kubernetes/cluster.js'
import { ClusterMonitor } from '../../platform/kubernetes/cluster-state.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import {
  LABEL,
  refOf,
  type KnativeService,
  type KubeObject,
  type Manifest,
  type ObjectRef,
} from '../../platform/kubernetes/kube-objects.js'
import { Manifests } from '../../platform/manifests/manifests.js'
import type { Engine } from './engine.js'
import type { Observed } from './engine.status.js'

/** What was applied, and which object that made: when the cluster has another, someone else has changed, replaced or removed it. */
interface Applied {
  /** The generation of the app; what it wants never changes within one. */
  wanted: number
  uid: string | undefined
  generation: number | undefined
  /** Whether a watch has shown it since: until then, "not there" only means "not seen yet". */
  seen: boolean
}

interface AppliedNamespace {
  uid: string | undefined
  seen: boolean
  at: number
  done: Promise<void>
}

// Where requests to apps come from: Knative itself, and the ingress that it was given.
const GATEWAY_NAMESPACES = ['knative-serving', 'traefik', 'kourier-system', 'contour-external', 'istio-system']
// What isolates a namespace is put back after so long, if someone has removed it.
const NAMESPACE_MS = 10 * 60_000

/** Carries apps into the cluster and out of it again. Remembers what it applied only to spare the API server: without that, it applies again. */
@Injectable()
export class EngineDeployer {
  private readonly applied = new Map<string, Applied>()
  private readonly namespaces = new Map<string, AppliedNamespace>()

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly manifests: Manifests,
    private readonly cluster: Cluster,
    private readonly monitor: ClusterMonitor,
    private readonly watch: AppWatch,
  ) {}

  /** Whether the cluster answers and all that is in it is known. */
  get ready(): boolean {
    return this.monitor.state.state === 'ready' && this.watch.synced
  }

  /** Whether there is a cluster at all. */
  get hasCluster(): boolean {
    return this.monitor.state.state !== 'absent'
  }

  /** What is in the cluster of an app, as last seen. */
  observe(engineId: string): Observed {
    return { service: this.watch.serviceOf(engineId), revisions: this.watch.revisionsOf(engineId), pods: this.watch.podsOf(engineId) }
  }

  /** Whether the app was in the cluster and is not any more, though nobody asked the portal to remove it. */
  isMissing({ id, appliedGeneration }: Engine, { service }: Observed): boolean {
    if (service) return service.metadata.deletionTimestamp !== undefined
    return appliedGeneration > 0 && this.applied.get(id)?.seen !== false
  }

  /** Makes the app's objects be in the cluster as they are wanted. @returns its service @throws KubeError */
  async ensure(engine: Engine, { service: observed }: Observed): Promise<KnativeService> {
    await this.ensureNamespace(engine)
    if (observed?.metadata.deletionTimestamp !== undefined) throw new KubeError('conflict', 'the service is still being removed')
    const wanted = engine.generation
    const before = this.applied.get(engine.id)
    if (before && before.uid === observed?.metadata.uid) before.seen = true
    const current =
      before?.wanted === wanted && observed?.metadata.uid === before.uid && observed?.metadata.generation === before.generation
    if (current && observed) return observed
    const service = await this.cluster.apply<KnativeService>(this.render(engine))
    const { uid, generation } = service.metadata
    this.applied.set(engine.id, { wanted, uid, generation, seen: uid === observed?.metadata.uid })
    return service
  }

  /** Removes the app from the cluster. @returns whether it is gone; if not, a watch tells when there is more to do @throws KubeError */
  async remove(engine: Engine): Promise<boolean> {
    this.applied.delete(engine.id)
    const ref: ObjectRef = { apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: engine.namespace, name: engine.host }
    const service = await this.cluster.get<KnativeService>(ref)
    // One of the same name that is not this app's is none of ours to remove.
    if (service?.metadata.labels?.[LABEL.engine] === engine.id) {
      if (service.metadata.deletionTimestamp === undefined) await this.cluster.delete(ref)
      return false
    }
    const { service: seen, revisions, pods } = this.observe(engine.id)
    return seen === undefined && revisions.length === 0 && pods.every(({ metadata }) => metadata.deletionTimestamp !== undefined)
  }

  /** Removes the namespace of a project. @returns whether it is gone @throws KubeError */
  async removeNamespace(projectId: string): Promise<boolean> {
    const namespace = this.watch.namespaceOf(projectId)
    if (!namespace) return true
    this.namespaces.delete(namespace.metadata.name)
    if (namespace.metadata.deletionTimestamp === undefined) await this.cluster.delete(refOf(namespace))
    return false
  }

  /** What of this instance's is in the cluster: services by the id of their app, namespaces by the id of their project. */
  inventory(): { services: KnativeService[]; namespaces: KubeObject[] } {
    return { services: this.watch.services(), namespaces: this.watch.namespaces() }
  }

  /** Removes an object that belongs to nothing. @throws KubeError */
  async removeStray(object: KubeObject): Promise<void> {
    await this.cluster.delete(refOf(object))
  }

  private render(engine: Engine): Manifest {
    const [service] = this.manifests.app(this.monitor.state.driver ?? 'knative', {
      instance: this.config.namespacePrefix,
      project: engine.projectId,
      engine: engine.id,
      generation: String(engine.generation),
      namespace: engine.namespace,
      host: engine.host,
      image: engine.image,
      port: engine.port,
      env: engine.env,
    })
    if (!service) throw new Error('the templates contain no service')
    return service
  }

  /** The namespace of the project with all that isolates it: applied once, again when it is another one or gone, and now and then. */
  private async ensureNamespace({ projectId, namespace }: Engine): Promise<void> {
    const observed = this.watch.namespaceOf(projectId)?.metadata
    if (observed?.deletionTimestamp !== undefined) throw new KubeError('conflict', 'the namespace is still being removed')
    const known = this.namespaces.get(namespace)
    if (known && isCurrent(known, observed?.uid)) return known.done
    const entry: AppliedNamespace = { uid: undefined, seen: false, at: performance.now(), done: Promise.resolve() }
    entry.done = this.applyNamespace(projectId, namespace, entry)
    this.namespaces.set(namespace, entry)
    try {
      await entry.done
    } catch (error) {
      this.namespaces.delete(namespace)
      throw error
    }
  }

  private async applyNamespace(projectId: string, namespace: string, entry: AppliedNamespace): Promise<void> {
    const [head, ...rest] = this.manifests.project(this.monitor.state.driver ?? 'knative', {
      instance: this.config.namespacePrefix,
      project: projectId,
      namespace,
      gatewayNamespaces: GATEWAY_NAMESPACES,
      apiAddresses: await this.cluster.apiAddresses(),
    })
    if (!head) throw new Error('the templates contain no namespace')
    entry.uid = (await this.cluster.apply(head)).metadata.uid
    await Promise.all(rest.map((manifest) => this.cluster.apply(manifest)))
  }
}

function isCurrent(known: AppliedNamespace, uid: string | undefined): boolean {
  if (performance.now() - known.at > NAMESPACE_MS) return false
  if (uid === undefined) return !known.seen
  // Still being applied, or the one that was applied.
  known.seen ||= uid === known.uid
  return known.uid === undefined || uid === known.uid
}
