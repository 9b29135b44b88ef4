import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { LABEL, type KubeObject } from '../../platform/kubernetes/kube-objects.js'
import { EventBus } from '../events/event-bus.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { ProjectsService } from '../projects/projects.service.js'
import { deletingStatus } from './engine.js'
import { EngineDeployer } from './engine.deployer.js'
import { EngineRepository } from './engine.repository.js'

const SWEEP_MS = 30_000
// What is found without an owner is looked at once more after so long, before it is removed.
const GRACE_MS = 60_000

/** Removes what nobody owns any more: the apps and the namespace of a deleted project, and objects in the cluster without a record. */
@Injectable()
export class EngineSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('EngineSweeper')
  private suspects = new Map<string, number>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly engines: EngineRepository,
    private readonly projects: ProjectsService,
    private readonly deployer: EngineDeployer,
    private readonly bus: EventBus,
    cleanup: ProjectCleanup,
  ) {
    cleanup.register('engines', (projectId) => this.cleanProject(projectId))
  }

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.trySweep(), SWEEP_MS)
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  /** Removes the apps of a project, then its namespace. @throws Error while there is something left */
  async cleanProject(projectId: string): Promise<void> {
    const ids = await this.engines.findIdsOfProject(projectId)
    for (const id of ids) {
      await this.engines.markDeleted(id, deletingStatus(now()), now())
      this.bus.publish('engine.status-changed', { engineId: id, projectId, phase: 'Deleting' })
    }
    if (ids.length > 0) throw new Error(`${ids.length} apps are still being removed`)
    if (!this.deployer.hasCluster) return
    if (!this.deployer.ready) throw new Error('the cluster is away, so it is not known whether the project has a namespace there')
    if (!(await this.deployer.removeNamespace(projectId))) throw new Error('the namespace is still being removed')
  }

  /** One look at the cluster for what belongs to nothing. Whatever is found twice, a grace apart, is removed: the record of an app is always written first. */
  async sweep(at: Date = now()): Promise<void> {
    if (!this.deployer.ready) return
    const { parts, namespaces } = this.deployer.inventory()
    const strays: KubeObject[] = []
    const known = new Set(await this.engines.findAllIds())
    strays.push(...parts.filter(({ metadata }) => !known.has(metadata.labels?.[LABEL.engine] ?? '')))
    for (const namespace of namespaces)
      if (!(await this.projects.find(namespace.metadata.labels?.[LABEL.project] ?? ''))) strays.push(namespace)
    const before = this.suspects
    this.suspects = new Map(strays.map(({ metadata }) => [metadata.uid ?? '', before.get(metadata.uid ?? '') ?? at.getTime()]))
    for (const stray of strays) {
      const since = this.suspects.get(stray.metadata.uid ?? '') ?? at.getTime()
      if (at.getTime() - since < GRACE_MS || stray.metadata.deletionTimestamp !== undefined) continue
      this.logger.warn(
        `${stray.kind} ${stray.metadata.namespace ?? ''}/${stray.metadata.name} belongs to nothing that is known here: it is removed`,
      )
      await this.deployer.removeStray(stray)
    }
  }

  private async trySweep(): Promise<void> {
    try {
      await this.sweep()
    } catch (error) {
      this.logger.warn({ err: error }, 'the sweep did not end; the next one goes on')
    }
  }
}
