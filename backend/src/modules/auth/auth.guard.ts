import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import { ACTION_KEY, PUBLIC_KEY, type Action, type AuthContext, type AuthenticatedRequest } from '../../common/auth-context/auth-context.js'
import { can } from '../../common/auth-context/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { AuthService } from './auth.service.js'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Lets a request pass when its route is public, or when the caller is known, sent the CSRF token where it is needed, and may do what the route declares. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
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
    const auth = await this.auth.identify(request)
    if (auth?.via === 'session' && !SAFE_METHODS.has(request.method)) {
      const token = request.headers['x-csrf-token']
      this.auth.checkCsrf(auth, typeof token === 'string' ? token : undefined)
    }
    return auth
  }
}
