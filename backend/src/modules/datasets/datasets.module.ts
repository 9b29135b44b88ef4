import { Module } from '@nestjs/common'
import { ProjectsModule } from '../projects/projects.module.js'
import { DatasetCleanup } from './dataset-cleanup.js'
import { DatasetSearch } from './dataset-search.js'
import { DatasetFilesService } from './dataset-files.service.js'
import { MongoDatasetFileRepository, MongoDatasetRepository } from './dataset.mongo.js'
import { DatasetFileRepository, DatasetRepository } from './dataset.repository.js'
import { DatasetsController } from './datasets.controller.js'
import { DatasetsService } from './datasets.service.js'

@Module({
  imports: [ProjectsModule],
  controllers: [DatasetsController],
  providers: [
    { provide: DatasetRepository, useClass: MongoDatasetRepository },
    { provide: DatasetFileRepository, useClass: MongoDatasetFileRepository },
    DatasetCleanup,
    DatasetSearch,
    DatasetsService,
    DatasetFilesService,
  ],
  exports: [DatasetCleanup, DatasetFilesService, DatasetsService],
})
export class DatasetsModule {}
