import { Module } from '@nestjs/common'
import { APP_GUARD, DiscoveryModule } from '@nestjs/core'
import { IamModule } from '../iam/iam.module.js'
import { LimitsModule } from '../limits/limits.module.js'
import { AuthController } from './auth.controller.js'
import { AuthGuard } from './auth.guard.js'
import { AuthService } from './auth.service.js'
import { LiveStreams } from './live-streams.js'
import { IdentityProvider } from './oidc/identity-provider.js'
import { OidcAccounts } from './oidc/oidc-accounts.js'
import { OidcController } from './oidc/oidc.controller.js'
import { OidcService } from './oidc/oidc.service.js'
import { MongoUsedTransactions } from './oidc/used-transaction.mongo.js'
import { UsedTransactions } from './oidc/used-transaction.js'
import { RouteCheck } from './route-check.js'
import { MongoSessionRepository } from './sessions/session.mongo.js'
import { SessionCookies } from './sessions/session-cookies.js'
import { SessionRepository } from './sessions/session.js'
import { SessionsController } from './sessions/sessions.controller.js'
import { SessionsService } from './sessions/sessions.service.js'
import { SignInFailures } from './sign-in/sign-in-failures.js'
import { MongoSignInFailures } from './sign-in/sign-in-failures.mongo.js'
import { SignInThrottle } from './sign-in/sign-in-throttle.js'

@Module({
  imports: [IamModule, LimitsModule, DiscoveryModule],
  controllers: [AuthController, OidcController, SessionsController],
  providers: [
    { provide: SessionRepository, useClass: MongoSessionRepository },
    SessionCookies,
    SessionsService,
    { provide: SignInFailures, useClass: MongoSignInFailures },
    SignInThrottle,
    AuthService,
    { provide: UsedTransactions, useClass: MongoUsedTransactions },
    IdentityProvider,
    OidcAccounts,
    OidcService,
    LiveStreams,
    RouteCheck,
    { provide: APP_GUARD, useClass: AuthGuard },
  ],
  exports: [AuthService, LiveStreams],
})
export class AuthModule {}
