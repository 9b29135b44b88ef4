import { Injectable } from '@nestjs/common'
import { Cluster } from '../../platform/kubernetes/cluster.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import { KIND, type KubeObject } from '../../platform/kubernetes/kube-objects.js'
import type { Engine } from '../engines/engine.js'

/** Where an app is reached within the cluster. */
export interface Upstream {
  /** As `http://10.96.3.7:80`. */
  origin: string
  /** The Host header by which it has to be asked; null for the one of the viewer. */
  host: string | null
}

interface Service extends KubeObject {
  spec?: { type?: string; clusterIP?: string; externalName?: string; ports?: { port: number }[] }
}

type Located = Pick<Engine, 'host' | 'namespace' | 'driver'>

const KEPT_MS = 30_000

/**
 * Finds the address of an app's Service in the cluster: of a Deployment its own, of a Knative service that of Knative's ingress for addresses that are only
 * for the cluster, which takes the app's name from the Host header. Asked at the API server rather than by DNS, so that it works on a node as in a pod.
 */
@Injectable()
export class Upstreams {
  private readonly known = new Map<string, { at: number; upstream: Upstream }>()

  constructor(private readonly cluster: Cluster) {}

  /** @returns null when the app has no Service @throws KubeError when nobody knows */
  async find(app: Located): Promise<Upstream | null> {
    const key = keyOf(app)
    const known = this.known.get(key)
    if (known && performance.now() - known.at < KEPT_MS) return known.upstream
    try {
      const upstream = await this.ask(app)
      if (upstream === null) this.known.delete(key)
      else this.known.set(key, { at: performance.now(), upstream })
      return upstream
    } catch (error) {
      // The API server is away; apps go on without it.
      if (error instanceof KubeError && error.kind === 'unreachable' && known) return known.upstream
      throw error
    }
  }

  /** After a connection failed: the next request asks anew. */
  forget(app: Located): void {
    this.known.delete(keyOf(app))
  }

  private async ask({ host, namespace, driver }: Located): Promise<Upstream | null> {
    if (driver === null) return null
    const service = await this.service(namespace, driver === 'knative' ? host : `${host}-app`)
    if (service === null) return null
    if (driver !== 'knative') return { origin: originOf(service, `${host}-app.${namespace}.svc`), host: null }
    // Knative makes a Service of the app's name that leads to its ingress; the cluster's domain is what that one's name ends with.
    const [, name, where, domain] = /^([a-z0-9-]+)\.([a-z0-9-]+)\.(svc(?:\..+)?)$/.exec(service.spec?.externalName ?? '') ?? []
    const asked = `${host}.${namespace}.${domain ?? 'svc.cluster.local'}`
    const ingress = name !== undefined && where !== undefined ? await this.service(where, name) : service
    return ingress && { origin: originOf(ingress, asked), host: asked }
  }

  private service(namespace: string, name: string): Promise<Service | null> {
    const { apiVersion, kind } = KIND.service
    return this.cluster.get<Service>({ apiVersion, kind, namespace, name })
  }
}

/** Of a Service without an address of its own only the name is known. */
function originOf({ spec = {} }: Service, name: string): string {
  const { clusterIP = '', ports = [] } = spec
  const port = ports.find((each) => each.port === 80)?.port ?? ports[0]?.port ?? 80
  const address = clusterIP === '' || clusterIP === 'None' ? name : clusterIP.includes(':') ? `[${clusterIP}]` : clusterIP
  return `http://${address}:${port}`
}

const keyOf = ({ host, namespace, driver }: Located): string => `${driver} ${namespace} ${host}`
