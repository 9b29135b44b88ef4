import { Module } from '@nestjs/common'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { FigureCleanup } from './figure-cleanup.js'
import { FigureDirectoryModule } from './figure-directory.module.js'
import { FiguresController } from './figures.controller.js'
import { FiguresService } from './figures.service.js'

@Module({
  imports: [IamModule, ProjectsModule, FigureDirectoryModule],
  controllers: [FiguresController],
  providers: [FigureCleanup, FiguresService],
})
export class FiguresModule {}
