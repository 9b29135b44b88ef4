import { Module } from '@nestjs/common'
import { ProjectsModule } from '../projects/projects.module.js'
import { AssetCleanup } from './asset-cleanup.js'
import { AssetDirectoryModule } from './asset-directory.module.js'
import { AssetIntake } from './asset-intake.js'
import { AssetsController } from './assets.controller.js'
import { AssetsService } from './assets.service.js'

@Module({
  imports: [ProjectsModule, AssetDirectoryModule],
  controllers: [AssetsController],
  providers: [AssetIntake, AssetCleanup, AssetsService],
  exports: [AssetsService],
})
export class AssetsModule {}
