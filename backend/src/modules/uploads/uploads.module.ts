import { Module } from '@nestjs/common'
import { DatasetsModule } from '../datasets/datasets.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { UploadFinisher } from './upload-finisher.js'
import { MongoUploadRepository } from './upload.mongo.js'
import { UploadRepository } from './upload.repository.js'
import { UploadTargets } from './upload-targets.js'
import { UploadView } from './upload-view.js'
import { UploadWorker } from './upload-worker.js'
import { UploadsController } from './uploads.controller.js'
import { UploadsService } from './uploads.service.js'

@Module({
  imports: [ProjectsModule, DatasetsModule],
  controllers: [UploadsController],
  providers: [
    { provide: UploadRepository, useClass: MongoUploadRepository },
    UploadTargets,
    UploadFinisher,
    UploadWorker,
    UploadView,
    UploadsService,
  ],
})
export class UploadsModule {}
