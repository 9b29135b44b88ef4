import { Module } from '@nestjs/common'
import { AuthModule } from '../auth/auth.module.js'
import { EngineDirectoryModule } from '../engines/engine-directory.module.js'
import { IamModule } from '../iam/iam.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { AdmissionsController } from './admissions.controller.js'
import { Admissions } from './admissions.service.js'
import { GatewayServer } from './gateway.server.js'
import { Upstreams } from './upstreams.js'
import { Visits } from './visits.js'

@Module({
  imports: [AuthModule, IamModule, ProjectsModule, EngineDirectoryModule],
  controllers: [AdmissionsController],
  providers: [Admissions, Visits, Upstreams, GatewayServer],
})
export class GatewayModule {}
