import { Inject, Injectable } from '@nestjs/common'
import { createRequire } from 'node:module'
import { Health, type PartHealth } from '../../common/health.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ClusterMonitor } from '../../platform/kubernetes/cluster-state.js'
import { DRIVER_SPECS } from '../../platform/kubernetes/drivers.js'
import { EventBus } from '../events/event-bus.js'
import type { CapabilitiesDto, VersionDto } from './system.dto.js'

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string }

/** What this instance is, has and can do. */
@Injectable()
export class SystemService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly health: Health,
    private readonly cluster: ClusterMonitor,
    bus: EventBus,
  ) {
    cluster.onChange(() => bus.publish('system.changed', {}))
  }

  version(): VersionDto {
    return { name: 'vitrine', version, node: process.version }
  }

  async readiness(): Promise<{ ready: boolean; parts: Record<string, PartHealth> }> {
    const parts = await this.health.check()
    return { ready: this.health.isReady(parts), parts }
  }

  async capabilities(): Promise<CapabilitiesDto> {
    const parts = await this.health.check()
    const { since, ...cluster } = this.cluster.state
    return {
      cluster: {
        ...cluster,
        scaleToZero: cluster.driver !== null && DRIVER_SPECS[cluster.driver].capabilities.scaleToZero,
        since: since.toISOString(),
      },
      database: { state: parts['database']?.state ?? 'unavailable' },
      objectStore: {
        state: parts['objectStore']?.state ?? 'unavailable',
        publicEndpoint: this.config.s3PublicEndpoint ?? this.config.s3Endpoint,
      },
      appsUrl: this.config.appsUrl,
      limits: { maxUploadBytes: this.config.maxUploadBytes },
      exports: { pdf: this.config.chromium !== null || this.config.gotenbergUrl !== null },
    }
  }
}
