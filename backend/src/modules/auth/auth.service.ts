import { Inject, Injectable } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { AuthContext, AuthUser } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newId, newSecret } from '../../common/ids.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { PasswordHasher } from '../iam/password-hasher.js'
import { TokensService } from '../iam/tokens.service.js'
import type { User } from '../iam/user.js'
import { UserRepository } from '../iam/user.repository.js'
import type { LoginDto, SignedInDto } from './auth.dto.js'
import { sessionCookie } from './session-cookie.js'
import { SignInThrottle } from './sign-in-throttle.js'
import { SESSION_MS, SessionRepository } from './session.js'

/** Signing in and out, and finding out who is asking. */
@Injectable()
export class AuthService {
  private readonly throttle = new SignInThrottle()

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly users: UserRepository,
    private readonly sessions: SessionRepository,
    private readonly hasher: PasswordHasher,
    private readonly tokens: TokensService,
  ) {}

  /** Opens a session. The answer and its time are the same for a wrong name and a wrong password. @returns also the value of the cookie */
  async login({ username, password }: LoginDto, address: string): Promise<SignedInDto & { cookie: string }> {
    const name = username.toLowerCase()
    this.throttle.check(name, address)
    const user = await this.users.findByUsername(name)
    if (!(await this.hasher.verify(password, user?.passwordHash)) || !user) {
      this.throttle.failed(name, address)
      throw new DomainError('invalid-credentials')
    }
    this.throttle.succeeded(name)
    const cookie = newSecret()
    const at = now()
    const session = {
      id: newId(),
      userId: user.id,
      tokenHash: hashOf(cookie),
      createdAt: at,
      expiresAt: new Date(at.getTime() + SESSION_MS),
    }
    await this.sessions.removeExpired(at)
    await this.sessions.insert(session)
    return { user: toAuthUser(user), csrfToken: this.csrfToken(session.id), cookie }
  }

  me(auth: AuthContext): SignedInDto {
    return { user: auth.user, csrfToken: this.csrfToken(auth.credentialId) }
  }

  async logout(auth: AuthContext): Promise<void> {
    if (auth.via === 'session') await this.sessions.remove(auth.credentialId)
  }

  /** Who sent the request, by its bearer token or its cookie, or null. Long streams ask this again from time to time. */
  async identify(request: FastifyRequest): Promise<AuthContext | null> {
    const [, bearer] = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '') ?? []
    if (bearer !== undefined) return this.byToken(bearer)
    const cookie = request.cookies[sessionCookie(this.config).name]
    return cookie === undefined ? null : this.bySession(cookie)
  }

  /** Who holds this cookie, or null. */
  async bySession(cookie: string): Promise<AuthContext | null> {
    const session = await this.sessions.findLive(hashOf(cookie), now())
    const user = session && (await this.users.findById(session.userId))
    return session && user ? { user: toAuthUser(user), via: 'session', credentialId: session.id } : null
  }

  /** Who holds this bearer token, or null. */
  async byToken(secret: string): Promise<AuthContext | null> {
    const found = await this.tokens.authenticate(secret)
    return found && { user: toAuthUser(found.user), via: 'token', credentialId: found.tokenId }
  }

  /** Throws unless the token belongs to the session: signed double submit, bound to the session. */
  checkCsrf(auth: AuthContext, token: string | undefined): void {
    const expected = Buffer.from(this.csrfToken(auth.credentialId))
    const given = Buffer.from(token ?? '')
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw new DomainError('csrf-token-invalid')
  }

  private csrfToken(sessionId: string): string {
    return createHmac('sha256', this.config.secret).update(`csrf:${sessionId}`).digest('base64url')
  }
}

const hashOf = (value: string): string => createHash('sha256').update(value).digest('hex')

const toAuthUser = ({ id, username, displayName, role }: User): AuthUser => ({ id, username, displayName, role })
