import { Injectable } from '@nestjs/common'
import { DatasetsService } from '../datasets/datasets.service.js'
import { EngineDirectory } from '../engines/engine.directory.js'
import type { Engine } from '../engines/engine.js'
import { UserRepository } from '../iam/users/user.repository.js'
import { CardsService } from '../projects/card/cards.service.js'
import type { Project } from '../projects/project.js'
import { ReportsService } from '../reports/reports.service.js'
import { answers } from './checklist.js'
import type { Author, VersionContent } from './version.js'

/** What a project shows now, and the apps that it has. */
export interface Draft {
  content: VersionContent
  engines: Engine[]
  owner: Author
}

/** Reads what a project shows now, for who has asked whether it may be read. Parts that are changed meanwhile may be of different moments. */
@Injectable()
export class DraftReader {
  constructor(
    private readonly cards: CardsService,
    private readonly reports: ReportsService,
    private readonly datasets: DatasetsService,
    private readonly engines: EngineDirectory,
    private readonly users: UserRepository,
  ) {}

  async read(project: Project): Promise<Draft> {
    const { title, summary, task, tags, frameworks, licence, contacts, links, cover } = project
    const [{ texts: card }, reports, datasets, engines, owner] = await Promise.all([
      this.cards.find(project.id),
      this.reports.allOf(project.id),
      this.datasets.inventoryOf(project.id),
      this.engines.ofProject(project.id),
      this.users.findById(project.ownerId),
    ])
    return {
      content: {
        ...{ title, summary, task, tags, frameworks, licence, contacts, links, cover, card, datasets },
        reports: reports.map(({ id, title, content }) => ({ id, title, content })),
        // Previews come and go; what does not answer is nothing that a reader could have tried.
        apps: engines
          .filter((engine) => engine.lease === null && answers(engine))
          .map(({ name, image, digest, pin }) => ({ name, image, digest: digest ?? pin })),
      },
      engines,
      owner: { id: project.ownerId, username: owner?.username ?? '', displayName: owner?.displayName ?? '' },
    }
  }
}
