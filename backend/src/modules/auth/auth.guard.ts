import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { ACTION_KEY, PUBLIC_KEY, type Action, type AuthContext, type AuthenticatedRequest } from '../../common/auth-context/auth-context.js'
import { can } from '../../common/auth-context/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { AuthService } from './auth.service.js'
import { sessionCookie } from './session-cookie.js'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Lets a request pass when its route is public, or when the caller is known, sent the CSRF token where it is needed, and may do what the route declares. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()]
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_KEY, targets)) return true
    const action = this.reflector.getAllAndOverride<Action | undefined>(ACTION_KEY, targets)
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>()
    const auth = await this.identify(request)
    if (!auth) throw new DomainError('not-signed-in')
    if (action === undefined || !can(auth, action)) throw new DomainError('not-allowed', { action: action ?? 'unknown' })
    request.auth = auth
    return true
  }

  private async identify(request: AuthenticatedRequest): Promise<AuthContext | null> {
    const [, bearer] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (bearer !== undefined) return this.auth.byToken(bearer)
    const cookie = request.cookies[sessionCookie(this.config).name]
    const auth = cookie === undefined ? null : await this.auth.bySession(cookie)
    if (auth && !SAFE_METHODS.has(request.method)) {
      const token = request.headers['x-csrf-token']
      this.auth.checkCsrf(auth, typeof token === 'string' ? token : undefined)
    }
    return auth
  }
}
