import { Module } from '@nestjs/common'
import { ProjectsModule } from '../projects/projects.module.js'
import { MongoQuotaRepository } from './quota.mongo.js'
import { QuotaRepository } from './quota.repository.js'
import { QuotasController } from './quotas.controller.js'
import { QuotasService } from './quotas.service.js'

@Module({
  imports: [ProjectsModule],
  controllers: [QuotasController],
  providers: [{ provide: QuotaRepository, useClass: MongoQuotaRepository }, QuotasService],
  exports: [QuotasService],
})
export class QuotasModule {}
