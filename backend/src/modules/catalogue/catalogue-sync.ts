import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { Pause } from '../../common/pause.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { ProjectFeed } from '../projects/project-feed.js'
import { CatalogueIndex } from './catalogue-index.js'
import { FiguresRepository } from './figures.repository.js'
import { SearchTextRepository } from './search-text.repository.js'

const POLL_MS = 3_000
/** A poll takes at most one part in so many of the time: the embedded database reads every project for it. */
const SHARE = 50
/** Clocks of replicas may differ by so much. */
const OVERLAP_MS = 30_000
/** Every so many-th poll compares all ids: a project may come and go for good between two polls. */
const FULL_EVERY = 20

/**
 * Keeps the index as the database is. What this process writes is taken in at once; what others write is found by a poll. The portal counts as ready once
 * the index is built.
 */
@Injectable()
export class CatalogueSync implements OnApplicationShutdown {
  private readonly logger = new Logger('Catalogue')
  private readonly pause = new Pause()
  private stopped = false
  private polledAt = now()

  constructor(
    private readonly feed: ProjectFeed,
    private readonly figures: FiguresRepository,
    private readonly texts: SearchTextRepository,
    private readonly index: CatalogueIndex,
    mongo: Mongo,
  ) {
    feed.onWritten((project) => index.put(project))
    mongo.onReady('the catalogue', () => this.build())
    mongo.whenReady(() => void this.run())
  }

  onApplicationShutdown(): void {
    this.stopped = true
    this.pause.wake()
  }

  /** Takes in what any process has written since the last time. */
  async poll(): Promise<void> {
    const at = now()
    const since = new Date(this.polledAt.getTime() - OVERLAP_MS)
    for (const project of await this.feed.since(since)) this.index.put(project)
    for (const [id, figures] of await this.figures.since(since)) this.index.setFigures(id, figures)
    for (const [id, texts] of await this.texts.since(since)) this.index.setTexts(id, texts)
    this.polledAt = at
  }

  private async build(): Promise<void> {
    const from = performance.now()
    const at = now()
    for (const project of await this.feed.all()) this.index.put(project)
    for (const [id, figures] of await this.figures.all()) this.index.setFigures(id, figures)
    for (const [id, texts] of await this.texts.all()) this.index.setTexts(id, texts)
    this.polledAt = at
    this.logger.log(`the catalogue has ${this.index.size} projects, read in ${Math.round(performance.now() - from)} ms`)
  }

  private async run(): Promise<void> {
    let wait = POLL_MS
    for (let round = 1; !this.stopped; round++) {
      await this.pause.wait(wait)
      if (this.stopped) return
      const from = performance.now()
      try {
        await this.poll()
        if (round % FULL_EVERY === 0) await this.compare()
      } catch (error) {
        this.logger.debug({ err: error }, 'could not look for changes of other replicas; the next poll tries again')
      }
      wait = Math.max(POLL_MS, (performance.now() - from) * SHARE)
    }
  }

  private async compare(): Promise<void> {
    const known = this.index.ids()
    const ids = new Set(await this.feed.ids())
    this.index.keepOnly(ids, known)
    if (known.length < ids.size) for (const project of await this.feed.all()) this.index.put(project)
  }
}
