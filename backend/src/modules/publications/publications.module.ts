import { Module } from '@nestjs/common'
import { AssetDirectoryModule } from '../assets/asset-directory.module.js'
import { DatasetsModule } from '../datasets/datasets.module.js'
import { EngineDirectoryModule } from '../engines/engine-directory.module.js'
import { FigureDirectoryModule } from '../figures/figure-directory.module.js'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { ReportsModule } from '../reports/reports.module.js'
import { Assessor } from './assessor.js'
import { CitationsService } from './citations.service.js'
import { DraftReader } from './draft.reader.js'
import { PublicationPolicyController } from './publication-policy.controller.js'
import { MongoPublicationPolicyRepository } from './publication-policy.mongo.js'
import { PublicationPolicyRepository } from './publication-policy.repository.js'
import { PublicationPolicyService } from './publication-policy.service.js'
import { PublicationsController } from './publications.controller.js'
import { PublicationsService } from './publications.service.js'
import { Publicity } from './publicity.js'
import { MongoVersionRepository } from './version.mongo.js'
import { VersionMoves } from './version-moves.js'
import { VersionPublisher } from './version.publisher.js'
import { VersionReader } from './version.reader.js'
import { VersionRepository } from './version.repository.js'
import { VersionSweeper } from './version.sweeper.js'
import { VersionsService } from './versions.service.js'

@Module({
  imports: [AssetDirectoryModule, DatasetsModule, EngineDirectoryModule, FigureDirectoryModule, IamModule, ProjectsModule, ReportsModule],
  controllers: [PublicationsController, PublicationPolicyController],
  providers: [
    { provide: PublicationPolicyRepository, useClass: MongoPublicationPolicyRepository },
    { provide: VersionRepository, useClass: MongoVersionRepository },
    Assessor,
    CitationsService,
    DraftReader,
    PublicationPolicyService,
    PublicationsService,
    Publicity,
    VersionMoves,
    VersionPublisher,
    VersionReader,
    VersionSweeper,
    VersionsService,
  ],
  exports: [VersionsService],
})
export class PublicationsModule {}
