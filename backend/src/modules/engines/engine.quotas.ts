import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { backoff, KeyedQueue } from '../../common/keyed-queue.js'
import { LABEL } from '../../platform/kubernetes/kube-objects.js'
import { EventBus } from '../events/event-bus.js'
import { QuotasService } from '../quotas/quotas.service.js'
import { EngineDeployer } from './engine.deployer.js'
import { EngineRepository } from './engine.repository.js'

const CONCURRENCY = 4
// Another replica's change is found after so long.
const LOOK_MS = 30_000

/** Counts apps for the quotas, and carries a changed quota into the cluster at once: what is not told by an event is found by looking now and then. */
@Injectable()
export class EngineQuotas implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('EngineQuotas')
  /** What was carried last, by the project's id. */
  private readonly carried = new Map<string, string>()
  private readonly queue = new KeyedQueue(
    (projectId) => this.carry(projectId),
    CONCURRENCY,
    (projectId, attempt, error) => {
      if (attempt === 1) this.logger.warn({ err: error, projectId }, 'a quota could not be carried into the cluster, trying again')
      return backoff(attempt, 500, LOOK_MS)
    },
  )
  private readonly ends: (() => void)[] = []

  constructor(
    engines: EngineRepository,
    @Inject(QuotasService) private readonly quotas: Pick<QuotasService, 'countWith' | 'limitsOf' | 'allLimits'>,
    private readonly deployer: EngineDeployer,
    private readonly bus: EventBus,
  ) {
    quotas.countWith((projectId) => engines.countOfProject(projectId))
  }

  onApplicationBootstrap(): void {
    const timer = setInterval(() => void this.look(), LOOK_MS)
    this.ends.push(
      this.bus.on('project.quota-changed', ({ projectId }) => this.queue.add(projectId)),
      this.bus.on('quota.default-changed', () => void this.look()),
      () => clearInterval(timer),
    )
  }

  async onApplicationShutdown(): Promise<void> {
    for (const end of this.ends.splice(0)) end()
    await this.queue.stop()
  }

  /** Asks for all namespaces whose quota is not what was carried last. */
  async look(): Promise<void> {
    if (!this.deployer.ready) return
    try {
      const limitsOf = await this.quotas.allLimits()
      for (const projectId of this.projects())
        if (this.carried.get(projectId) !== JSON.stringify(limitsOf(projectId))) this.queue.add(projectId)
    } catch (error) {
      this.logger.warn({ err: error }, 'the quotas could not be compared; the next look goes on')
    }
  }

  /** A project without a namespace gets its quota with that; what was deployed while the cluster was away is looked at again. */
  private async carry(projectId: string): Promise<void> {
    if (!this.deployer.ready || !this.projects().includes(projectId)) return
    const limits = JSON.stringify(await this.quotas.limitsOf(projectId))
    await this.deployer.renewNamespace(projectId)
    this.carried.set(projectId, limits)
  }

  private projects(): string[] {
    const live = this.deployer.inventory().namespaces.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    return live.flatMap(({ metadata }) => metadata.labels?.[LABEL.project] ?? [])
  }
}
