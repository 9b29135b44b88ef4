import { Module } from '@nestjs/common'
import { ProjectsModule } from '../projects/projects.module.js'
import { RegistriesController } from './registries.controller.js'
import { RegistriesService } from './registries.service.js'
import { MongoRegistryRepository } from './registry.mongo.js'
import { RegistryRepository } from './registry.repository.js'

@Module({
  imports: [ProjectsModule],
  controllers: [RegistriesController],
  providers: [{ provide: RegistryRepository, useClass: MongoRegistryRepository }, RegistriesService],
  exports: [RegistriesService],
})
export class RegistriesModule {}
