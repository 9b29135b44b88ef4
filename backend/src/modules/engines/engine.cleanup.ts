import { Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { EventBus } from '../events/event-bus.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { deletingStatus } from './engine.js'
import { EngineDeployer } from './engine.deployer.js'
import { EngineRepository } from './engine.repository.js'

/** Removes what a project that is being deleted has in the cluster. */
@Injectable()
export class EngineCleanup {
  constructor(
    private readonly engines: EngineRepository,
    private readonly deployer: EngineDeployer,
    private readonly bus: EventBus,
    cleanup: ProjectCleanup,
  ) {
    cleanup.register('engines', (projectId) => this.clean(projectId))
  }

  /** Removes the apps of a project, then its namespace. @throws Error while there is something left */
  private async clean(projectId: string): Promise<void> {
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
}
