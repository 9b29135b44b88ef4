import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ClusterConnection } from './cluster-connection.js'
import { KubeApi } from './kube-api.js'
import { KIND, LABEL, type ResourceQuota } from './kube-objects.js'
import { ResourceWatcher } from './resource-watcher.js'
import { slim } from './slim.js'
import { watchSource } from './watch-source.js'

/** Port and injection token: what projects use of their quotas, as the cluster counts it. */
export abstract class QuotaWatch {
  /** The quota of a project's namespace, as last seen. */
  abstract of(projectId: string): ResourceQuota | undefined
  /** As of when that is known: now while it is followed; null when it never was. */
  abstract get observedAt(): Date | null
}

/** Watches the ResourceQuotas of this instance. Nothing waits for it: what apps do is known without. */
@Injectable()
export class KubernetesQuotaWatch extends QuotaWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('QuotaWatch')
  private readonly watcher: ResourceWatcher<ResourceQuota>
  private last: Date | null = null
  private wasSynced = false

  constructor(
    @Inject(CONFIG) config: Config,
    api: KubeApi,
    private readonly connection: ClusterConnection,
  ) {
    super()
    this.watcher = new ResourceWatcher<ResourceQuota>({
      name: KIND.resourceQuota.plural,
      source: watchSource(api, KIND.resourceQuota, `${LABEL.instance}=${config.namespacePrefix}`),
      project: (raw) => slim(raw, KIND.resourceQuota),
      group: ({ metadata }) => metadata.labels?.[LABEL.project],
      warn: (message, error) => this.logger.warn({ err: error }, message),
    })
  }

  of(projectId: string): ResourceQuota | undefined {
    return this.watcher.of(projectId)[0]
  }

  get observedAt(): Date | null {
    return this.wasSynced ? now() : this.last
  }

  onApplicationBootstrap(): void {
    this.watcher.onState((state) => {
      if (this.wasSynced) this.last = now()
      this.wasSynced = state === 'synced'
    })
    this.connection.onChange(({ state }) => {
      if (state === 'ready') this.watcher.start()
      this.watcher.reconnect()
    })
  }

  async onApplicationShutdown(): Promise<void> {
    await this.watcher.stop()
  }
}
