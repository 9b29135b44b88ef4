import { Module } from '@nestjs/common'
import { IamModule } from '../iam/iam.module.js'
import { MongoProjectRepository } from './project.mongo.js'
import { ProjectCleanup } from './project-cleanup.js'
import { ProjectRepository } from './project.repository.js'
import { ProjectsController } from './projects.controller.js'
import { PermissionsController } from './permissions.controller.js'
import { SharingController } from './sharing.controller.js'
import { SharingService } from './sharing.service.js'
import { ProjectsService } from './projects.service.js'

@Module({
  imports: [IamModule],
  controllers: [ProjectsController, SharingController, PermissionsController],
  providers: [{ provide: ProjectRepository, useClass: MongoProjectRepository }, ProjectCleanup, ProjectsService, SharingService],
  exports: [ProjectCleanup, ProjectsService],
})
export class ProjectsModule {}
