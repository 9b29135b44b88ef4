import { Module } from '@nestjs/common'
import { EngineDirectoryModule } from '../engines/engine-directory.module.js'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { AppPhases } from './app-phases.js'
import { CatalogueCleanup, CatalogueRepair } from './catalogue-cleanup.js'
import { CatalogueController } from './catalogue.controller.js'
import { CatalogueIndex } from './catalogue-index.js'
import { CatalogueService } from './catalogue.service.js'
import { CatalogueSync } from './catalogue-sync.js'
import { MongoFiguresRepository } from './figures.mongo.js'
import { FiguresRepository } from './figures.repository.js'
import { SearchController } from './search.controller.js'
import { SearchService } from './search.service.js'
import { MongoSearchTextRepository } from './search-text.mongo.js'
import { SearchTextRepository } from './search-text.repository.js'
import { SearchWords } from './search-words.js'
import { MongoStarRepository } from './star.mongo.js'
import { StarRepository } from './star.repository.js'
import { StarsService } from './stars.service.js'
import { MongoViewRepository } from './view.mongo.js'
import { ViewRepository } from './view.repository.js'
import { ViewsService } from './views.service.js'

/** Finds projects, and counts who likes and looks at them. */
@Module({
  imports: [EngineDirectoryModule, IamModule, ProjectsModule],
  controllers: [CatalogueController, SearchController],
  providers: [
    { provide: FiguresRepository, useClass: MongoFiguresRepository },
    { provide: SearchTextRepository, useClass: MongoSearchTextRepository },
    { provide: StarRepository, useClass: MongoStarRepository },
    { provide: ViewRepository, useClass: MongoViewRepository },
    AppPhases,
    CatalogueCleanup,
    CatalogueIndex,
    CatalogueRepair,
    CatalogueService,
    CatalogueSync,
    SearchService,
    SearchWords,
    StarsService,
    ViewsService,
  ],
})
export class CatalogueModule {}
