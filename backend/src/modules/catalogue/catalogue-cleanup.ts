import { Injectable } from '@nestjs/common'
import { Mongo } from '../../platform/mongo/mongo.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { FiguresRepository } from './figures.repository.js'
import { SearchTextRepository } from './search-text.repository.js'
import { StarRepository } from './star.repository.js'
import { StarsService } from './stars.service.js'

/** Removes what the catalogue keeps of a project together with it. */
@Injectable()
export class CatalogueCleanup {
  constructor(stars: StarRepository, figures: FiguresRepository, texts: SearchTextRepository, cleanup: ProjectCleanup) {
    cleanup.register('catalogue', async (projectId) => {
      await stars.removeOf(projectId)
      await figures.remove(projectId)
      await texts.remove(projectId)
    })
  }
}

/** Puts right what a crash left half done, before the portal counts as ready. */
@Injectable()
export class CatalogueRepair {
  constructor(stars: StarsService, mongo: Mongo) {
    mongo.onReady('stars and their counts', () => stars.repair())
  }
}
