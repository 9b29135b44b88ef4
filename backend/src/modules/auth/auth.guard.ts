import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common'
import { PATH_METADATA } from '@nestjs/common/constants.js'
import { Reflector } from '@nestjs/core'
import type { FastifyReply } from 'fastify'
import { AuditTrail } from '../../common/auth-context/audit-trail.js'
import { ACTION_KEY, PUBLIC_KEY, type AuthContext, type AuthenticatedRequest } from '../../common/auth-context/auth-context.js'
import type { Action } from '../../common/policy/actions.js'
import { can } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { RequestLimits } from '../limits/request-limits.js'
import { anonymous, AuthService, headerOf, originOf } from './auth.service.js'
import { requireSameOrigin, SAFE_METHODS } from './same-origin.js'
import { SessionCookies } from './sessions/session-cookies.js'
import { SessionsService } from './sessions/sessions.service.js'

/** Lets a request pass when its route is public, or when the caller is known, sent the CSRF token where it is needed, and may do what the route declares. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reflector: Reflector,
    private readonly auth: AuthService,
    private readonly sessions: SessionsService,
    private readonly limits: RequestLimits,
    private readonly cookies: SessionCookies,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()]
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>()
    if (request.trail) request.trail.action = actionOf(context, this.reflector)
    // A page of another site makes a browser send its cookies; a script with a token has none and is exempt.
    if (request.headers.authorization === undefined) requireSameOrigin(request, this.config.publicUrl)
    if (this.reflector.getAllAndOverride<boolean>(PUBLIC_KEY, targets)) return true
    const action = this.reflector.getAllAndOverride<Action | undefined>(ACTION_KEY, targets)
    const reply = context.switchToHttp().getResponse<FastifyReply>()
    const auth = await this.identify(request, reply)
    request.auth = auth
    await this.limits.identified(request, auth, reply)
    if (action === undefined || !can(auth, action)) {
      auth.trail.deny(action ?? 'unknown')
      throw auth.via === 'anonymous' ? new DomainError('not-signed-in') : new DomainError('not-allowed', { action: action ?? 'unknown' })
    }
    if (auth.mustChangePassword && !action.startsWith('self:')) throw new DomainError('password-change-required')
    if (auth.via === 'session' && !SAFE_METHODS.has(request.method))
      this.sessions.checkCsrf(auth.credentialId, headerOf(request, 'x-csrf-token'), this.cookies.read(request).csrf)
    return true
  }

  private async identify(request: AuthenticatedRequest, reply: FastifyReply): Promise<AuthContext> {
    let auth: AuthContext | null
    try {
      auth = await this.auth.identify(request)
    } catch (error) {
      // A cookie of a session that has ended goes away, so that the browser can at least read what is public.
      if (error instanceof DomainError && error.code === 'not-signed-in') this.cookies.clear(reply)
      throw error
    }
    if (auth) return auth
    if (this.config.publicAccess !== 'on') throw new DomainError('not-signed-in')
    return anonymous(originOf(request), request.trail ?? new AuditTrail())
  }
}

/** What the audit log calls the route: the action that it declares; for a public one the area and the method, as in `auth:login`. */
function actionOf(context: ExecutionContext, reflector: Reflector): string {
  const targets = [context.getHandler(), context.getClass()]
  const declared = reflector.getAllAndOverride<Action | undefined>(ACTION_KEY, targets)
  const [area = ''] = String(reflector.get<unknown>(PATH_METADATA, context.getClass())).split('/')
  return declared ?? `${area}:${context.getHandler().name}`
}
