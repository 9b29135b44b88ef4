import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { Cluster } from '../../platform/kubernetes/cluster.js'
import type { DriverName } from '../../platform/kubernetes/drivers.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import { LABEL, type ObjectMeta } from '../../platform/kubernetes/kube-objects.js'
import { Manifests } from '../../platform/manifests/manifests.js'
import { InstanceService } from '../instance/instance.service.js'
import { QuotasService } from '../quotas/quotas.service.js'
import { RegistriesService } from '../registries/registries.service.js'
import type { Engine } from './engine.js'

interface Applied {
  uid: string | undefined
  /** Whether a watch has shown it since: until then, "not there" only means "not seen yet". */
  seen: boolean
  /** Something that it is made of has changed since. */
  stale: boolean
  at: number
  done: Promise<void>
}

// What isolates a namespace is put back after so long, if someone has removed it.
const AGAIN_MS = 10 * 60_000
const NO_SIGN_INS = JSON.stringify({ auths: {} })

/** Carries the namespaces of projects into the cluster, with all that isolates them. Remembers what it applied only to spare the API server. */
@Injectable()
export class ProjectNamespaces {
  /** By the project's id. */
  private readonly applied = new Map<string, Applied>()

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly manifests: Manifests,
    private readonly cluster: Cluster,
    @Inject(QuotasService) private readonly quotas: Pick<QuotasService, 'valuesOf'>,
    @Inject(RegistriesService) private readonly registries: Pick<RegistriesService, 'dockerConfig'>,
    @Inject(InstanceService) private readonly instance: Pick<InstanceService, 'id'>,
  ) {}

  /**
   * Makes the namespace of the app's project be there: applied once, again when it is another one, gone or told to be stale, and now and then.
   * @param observed what a watch shows of it
   * @throws KubeError
   */
  async ensure(
    { projectId, namespace }: Pick<Engine, 'projectId' | 'namespace'>,
    driver: DriverName,
    observed?: ObjectMeta,
  ): Promise<void> {
    if (observed?.deletionTimestamp !== undefined) throw new KubeError('conflict', 'the namespace is still being removed')
    const known = this.applied.get(projectId)
    if (known && isCurrent(known, observed?.uid)) return known.done
    const entry: Applied = { uid: undefined, seen: false, stale: false, at: performance.now(), done: Promise.resolve() }
    // One after the other: what was read earlier must not arrive later.
    entry.done = Promise.allSettled([known?.done]).then(() =>
      this.apply(projectId, namespace, driver, entry, observed?.labels?.[LABEL.database]),
    )
    this.applied.set(projectId, entry)
    try {
      await entry.done
    } catch (error) {
      if (this.applied.get(projectId) === entry) this.applied.delete(projectId)
      throw error
    }
  }

  /** Applies the namespace of the project anew, the next time that it is asked for. */
  forget(projectId: string): void {
    const known = this.applied.get(projectId)
    if (!known) return
    known.stale = true
    // Who comes before that waits for it.
    void Promise.allSettled([known.done]).then(() => {
      if (this.applied.get(projectId) === known) this.applied.delete(projectId)
    })
  }

  private async apply(project: string, namespace: string, driver: DriverName, entry: Applied, mark?: string): Promise<void> {
    const { namespacePrefix: instance, ingressNamespaces, gateway } = this.config
    const [apiAddresses, dockerConfig, quota, instanceId] = await Promise.all([
      this.cluster.apiAddresses(),
      this.registries.dockerConfig(project),
      this.quotas.valuesOf(project),
      this.instance.id(),
    ])
    const [head, ...rest] = this.manifests.project(driver, {
      ...quota,
      instance,
      project,
      namespace,
      // One from before there were marks is adopted; another database's is never taken.
      database: mark ?? instanceId,
      gatewayNamespaces: [...new Set([...ingressNamespaces, ...(gateway ? [gateway.namespace] : [])])],
      apiAddresses,
      pullSecret: Buffer.from(dockerConfig ?? NO_SIGN_INS).toString('base64'),
    })
    if (!head) throw new Error('the templates contain no namespace')
    entry.uid = (await this.cluster.apply(head)).metadata.uid
    await Promise.all(rest.map((manifest) => this.cluster.apply(manifest)))
  }
}

function isCurrent(known: Applied, uid: string | undefined): boolean {
  if (known.stale || performance.now() - known.at > AGAIN_MS) return false
  if (uid === undefined) return !known.seen
  // Still being applied, or the one that was applied.
  known.seen ||= uid === known.uid
  return known.uid === undefined || uid === known.uid
}
