import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { EventBus } from '../events/event-bus.js'
import { pendingStatus } from './engine.js'
import { EngineRepository } from './engine.repository.js'

/**
 * Deploys anew what failed because its image could not be pulled, as soon as the project signs in to another registry. The cluster tries again by itself, but
 * after pauses that grow to minutes.
 */
@Injectable()
export class EngineRetries implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('EngineRetries')
  private end: () => void = () => undefined

  constructor(
    private readonly engines: EngineRepository,
    private readonly bus: EventBus,
  ) {}

  onApplicationBootstrap(): void {
    this.end = this.bus.on('project.registries-changed', ({ projectId }) => void this.retry(projectId))
  }

  onApplicationShutdown(): void {
    this.end()
  }

  /** A new generation of each app of the project that waits for a sign-in. */
  async retry(projectId: string): Promise<void> {
    try {
      for (const id of await this.engines.findIdsOfProject(projectId)) {
        const engine = await this.engines.findById(id)
        if (engine?.status.cause?.code !== 'image-private' || engine.paused) continue
        const at = now()
        const made = {
          status: pendingStatus('The project signs in to a registry anew; the app is deployed again.', at),
          deploy: { at, by: null, reason: 'redeployed' as const, from: null },
        }
        // Someone who was faster has deployed it already.
        if (!(await this.engines.change(id, engine.revision, {}, made))) continue
        this.logger.log(`app ${id} is deployed again, since its project signs in anew`)
        this.bus.publish('engine.status-changed', { engineId: id, projectId, phase: 'Pending' })
      }
    } catch (error) {
      this.logger.warn({ err: error, projectId }, 'apps that wait for a sign-in are left to the retries of the cluster')
    }
  }
}
