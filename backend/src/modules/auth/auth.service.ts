import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext, AuthenticatedRequest, Origin } from '../../common/auth-context/auth-context.js'
import { AuditTrail } from '../../common/auth-context/audit-trail.js'
import { now } from '../../common/clock.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { PasswordHasher } from '../iam/passwords/password-hasher.js'
import { requireGoodPassword } from '../iam/passwords/password-rules.js'
import type { ApiToken } from '../iam/tokens/token.js'
import { TokensService } from '../iam/tokens/tokens.service.js'
import { toAuthUser, type User } from '../iam/users/user.js'
import { UserRepository } from '../iam/users/user.repository.js'
import { MeDto, type ChangePasswordDto, type LoginDto, type SignedInDto, type SignInOptionsDto, type UpdateProfileDto } from './auth.dto.js'
import { SessionCookies, type SessionCookieValues } from './sessions/session-cookies.js'
import { SessionsService, type LiveSession } from './sessions/sessions.service.js'
import { SignInThrottle } from './sign-in/sign-in-throttle.js'

/** An answer that also sets the session's cookies. */
export interface SignedIn {
  answer: SignedInDto
  cookies: SessionCookieValues
}

/** Signing in and out, and finding out who is asking. */
@Injectable()
export class AuthService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly users: UserRepository,
    private readonly sessions: SessionsService,
    private readonly hasher: PasswordHasher,
    private readonly tokens: TokensService,
    private readonly throttle: SignInThrottle,
    private readonly cookies: SessionCookies,
  ) {}

  options(): SignInOptionsDto {
    const { localSignIn, oidcIssuer, oidcLabel, publicAccess } = this.config
    return { local: localSignIn === 'on', oidc: oidcIssuer === null ? null : { label: oidcLabel }, publicAccess: publicAccess === 'on' }
  }

  /** Opens a session. The answer and its time are the same for a wrong name, a wrong password, and someone who may not sign in here. */
  async login({ username, password }: LoginDto, origin: Origin, trail: AuditTrail): Promise<SignedIn> {
    const name = username.toLowerCase()
    trail.actorName = name
    await this.throttle.attempt(name, origin.address)
    const user = await this.users.findByUsername(name)
    const right = await this.hasher.verify(password, user?.passwordHash)
    if (!user || !right || user.state !== 'active' || !this.mayUsePassword(user)) {
      trail.deny('auth:login')
      throw new DomainError('invalid-credentials')
    }
    await this.throttle.succeeded(name, origin.address)
    return this.signIn(user, 'password', origin, trail)
  }

  /** Opens a session for someone who has just proven who they are. */
  async signIn(user: User, method: 'password' | 'oidc', origin: Origin, trail: AuditTrail): Promise<SignedIn> {
    const { session, cookies } = await this.sessions.open(user, method, origin)
    trail.actorName = user.username
    trail.actorId = user.id
    trail.change({ resource: { type: 'session', id: session.id }, after: { userId: user.id, method } })
    return { answer: { user: MeDto.from(user), csrfToken: cookies.csrf }, cookies }
  }

  /** New cookies for the refresh cookie of the request; see {@link SessionsService.refresh}. */
  async refresh(request: AuthenticatedRequest, trail: AuditTrail): Promise<SignedIn> {
    const { refresh, csrf } = this.cookies.read(request)
    const claimed = this.sessions.claimedBy(refresh)
    if (claimed === null) throw new DomainError('not-signed-in')
    this.sessions.checkCsrf(claimed, headerOf(request, 'x-csrf-token'), csrf)
    try {
      const { user, cookies } = await this.sessions.refresh(refresh)
      trail.actorName = user.username
      return { answer: { user: MeDto.from(user), csrfToken: cookies.csrf }, cookies }
    } catch (error) {
      if (error instanceof DomainError && error.code === 'session-reused') {
        trail.actorName = String(error.params['username'])
        trail.deny('auth:refresh', { type: 'session', id: claimed })
      }
      throw error
    }
  }

  async me(auth: AuthContext): Promise<SignedInDto> {
    const user = await this.account(auth)
    return { user: MeDto.from(user), csrfToken: auth.via === 'session' ? this.sessions.csrfToken(auth.credentialId) : '' }
  }

  async updateProfile(auth: AuthContext, change: UpdateProfileDto): Promise<MeDto> {
    for (;;) {
      const user = await this.account(auth)
      const { displayName = user.displayName, email = user.email } = change
      const updated = await this.users.update(user.id, user.revision, { displayName, email }, now())
      if (!updated) continue // Someone else changed the account at the same moment: on top of that.
      auth.trail.change({
        resource: { type: 'user', id: user.id, name: user.username },
        before: { displayName: user.displayName, email: user.email },
        after: { displayName, email },
      })
      return MeDto.from(updated)
    }
  }

  /** Changes one's own password: every session and token of the account ends; the one who asks gets a new session. */
  async changePassword(auth: AuthContext, { currentPassword, newPassword }: ChangePasswordDto): Promise<SignedIn> {
    const user = await this.account(auth)
    await this.throttle.attempt(user.username, auth.origin.address)
    if (!(await this.hasher.verify(currentPassword, user.passwordHash))) {
      auth.trail.deny('auth:password', { type: 'user', id: user.id })
      throw new DomainError('current-password-wrong')
    }
    await this.throttle.succeeded(user.username, auth.origin.address)
    requireGoodPassword(newPassword, user, 'newPassword')
    // Whoever gave the first password knows it.
    if (newPassword.normalize('NFC') === currentPassword.normalize('NFC'))
      throw new DomainError('validation-failed', {}, { errors: [{ path: 'newPassword', message: 'must be another one than the current' }] })
    const passwordHash = await this.hasher.hash(newPassword)
    const changed = await this.users.secure(user.id, user.revision, { passwordHash, mustChangePassword: false }, now())
    if (!changed) throw new DomainError('user-revision-conflict')
    auth.trail.change({
      resource: { type: 'user', id: user.id, name: user.username },
      before: { credential: 'old' },
      after: { credential: 'new' },
    })
    return this.signIn(changed, 'password', auth.origin, auth.trail)
  }

  async logout(auth: AuthContext): Promise<void> {
    if (auth.via === 'session') await this.sessions.end(auth, auth.credentialId)
  }

  /**
   * Who sent the request, by its bearer token or its cookie; null when it has neither.
   * @throws DomainError `not-signed-in` when what it has is worth nothing, `session-stale` when it has to be refreshed
   */
  async identify(request: AuthenticatedRequest): Promise<AuthContext | null> {
    const origin = originOf(request)
    const trail = (request.trail ??= new AuditTrail())
    const authorization = headerOf(request, 'authorization')
    if (authorization !== undefined) {
      const [, bearer = ''] = /^Bearer +(\S+)$/i.exec(authorization) ?? []
      const found = await this.tokens.authenticate(bearer)
      if (!found) throw new DomainError('not-signed-in')
      return ofToken(found, origin, trail)
    }
    const { access } = this.cookies.read(request)
    if (access === undefined) return null
    const live = await this.sessions.byAccess(access, origin)
    if (!live) throw new DomainError('not-signed-in')
    return ofSession(live, origin, trail)
  }

  /** The contexts as they are now, by credential; those that are worth nothing any more are not there. For streams that stay open. */
  async revalidate(contexts: AuthContext[]): Promise<Map<string, AuthContext>> {
    const idsOf = (via: AuthContext['via']) => [...new Set(contexts.filter((auth) => auth.via === via).map((auth) => auth.credentialId))]
    const [sessionIds, tokenIds] = [idsOf('session'), idsOf('token')]
    const sessions = sessionIds.length > 0 ? await this.sessions.stillValid(sessionIds) : new Map<string, LiveSession>()
    const tokens = tokenIds.length > 0 ? await this.tokens.stillValid(tokenIds) : new Map<string, { user: User; token: ApiToken }>()
    const fresh = new Map<string, AuthContext>()
    for (const { via, credentialId, origin, trail } of contexts) {
      const live = sessions.get(credentialId)
      const token = tokens.get(credentialId)
      if (via === 'session' && live) fresh.set(credentialId, ofSession(live, origin, trail))
      if (via === 'token' && token) fresh.set(credentialId, ofToken(token, origin, trail))
    }
    return fresh
  }

  /** Where local sign-in is off, only the break-glass admin has it. */
  private mayUsePassword(user: User): boolean {
    return this.config.localSignIn === 'on' || (user.username === this.config.breakGlassAdmin && user.role === 'admin')
  }

  private async account(auth: AuthContext): Promise<User> {
    const user = await this.users.findById(auth.user.id)
    if (!user) throw new DomainError('not-signed-in')
    return user
  }
}

/** Where a request came from. */
export const originOf = (request: AuthenticatedRequest): Origin => ({
  address: request.ip,
  userAgent: headerOf(request, 'user-agent') ?? '',
})

/** A header that is there once, or undefined. */
export function headerOf(request: AuthenticatedRequest, name: string): string | undefined {
  const value = request.headers[name]
  return typeof value === 'string' ? value : undefined
}

/** The context of someone without an account, who may read what is public. */
export const anonymous = (origin: Origin, trail: AuditTrail): AuthContext => ({
  user: { id: '', username: '', displayName: '', role: 'anonymous', groupIds: [] },
  via: 'anonymous',
  credentialId: '',
  scope: null,
  mustChangePassword: false,
  origin,
  trail,
})

const ofSession = ({ session, user }: LiveSession, origin: Origin, trail: AuditTrail): AuthContext => ({
  user: toAuthUser(user),
  via: 'session',
  credentialId: session.id,
  scope: null,
  mustChangePassword: user.mustChangePassword,
  origin,
  trail,
})

const ofToken = ({ user, token }: { user: User; token: ApiToken }, origin: Origin, trail: AuditTrail): AuthContext => ({
  user: toAuthUser(user),
  via: 'token',
  credentialId: token.id,
  scope: { scopes: token.scopes, projectId: token.projectId },
  mustChangePassword: user.mustChangePassword,
  origin,
  trail,
})
