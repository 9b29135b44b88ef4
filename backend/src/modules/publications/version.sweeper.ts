import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { AssetUse } from '../assets/asset-use.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { PREPARING_MS, VersionPublisher } from './version.publisher.js'
import { VersionRepository } from './version.repository.js'

const SWEEP_MS = 60_000

/** Ends what a process that was killed has begun, keeps the files that versions show, and lets versions go with their project. */
@Injectable()
export class VersionSweeper implements OnApplicationShutdown {
  private readonly logger = new Logger('Publications')
  private timer: NodeJS.Timeout | undefined
  private running: Promise<void> = Promise.resolve()

  constructor(
    private readonly versions: VersionRepository,
    private readonly publisher: VersionPublisher,
    use: AssetUse,
    cleanup: ProjectCleanup,
    mongo: Mongo,
  ) {
    use.register('versions', (projectId) => versions.assetsOf(projectId))
    cleanup.register('versions', (projectId) => versions.removeOf(projectId))
    mongo.whenReady(() => {
      this.begin()
      this.timer = setInterval(() => this.begin(), SWEEP_MS)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer)
    await this.running
  }

  private begin(): void {
    this.running = this.running.then(() => this.sweep())
  }

  private async sweep(): Promise<void> {
    try {
      for (const head of await this.versions.findUnsettled(new Date(now().getTime() - PREPARING_MS))) {
        if (head.state === 'published') await this.publisher.settle(head)
        else await this.publisher.giveUp(head)
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'could not end publications that were begun; the next sweep tries again')
    }
  }
}
