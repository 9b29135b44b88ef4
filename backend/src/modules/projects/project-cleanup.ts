import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { backoff, KeyedQueue } from '../../common/keyed-queue.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { EventBus } from '../events/event-bus.js'
import { ProjectRepository } from './project.repository.js'

/** Removes what one module keeps for a project. Idempotent; throws while it has not ended, and is called again later. */
export type ProjectCleaner = (projectId: string) => Promise<void>

/**
 * Finishes the deletion of projects: asks every module to remove its part, then removes the record. The mark on the record is the intent:
 * after a crash the next start goes on where this one ended.
 */
@Injectable()
export class ProjectCleanup implements OnApplicationShutdown {
  private readonly logger = new Logger('ProjectCleanup')
  private readonly cleaners: { name: string; clean: ProjectCleaner }[] = []
  private readonly queue = new KeyedQueue(
    (id) => this.clean(id),
    2,
    (id, attempt, error) => {
      // Said once when it begins to fail and then rarely: a cluster that is away for a day must not fill the log.
      if (attempt === 1 || attempt % 20 === 0)
        this.logger.warn({ err: error, projectId: id, attempt }, 'clean-up of a deleted project is not finished, trying again')
      return backoff(attempt, 500, 30_000)
    },
  )

  constructor(
    private readonly projects: ProjectRepository,
    bus: EventBus,
    mongo: Mongo,
  ) {
    bus.on('project.deleted', ({ projectId }) => this.queue.add(projectId))
    mongo.whenReady(() => void this.resume())
  }

  /** Registers what one module has to remove; cleaners run in the order of their registration. */
  register(name: string, clean: ProjectCleaner): void {
    this.cleaners.push({ name, clean })
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queue.stop()
  }

  private async resume(): Promise<void> {
    try {
      for (const { id } of await this.projects.findDeleted()) this.queue.add(id)
    } catch (error) {
      this.logger.warn({ err: error }, 'could not look for projects whose deletion has not ended; the next start tries again')
    }
  }

  private async clean(id: string): Promise<void> {
    for (const { clean } of this.cleaners) await clean(id)
    await this.projects.remove(id)
    this.logger.log(`project ${id} is removed`)
  }
}
