import { Injectable } from '@nestjs/common'
import { KubeApi, type KubeQuery } from './kube-api.js'
import { KubeError } from './kube-error.js'
import { pathOf, refOf, type KubeObject, type Manifest, type ObjectRef } from './kube-objects.js'

const FIELD_MANAGER = 'vitrine'

/** Port and injection token: what the portal does to the cluster. Every method throws {@link KubeError} only. */
export abstract class Cluster {
  /** Makes the object be as said (server-side apply; what others set stays). @returns it as it is now */
  abstract apply<T extends KubeObject>(manifest: Manifest): Promise<T>
  /** What {@link apply} would make, checked by the API server and by all that it asks; nothing is changed. */
  abstract tryApply<T extends KubeObject>(manifest: Manifest): Promise<T>
  /** What making a new object would make, likewise. */
  abstract tryCreate<T extends KubeObject>(manifest: Manifest): Promise<T>
  /** The object as it is now, not as last seen; null when there is none. */
  abstract get<T extends KubeObject>(ref: ObjectRef): Promise<T | null>
  /** Asks for its removal, and for that of all it owns. @returns whether it was still there */
  abstract delete(ref: ObjectRef): Promise<boolean>
  /** Addresses of the API server that apps must not reach, each an IP address. */
  abstract apiAddresses(): Promise<string[]>
}

/** The cluster behind {@link KubeApi}. */
@Injectable()
export class KubernetesCluster extends Cluster {
  constructor(private readonly api: KubeApi) {
    super()
  }

  apply<T extends KubeObject>(manifest: Manifest): Promise<T> {
    return this.patch<T>(manifest, {})
  }

  tryApply<T extends KubeObject>(manifest: Manifest): Promise<T> {
    return this.patch<T>(manifest, { dryRun: 'All' })
  }

  tryCreate<T extends KubeObject>(manifest: Manifest): Promise<T> {
    const { name: _, ...kindAndNamespace } = refOf(manifest)
    return this.api.json<T>('POST', pathOf(kindAndNamespace), { query: { fieldManager: FIELD_MANAGER, dryRun: 'All' }, body: manifest })
  }

  async get<T extends KubeObject>(ref: ObjectRef): Promise<T | null> {
    return ifThere(this.api.json<T>('GET', pathOf(ref)))
  }

  async delete(ref: ObjectRef): Promise<boolean> {
    const answer = await ifThere(this.api.json<KubeObject>('DELETE', pathOf(ref), { query: { propagationPolicy: 'Background' } }))
    return answer !== null
  }

  private patch<T>(manifest: Manifest, query: KubeQuery): Promise<T> {
    return this.api.json<T>('PATCH', pathOf(refOf(manifest)), {
      query: { fieldManager: FIELD_MANAGER, force: true, ...query },
      body: manifest,
      contentType: 'application/apply-patch+yaml',
    })
  }

  async apiAddresses(): Promise<string[]> {
    const host = this.api.serverHost
    const [service, slice] = await Promise.all([
      ifAllowed(this.api.json<{ spec?: { clusterIPs?: string[] } }>('GET', '/api/v1/namespaces/default/services/kubernetes')),
      ifAllowed(
        this.api.json<{ endpoints?: { addresses: string[] }[] }>(
          'GET',
          '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/kubernetes',
        ),
      ),
    ])
    const addresses = [
      ...(host !== null && /^[\d.]+$|:/.test(host) ? [host.replace(/[[\]]/g, '')] : []),
      ...(service?.spec?.clusterIPs ?? []),
      ...(slice?.endpoints ?? []).flatMap(({ addresses: each }) => each),
    ]
    return [...new Set(addresses)].filter((address) => !address.startsWith('127.') && address !== '::1').sort()
  }
}

async function ifThere<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request
  } catch (error) {
    if (error instanceof KubeError && error.kind === 'not-found') return null
    throw error
  }
}

async function ifAllowed<T>(request: Promise<T>): Promise<T | null> {
  try {
    return await request
  } catch (error) {
    if (error instanceof KubeError && (error.kind === 'not-found' || error.kind === 'forbidden')) return null
    throw error
  }
}
