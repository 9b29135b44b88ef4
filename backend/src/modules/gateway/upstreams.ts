import { Injectable } from '@nestjs/common'
import { Cluster } from '../../platform/kubernetes/cluster.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import { KIND, type KnativeService, type KubeObject } from '../../platform/kubernetes/kube-objects.js'
import type { Engine } from '../engines/engine.js'

/** Where an app is reached within the cluster. */
export interface Upstream {
  /** As `http://10.96.3.7:80`. */
  origin: string
  /** What has to be said with each request, so that it gets to the right app. */
  headers: Readonly<Record<string, string>>
}

interface Service extends KubeObject {
  spec?: { type?: string; clusterIP?: string; ports?: { port: number }[] }
}

type Located = Pick<Engine, 'host' | 'namespace' | 'driver' | 'generation'> & { status: Pick<Engine['status'], 'phase'> }

const KEPT_MS = 30_000

/**
 * Finds the address of an app's Service in the cluster: of a Deployment its own, of a Knative service that of the revision that serves now, which is one hop
 * less than Knative's ingress for the cluster. Asked at the API server rather than by DNS, so that it works on a node as in a pod.
 */
@Injectable()
export class Upstreams {
  private readonly known = new Map<string, { key: string; at: number; upstream: Upstream }>()

  constructor(private readonly cluster: Cluster) {}

  /** @returns null when the app has no Service @throws KubeError when nobody knows */
  async find(app: Located): Promise<Upstream | null> {
    const name = nameOf(app)
    // What serves changes with a deploy, and that shows in its phase.
    const key = `${app.driver} ${app.generation} ${app.status.phase}`
    const known = this.known.get(name)
    if (known?.key === key && performance.now() - known.at < KEPT_MS) return known.upstream
    try {
      const upstream = await this.ask(app)
      if (upstream === null) this.known.delete(name)
      else this.known.set(name, { key, at: performance.now(), upstream })
      return upstream
    } catch (error) {
      // The API server is away; apps go on without it.
      if (error instanceof KubeError && error.kind === 'unreachable' && known) return known.upstream
      throw error
    }
  }

  /** After a connection failed: the next request asks anew. */
  forget(app: Pick<Located, 'host' | 'namespace'>): void {
    this.known.delete(nameOf(app))
  }

  private async ask({ host, namespace, driver }: Located): Promise<Upstream | null> {
    if (driver === null) return null
    if (driver !== 'knative') {
      const service = await this.service(namespace, `${host}-app`)
      return service && { origin: originOf(service), headers: {} }
    }
    const { apiVersion, kind } = KIND.knativeService
    const app = await this.cluster.get<KnativeService>({ apiVersion, kind, namespace, name: host })
    const revision = app?.status?.latestReadyRevisionName
    const service = revision === undefined ? null : await this.service(namespace, revision)
    if (revision === undefined || service === null) return null
    // By these Knative's activator, which stands before a revision that sleeps or has much to do, knows whose request it is.
    return { origin: originOf(service), headers: { 'knative-serving-namespace': namespace, 'knative-serving-revision': revision } }
  }

  private service(namespace: string, name: string): Promise<Service | null> {
    const { apiVersion, kind } = KIND.service
    return this.cluster.get<Service>({ apiVersion, kind, namespace, name })
  }
}

/** Of a Service without an address of its own only the name is known. */
function originOf({ metadata: { name, namespace = '' }, spec = {} }: Service): string {
  const { clusterIP = '', ports = [] } = spec
  const port = ports.find((each) => each.port === 80)?.port ?? ports[0]?.port ?? 80
  const address =
    clusterIP === '' || clusterIP === 'None' ? `${name}.${namespace}.svc` : clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP
  return `http://${address}:${port}`
}

const nameOf = ({ host, namespace }: Pick<Located, 'host' | 'namespace'>): string => `${namespace} ${host}`
