import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { createHmac } from 'node:crypto'
import type { AuthContext, Origin } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newSecret } from '../../common/ids.js'
import { networkOf } from '../../common/network.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { ProjectsService } from '../projects/projects.service.js'
import { isBot } from './bots.js'
import { CatalogueIndex } from './catalogue-index.js'
import { FiguresRepository } from './figures.repository.js'
import { ViewRepository } from './view.repository.js'

const SWEEP_MS = 10 * 60_000
const HASH_LENGTH = 22

/**
 * Counts how many look at a project, each once a day, without knowing who they are: what is kept of a visit is a keyed hash of address, browser and
 * project, until the day (UTC) ends and its random key is thrown away. Before that nobody can tell by two hashes whether they are of one person.
 */
@Injectable()
export class ViewsService implements OnApplicationShutdown {
  private readonly logger = new Logger('Views')
  private salt: { day: string; value: string } | null = null
  private sweeper: NodeJS.Timeout | undefined

  constructor(
    private readonly views: ViewRepository,
    private readonly figures: FiguresRepository,
    private readonly projects: ProjectsService,
    private readonly index: CatalogueIndex,
    mongo: Mongo,
  ) {
    mongo.whenReady(() => {
      void this.sweep()
      this.sweeper = setInterval(() => void this.sweep(), SWEEP_MS)
    })
  }

  /** Counts a visit, unless there was one today from the same address and browser, or it is a program's. */
  async count(auth: AuthContext, projectId: string): Promise<void> {
    await this.projects.require(auth, 'project:view', projectId)
    if (isBot(auth.origin.userAgent)) return
    const at = now()
    const day = dayOf(at)
    if (!(await this.views.note(visitOf(await this.saltOf(day), projectId, auth.origin), day))) return
    this.index.setFigures(projectId, await this.figures.addView(projectId, at))
  }

  onApplicationShutdown(): void {
    clearInterval(this.sweeper)
  }

  private async saltOf(day: string): Promise<string> {
    if (this.salt?.day !== day) this.salt = { day, value: await this.views.saltOf(day, newSecret()) }
    return this.salt.value
  }

  private async sweep(): Promise<void> {
    const day = dayOf(now())
    if (this.salt?.day !== day) this.salt = null
    try {
      await this.views.forgetBefore(day)
    } catch (error) {
      this.logger.warn({ err: error }, 'what was kept to count the views of past days is not removed yet; the next sweep tries again')
    }
  }
}

const dayOf = (at: Date): string => at.toISOString().slice(0, 10)

/** A visit as it is kept. The project is in the hash, so that two visits of one person do not look alike. */
export const visitOf = (salt: string, projectId: string, { address, userAgent }: Origin): string =>
  createHmac('sha256', salt)
    .update(JSON.stringify([projectId, networkOf(address), userAgent]))
    .digest('base64url')
    .slice(0, HASH_LENGTH)
