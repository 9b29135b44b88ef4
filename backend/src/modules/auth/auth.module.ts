import { Module } from '@nestjs/common'
import { APP_GUARD, DiscoveryModule } from '@nestjs/core'
import { IamModule } from '../iam/iam.module.js'
import { AuthController } from './auth.controller.js'
import { AuthGuard } from './auth.guard.js'
import { AuthService } from './auth.service.js'
import { RouteCheck } from './route-check.js'
import { MongoSessionRepository } from './session.mongo.js'
import { SessionRepository } from './session.js'

@Module({
  imports: [IamModule, DiscoveryModule],
  controllers: [AuthController],
  providers: [
    { provide: SessionRepository, useClass: MongoSessionRepository },
    AuthService,
    RouteCheck,
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
  exports: [AuthService],
})
export class AuthModule {}
