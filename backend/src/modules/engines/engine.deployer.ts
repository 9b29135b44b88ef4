import { Inject, Injectable } from '@nestjs/common'
import { Seal } from '../../common/seal.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { AppWatch } from '../../platform/kubernetes/app-watch.js'
import { Cluster } from '../../platform/kubernetes/cluster.js'
import { ClusterMonitor } from '../../platform/kubernetes/cluster-state.js'
import { DRIVER_SPECS, type DriverName, type DriverPart } from '../../platform/kubernetes/drivers.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import {
  isOf,
  KIND,
  LABEL,
  refOf,
  type KubeObject,
  type Manifest,
  type ObjectMeta,
  type ObjectRef,
} from '../../platform/kubernetes/kube-objects.js'
import { Manifests, secretNameOf } from '../../platform/manifests/manifests.js'
import { EngineDirectory } from './engine.directory.js'
import { ENGINE_DRIVERS, PRIVATE_DRIVERS } from './drivers/index.js'
import type { EngineDriver, Observed } from './drivers/engine-driver.js'
import { urlOf, type Engine } from './engine.js'
import { ProjectNamespaces } from './project-namespaces.js'

/** What was applied, and which objects that made: when the cluster has others, someone else has changed, replaced or removed them. */
interface Applied {
  driver: DriverName
  /** The generation of the app; what it wants never changes within one. */
  wanted: number
  /** Not of the app alone: it follows its project. */
  isPrivate: boolean
  /** In the order of the driver's parts. Only what tells one from another: the objects hold every value of the environment. */
  objects: readonly Identity[]
  /** Whether a watch has shown them since: until then, "not there" only means "not seen yet". */
  seen: boolean
}

type Identity = { [K in 'uid' | 'generation' | 'resourceVersion']: ObjectMeta[K] | undefined }

/** Carries apps into the cluster and out of it again. Remembers what it applied only to spare the API server: without that, it applies again. */
@Injectable()
export class EngineDeployer {
  private readonly applied = new Map<string, Applied>()
  private readonly seal: Seal

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly manifests: Manifests,
    private readonly cluster: Cluster,
    private readonly monitor: ClusterMonitor,
    private readonly watch: AppWatch,
    private readonly namespaces: ProjectNamespaces,
    @Inject(EngineDirectory) private readonly directory: Pick<EngineDirectory, 'isClosed'>,
  ) {
    this.seal = engineSeal(config)
  }

  /** Whether the cluster answers and all that is in it is known. */
  get ready(): boolean {
    return this.monitor.state.state === 'ready' && this.watch.synced
  }

  /** Whether there is a cluster at all. */
  get hasCluster(): boolean {
    return this.monitor.state.state !== 'absent'
  }

  /**
   * How an app is run. A driver that is configured runs all of them; otherwise an app stays with the one that deployed it for as long as the cluster has
   * that, so that two replicas of the portal that found different ones never pull it to and fro.
   * @throws KubeError when it is not known what the cluster has
   */
  driverOf({ driver }: Pick<Engine, 'driver'>): EngineDriver {
    const { driver: preferred, drivers } = this.monitor.state
    const name = this.config.driver === 'auto' && driver !== null && drivers.includes(driver) ? driver : preferred
    if (name === null) throw new KubeError('unreachable', 'it is not known what the cluster runs apps with')
    return ENGINE_DRIVERS[name]
  }

  /** As {@link driverOf}, for an app as open or closed as it is to be now. @throws KubeError */
  async driverFor(engine: Pick<Engine, 'driver' | 'access' | 'projectId'>): Promise<EngineDriver> {
    const driver = this.driverOf(engine)
    return (await this.directory.isClosed(engine)) ? PRIVATE_DRIVERS[driver.name] : driver
  }

  /** What is in the cluster of an app, as last seen, of what this driver makes. */
  observe({ id, host, projectId }: Pick<Engine, 'id' | 'host' | 'projectId'>, { spec }: EngineDriver): Observed {
    const made = spec.parts.flatMap(({ kind, nameOf }) =>
      this.watch.objectsOf(id, kind).filter(({ metadata }) => metadata.name === nameOf(host)),
    )
    return {
      objects: [...made, ...spec.follows.flatMap((kind) => this.watch.objectsOf(id, kind))],
      pods: this.watch.podsOf(id),
      events: this.watch.eventsOf(id),
      quota: this.watch.quotaOf(projectId),
    }
  }

  /** Whether objects of the app were in the cluster and are not any more, though nobody asked the portal to remove them. */
  isMissing({ id, host, driver, appliedGeneration }: Engine, { name, spec }: EngineDriver, observed: Observed): boolean {
    // An app that was private a moment ago has no route yet.
    const made = spec.parts.filter(({ isEntrance }) => isEntrance === undefined || this.applied.get(id)?.isPrivate === false)
    const gone = made.some(
      (part) => !observed.objects.some((object) => isPart(object, part, host) && object.metadata.deletionTimestamp === undefined),
    )
    return gone && driver === name && appliedGeneration > 0 && this.applied.get(id)?.seen !== false
  }

  /** Makes the app's objects be in the cluster as they are wanted. @returns what is there now @throws KubeError */
  async ensure(engine: Engine, driver: EngineDriver, observed: Observed): Promise<Observed> {
    await this.namespaces.ensure(engine, this.driverOf({ driver: null }).name, this.watch.namespaceOf(engine.projectId)?.metadata)
    const { parts } = driver.spec
    const found = parts.map((part) => observed.objects.find((object) => isPart(object, part, engine.host)))
    if (found.some((object) => object?.metadata.deletionTimestamp !== undefined))
      throw new KubeError('conflict', 'objects of the app are still being removed')
    if (driver.isPrivate) await this.close(engine, driver)
    const before = this.applied.get(engine.id)
    if (before && before.objects.every(({ uid }, index) => uid === found[index]?.metadata.uid)) before.seen = true
    const isCurrent =
      before?.wanted === engine.generation &&
      before.driver === driver.name &&
      before.isPrivate === driver.isPrivate &&
      before.objects.every((identity, index) => isSame(identity, found[index]))
    if (isCurrent) return observed
    await this.applySecret(engine, driver)
    // One after the other, the app itself first: a refusal of that is the answer, and nothing leads to it then.
    const objects: KubeObject[] = []
    for (const manifest of this.render(engine, driver)) objects.push(await this.cluster.apply<KubeObject>(manifest))
    const identities = objects.map(({ metadata: { uid, generation, resourceVersion } }) => ({ uid, generation, resourceVersion }))
    const seen = identities.every(({ uid }, index) => uid === found[index]?.metadata.uid)
    this.applied.set(engine.id, { driver: driver.name, wanted: engine.generation, isPrivate: driver.isPrivate, objects: identities, seen })
    return { ...observed, objects: [...objects, ...observed.objects.filter((object) => !found.includes(object))] }
  }

  /**
   * Removes what a driver has made of an app and the next one does not make as well. @returns whether it is gone; if not, it has to be asked again
   * @throws KubeError
   */
  async leave(engine: Engine, from: EngineDriver, to: EngineDriver): Promise<boolean> {
    this.applied.delete(engine.id)
    const kept = new Set(to.spec.parts.map(({ kind }) => kind))
    return this.removeParts(
      engine,
      from.spec.parts.filter(({ kind }) => !kept.has(kind)),
    )
  }

  /** Forgets what was applied of an app and of its namespace, so that all of it is applied anew. */
  forget({ id, projectId }: Pick<Engine, 'id' | 'projectId'>): void {
    this.applied.delete(id)
    this.namespaces.forget(projectId)
  }

  /** Applies the namespace of a project anew with the next look at one of its apps. */
  forgetNamespace(projectId: string): void {
    this.namespaces.forget(projectId)
  }

  /** Removes the app from the cluster. @returns whether it is gone; if not, a watch tells when there is more to do @throws KubeError */
  async remove(engine: Engine): Promise<boolean> {
    this.applied.delete(engine.id)
    const driver = engine.driver === null ? this.driverOf(engine) : ENGINE_DRIVERS[engine.driver]
    if (engine.secrets.length > 0) await this.cluster.delete(secretRefOf(engine))
    return (await this.removeParts(engine, driver.spec.parts)) && driver.isClear(this.observe(engine, driver))
  }

  /** Removes the namespace of a project. @returns whether it is gone @throws KubeError */
  async removeNamespace(projectId: string): Promise<boolean> {
    const namespace = this.watch.namespaceOf(projectId)
    if (!namespace) return true
    this.namespaces.forget(projectId)
    if (namespace.metadata.deletionTimestamp === undefined) await this.cluster.delete(refOf(namespace))
    return false
  }

  /** Applies the namespace of a project anew, if it has one. @throws KubeError */
  async renewNamespace(projectId: string): Promise<void> {
    const observed = this.watch.namespaceOf(projectId)?.metadata
    if (!observed || observed.deletionTimestamp !== undefined) return
    this.namespaces.forget(projectId)
    await this.namespaces.ensure({ projectId, namespace: observed.name }, this.driverOf({ driver: null }).name, observed)
  }

  /** What of this instance's is in the cluster: what apps are made of, labelled with their id, and namespaces, with that of their project. */
  inventory(): { parts: KubeObject[]; namespaces: KubeObject[] } {
    const kinds = new Set(this.monitor.state.drivers.flatMap((name) => DRIVER_SPECS[name].parts.map(({ kind }) => kind)))
    return { parts: [...kinds].flatMap((kind) => this.watch.objects(kind)), namespaces: this.watch.namespaces() }
  }

  /** Removes what leads requests from outside to the app, of when it was open. */
  private async close(engine: Engine, { name }: EngineDriver): Promise<void> {
    const entrances = DRIVER_SPECS[name].parts.filter(({ isEntrance }) => isEntrance)
    const open = entrances.filter((part) => this.watch.objectsOf(engine.id, part.kind).some((object) => isPart(object, part, engine.host)))
    if (open.length > 0) await this.removeParts(engine, open)
  }

  /** Removes an object that belongs to nothing, if it is still as it was seen. @returns whether it was @throws KubeError */
  async removeStray(object: KubeObject): Promise<boolean> {
    const { uid, labels = {} } = object.metadata
    const now = (await this.cluster.get(refOf(object)))?.metadata
    const same = [LABEL.engine, LABEL.project, LABEL.database].every((label) => now?.labels?.[label] === labels[label])
    if (now === undefined || now.uid !== uid || !same) return false
    return this.cluster.delete(refOf(object))
  }

  /** The manifests of an app, in the order in which they are applied; its Secret is not among them. */
  render(engine: Engine, { name, spec, isPrivate }: EngineDriver): Manifest[] {
    const { namespacePrefix, appsUrl, gateway, ingressClass, knativeTimeoutSeconds, gpuResource } = this.config
    const { scaling, health } = engine
    const image = imageOf(engine)
    return this.manifests.app(name, {
      instance: namespacePrefix,
      project: engine.projectId,
      engine: engine.id,
      generation: String(engine.generation),
      namespace: engine.namespace,
      host: engine.host,
      image,
      pullPolicy: image.includes('@') ? 'IfNotPresent' : 'Always',
      port: engine.port,
      command: engine.command,
      args: engine.args,
      env: engine.env,
      secrets: engine.secrets.map((secret) => secret.name),
      ...engine.resources,
      gpuResource,
      replicas: Math.max(1, scaling.min),
      minScale: spec.capabilities.scaleToZero ? scaling.min : Math.max(1, scaling.min),
      maxScale: scaling.max,
      scaleMetric: scaling.metric,
      scaleTarget: scaling.target,
      windowSeconds: scaling.windowSeconds ?? 0,
      scaleDownDelaySeconds: scaling.scaleDownDelaySeconds,
      healthPath: health.path,
      startupSeconds: health.startupSeconds,
      hostname: new URL(urlOf(appsUrl, engine.host)).hostname,
      gatewayNamespace: gateway?.namespace ?? '',
      gatewayName: gateway?.name ?? '',
      ingressClass: ingressClass ?? '',
      timeoutSeconds: knativeTimeoutSeconds,
      isPrivate,
    })
  }

  /** The Secret comes before what refers to it. It cannot be read back, so one that is not needed any more is removed without being looked for. */
  private async applySecret(engine: Engine, { name }: EngineDriver): Promise<void> {
    const { projectId, id, namespace, host, secrets, generation } = engine
    if (secrets.length > 0) {
      const data = secrets.map((each) => ({ name: each.name, base64: Buffer.from(this.seal.open(each.sealed)).toString('base64') }))
      const instance = this.config.namespacePrefix
      await this.cluster.apply(this.manifests.secret(name, { instance, project: projectId, engine: id, namespace, host, data }))
    } else if (generation > 1) await this.cluster.delete(secretRefOf(engine))
  }

  private async removeParts(engine: Engine, parts: readonly DriverPart[]): Promise<boolean> {
    let gone = true
    // What leads to the app goes first, so that it is not asked for while it ends.
    for (const {
      kind: { apiVersion, kind },
      nameOf,
    } of [...parts].reverse()) {
      const ref: ObjectRef = { apiVersion, kind, namespace: engine.namespace, name: nameOf(engine.host) }
      const object = await this.cluster.get(ref)
      // One of the same name that is not this app's is none of ours to remove.
      if (object?.metadata.labels?.[LABEL.engine] !== engine.id) continue
      if (object.metadata.deletionTimestamp === undefined) await this.cluster.delete(ref)
      gone = false
    }
    return gone
  }
}

const isPart = (object: KubeObject, { kind, nameOf }: DriverPart, host: string): boolean =>
  isOf(object, kind) && object.metadata.name === nameOf(host)

/** Whether an object is as it was applied. A Service has no generation: whatever is written to it counts. */
const isSame = ({ uid, generation, resourceVersion }: Identity, found: KubeObject | undefined): boolean =>
  found !== undefined &&
  found.metadata.uid === uid &&
  (generation === undefined ? found.metadata.resourceVersion === resourceVersion : found.metadata.generation === generation)

/** What seals the secrets of apps. */
export const engineSeal = ({ secret }: Pick<Config, 'secret'>): Seal => new Seal(secret, 'app-secrets')

/** What is run: the image, held to the digest that is known to be meant. */
export const imageOf = ({ image, pin }: Pick<Engine, 'image' | 'pin'>): string =>
  pin === null || image.includes('@') ? image : `${image}@${pin}`

const secretRefOf = ({ namespace, host }: Pick<Engine, 'namespace' | 'host'>): ObjectRef => {
  const { apiVersion, kind } = KIND.secret
  return { apiVersion, kind, namespace, name: secretNameOf(host) }
}
