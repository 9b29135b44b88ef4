import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { backoff, KeyedQueue } from '../../common/keyed-queue.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { EngineDirectory } from '../engines/engine.directory.js'
import { EventBus } from '../events/event-bus.js'
import { bestPhase } from './catalogue-entry.js'
import { CatalogueIndex } from './catalogue-index.js'

/** Another replica may have seen what became of an app; it is read so often. */
const REFRESH_MS = 30_000
const ALL = '*'

/** Keeps in the index how the apps of each project are. One thing at a time, so that nothing older comes after something newer. */
@Injectable()
export class AppPhases implements OnApplicationShutdown {
  private readonly logger = new Logger('Catalogue')
  private readonly queue = new KeyedQueue(
    (key) => (key === ALL ? this.readAll() : this.read(key)),
    1,
    (_, attempt, error) => {
      if (attempt === 1) this.logger.debug({ err: error }, 'could not read how apps are, trying again')
      return backoff(attempt, 500, REFRESH_MS)
    },
  )
  private refresher: NodeJS.Timeout | undefined

  constructor(
    private readonly apps: EngineDirectory,
    private readonly index: CatalogueIndex,
    bus: EventBus,
    mongo: Mongo,
  ) {
    bus.on('engine.status-changed', ({ projectId }) => this.queue.add(projectId))
    mongo.onReady('the apps of the catalogue', () => this.readAll())
    mongo.whenReady(() => {
      this.refresher = setInterval(() => this.queue.add(ALL), REFRESH_MS)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.refresher)
    await this.queue.stop()
  }

  private async read(projectId: string): Promise<void> {
    const found = await this.apps.phases(projectId)
    this.index.setPhase(projectId, bestPhase(found.map(({ phase }) => phase)))
  }

  private async readAll(): Promise<void> {
    const byProject = Map.groupBy(await this.apps.phases(), ({ projectId }) => projectId)
    for (const id of this.index.withApp()) if (!byProject.has(id)) this.index.setPhase(id, null)
    for (const [id, found] of byProject) this.index.setPhase(id, bestPhase(found.map(({ phase }) => phase)))
  }
}
