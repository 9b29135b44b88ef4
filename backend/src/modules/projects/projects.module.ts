import { Module } from '@nestjs/common'
import { AssetDirectoryModule } from '../assets/asset-directory.module.js'
import { FigureDirectoryModule } from '../figures/figure-directory.module.js'
import { IamModule } from '../iam/iam.module.js'
import { CardRegistrations } from './card/card-registrations.js'
import { MongoCardRepository } from './card/card.mongo.js'
import { CardRepository } from './card/card.repository.js'
import { CardsController } from './card/cards.controller.js'
import { CardsService } from './card/cards.service.js'
import { MongoProjectRepository } from './project.mongo.js'
import { ProjectCleanup } from './project-cleanup.js'
import { ProjectCover } from './project-cover.js'
import { ProjectFeed } from './project-feed.js'
import { ProjectPresenter } from './project.presenter.js'
import { ProjectRepository } from './project.repository.js'
import { ProjectsController } from './projects.controller.js'
import { PermissionsController } from './permissions.controller.js'
import { SharingController } from './sharing.controller.js'
import { SharingService } from './sharing.service.js'
import { SearchText } from './search-text.js'
import { ProjectsService } from './projects.service.js'
import { VisibilityRule } from './visibility-rule.js'

@Module({
  imports: [AssetDirectoryModule, FigureDirectoryModule, IamModule],
  controllers: [ProjectsController, SharingController, PermissionsController, CardsController],
  providers: [
    { provide: ProjectRepository, useClass: MongoProjectRepository },
    { provide: CardRepository, useClass: MongoCardRepository },
    CardRegistrations,
    CardsService,
    ProjectCleanup,
    ProjectCover,
    ProjectFeed,
    ProjectPresenter,
    ProjectsService,
    SearchText,
    SharingService,
    VisibilityRule,
  ],
  exports: [CardsService, ProjectCleanup, ProjectFeed, ProjectPresenter, ProjectsService, SearchText, SharingService, VisibilityRule],
})
export class ProjectsModule {}
