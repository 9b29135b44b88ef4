import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { backoff, KeyedQueue } from '../../common/keyed-queue.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { EventBus } from '../events/event-bus.js'
import { SearchText } from '../projects/search-text.js'
import { wordsOf } from '../projects/search-words.js'
import { CatalogueIndex } from './catalogue-index.js'
import { SearchTextRepository } from './search-text.repository.js'

/** Different words of the texts of one project; a report of a hundred pages has about so many. */
const MOST_WORDS = 3_000
/** What changes every second while someone writes is read once in that time. */
const CALM_MS = 250

/** Keeps the words of a project's texts as the texts are, in the database for all replicas and in the index. */
@Injectable()
export class SearchWords implements OnApplicationShutdown {
  private readonly logger = new Logger('Catalogue')
  private readonly queue = new KeyedQueue(
    (id) => this.update(id),
    2,
    (id, attempt, error) => {
      if (attempt === 1) this.logger.warn({ err: error, projectId: id }, 'the words of a project could not be updated, trying again')
      return backoff(attempt, 500, 60_000)
    },
  )

  constructor(
    private readonly texts: SearchTextRepository,
    private readonly search: SearchText,
    private readonly index: CatalogueIndex,
    bus: EventBus,
    mongo: Mongo,
  ) {
    search.onChanged((projectId) => this.changed(projectId))
    bus.on('project.changed', ({ projectId }) => this.queue.addLater(projectId, CALM_MS))
    bus.on('report.changed', ({ projectId }) => this.queue.addLater(projectId, CALM_MS))
    // Projects from before there were such words.
    mongo.whenReady(() => {
      for (const id of index.ids()) if (!index.hasTexts(id)) this.queue.add(id)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    await this.queue.stop()
  }

  private async changed(projectId: string): Promise<void> {
    try {
      await this.update(projectId)
    } catch {
      // Said and tried again there.
      this.queue.add(projectId)
    }
  }

  /** Reads the texts and stores their words; again when another process stored some that are younger than what was read. */
  private async update(projectId: string): Promise<void> {
    while (this.index.has(projectId)) {
      const stored = await this.texts.find(projectId)
      const { text, things } = await this.search.of(projectId)
      const fresh = { words: wordsOf(text, MOST_WORDS), things }
      const revision = stored?.revision ?? 0
      if (stored && same(stored, fresh)) return this.index.setTexts(projectId, stored)
      if (!(await this.texts.save(projectId, revision, fresh, now()))) continue
      this.index.setTexts(projectId, { ...fresh, revision: revision + 1 })
      // Deleted in between: its clean-up may not have seen these words.
      if (!this.index.has(projectId)) await this.texts.remove(projectId)
      return
    }
  }
}

type Words = Parameters<SearchTextRepository['save']>[2]

const same = (a: Words, b: Words): boolean => textOf(a) === textOf(b)
const textOf = ({ words, things }: Words): string =>
  JSON.stringify([words.join(' '), things.map(({ kind, id, title }) => [kind, id, title])])
