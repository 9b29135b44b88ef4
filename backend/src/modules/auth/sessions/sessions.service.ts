import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext, Origin } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { newId, newSecret } from '../../../common/ids.js'
import { toPage } from '../../../common/pagination/pagination.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'
import { isOwnOrManaged, ownedSearch, type OwnedListQuery } from '../../iam/users/owned-list.js'
import type { User } from '../../iam/users/user.js'
import { UserRepository } from '../../iam/users/user.repository.js'
import type { SessionCookieValues } from './session-cookies.js'
import { SessionSecrets } from './session-secrets.js'
import { SessionRepository, type Session } from './session.js'
import { SessionDto, type SessionPage } from './sessions.dto.js'

/** How long an access cookie is good for. */
export const ACCESS_MS = 10 * 60_000
/** So long the generation before is still served: requests under way in other tabs, an answer to a refresh that was lost. */
const GRACE_MS = 30_000
const TOUCH_MS = 60_000
const HOUR_MS = 3_600_000

/** A session that is good, with its account. */
export interface LiveSession {
  session: Session
  user: User
}

/** Opens, refreshes, checks and ends the sessions of browsers. */
@Injectable()
export class SessionsService {
  private readonly secrets: SessionSecrets
  private readonly idleMs: number
  private readonly longestMs: number

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly sessions: SessionRepository,
    private readonly users: UserRepository,
  ) {
    this.secrets = new SessionSecrets(config.secret)
    this.idleMs = config.sessionIdleHours * HOUR_MS
    this.longestMs = config.sessionMaxHours * HOUR_MS
  }

  /** Opens a session for someone who has just proven who they are. */
  async open(user: User, method: Session['method'], origin: Origin): Promise<{ session: Session; cookies: SessionCookieValues }> {
    const at = now()
    const session: Session = {
      id: newId(at),
      userId: user.id,
      epoch: user.epoch,
      generation: 1,
      nonce: newSecret(),
      rotatedAt: at,
      createdAt: at,
      expiresAt: new Date(at.getTime() + Math.min(this.idleMs, this.longestMs)),
      endsAt: new Date(at.getTime() + this.longestMs),
      lastSeenAt: at,
      method,
      address: origin.address,
      userAgent: origin.userAgent.slice(0, 300),
    }
    await this.sessions.removeExpired(at)
    await this.sessions.removeOf(user.id, user.epoch)
    await this.sessions.insert(session)
    await this.users.touch(user.id, at)
    return { session, cookies: this.cookiesOf(session) }
  }

  /**
   * The session that the access cookie is of, or null when it is of none that is good.
   * @throws DomainError `session-stale` when it only has to be refreshed
   */
  async byAccess(value: string, origin: Origin): Promise<LiveSession | null> {
    const claim = this.secrets.read('access', value)
    const live = claim && (await this.live(claim.sessionId))
    if (!claim || !live || !this.secrets.verify(claim, live.session)) return null
    const { session, user } = live
    const at = now().getTime()
    const age = at - session.rotatedAt.getTime()
    const current = claim.generation === session.generation && age < ACCESS_MS
    const justBefore = claim.generation === session.generation - 1 && age < GRACE_MS
    if (!current && !justBefore) throw new DomainError('session-stale')
    if (at - session.lastSeenAt.getTime() > TOUCH_MS) {
      await this.sessions.touch(session.id, now(), origin.address)
      await this.users.touch(user.id, now())
    }
    return live
  }

  /**
   * New cookies for a refresh cookie. One of an earlier generation was copied: someone else has used it or its successor, so the session ends for both.
   * @throws DomainError `not-signed-in` or `session-reused`
   */
  async refresh(value: string | undefined): Promise<LiveSession & { cookies: SessionCookieValues }> {
    const claim = this.secrets.read('refresh', value)
    const live = claim && (await this.live(claim.sessionId))
    if (!claim || !live || !this.secrets.verify(claim, live.session)) throw new DomainError('not-signed-in')
    const { session, user } = live
    const at = now()
    if (claim.generation === session.generation) {
      const expiresAt = new Date(Math.min(at.getTime() + this.idleMs, session.endsAt.getTime()))
      if (await this.sessions.rotate(session.id, session.generation, at, expiresAt)) {
        const rotated = { ...session, generation: session.generation + 1, rotatedAt: at, expiresAt }
        return { session: rotated, user, cookies: this.cookiesOf(rotated) }
      }
      // Another tab was faster.
      return this.refresh(value)
    }
    if (claim.generation === session.generation - 1 && at.getTime() - session.rotatedAt.getTime() < GRACE_MS)
      return { ...live, cookies: this.cookiesOf(session) }
    await this.sessions.remove(session.id)
    throw new DomainError('session-reused', { sessionId: session.id, userId: user.id, username: user.username })
  }

  /** Those of the sessions that are still good, with their accounts; for streams that stay open. */
  async stillValid(ids: string[]): Promise<Map<string, LiveSession>> {
    const sessions = await this.sessions.findByIds(ids)
    const users = await this.users.mapOf(sessions.map(({ userId }) => userId))
    const at = now()
    return new Map(
      sessions.flatMap((session) => {
        const user = users.get(session.userId)
        return user && isGood(session, user, at) ? [[session.id, { session, user }] as const] : []
      }),
    )
  }

  /** The CSRF token of a session. */
  csrfToken(sessionId: string): string {
    return this.secrets.csrfToken(sessionId)
  }

  /** @throws DomainError `csrf-token-invalid` unless header and cookie are both the session's token */
  checkCsrf(sessionId: string, header: string | undefined, cookie: string | undefined): void {
    if (!this.secrets.isCsrfToken(sessionId, header, cookie)) throw new DomainError('csrf-token-invalid')
  }

  /** The id of the session that a refresh cookie claims to be of, proven or not. */
  claimedBy(value: string | undefined): string | null {
    return this.secrets.read('refresh', value)?.sessionId ?? null
  }

  async list(auth: AuthContext, query: OwnedListQuery): Promise<SessionPage> {
    const found = await this.sessions.search(await ownedSearch(this.users, auth, query, 'session:manage'))
    const page = toPage(found, query.limit, ({ id }) => [id])
    const users = await this.users.mapOf(page.items.map(({ userId }) => userId))
    const at = now()
    const items = page.items.flatMap((session) => {
      const user = users.get(session.userId)
      // What has expired is not shown, though it may not have been removed yet.
      return user && isGood(session, user, at) ? [SessionDto.from(session, user, auth.credentialId)] : []
    })
    return { items, nextCursor: page.nextCursor }
  }

  /** Ends a session: one's own, or as an admin anyone's. To others it is not there. */
  async end(auth: AuthContext, id: string): Promise<void> {
    const session = await this.sessions.findById(id)
    const theirs = session && isOwnOrManaged(auth, 'session:manage', session.userId, { type: 'session', id })
    if (!theirs || !(await this.sessions.remove(id))) throw new DomainError('session-not-found')
    auth.trail.change({ resource: { type: 'session', id }, before: { userId: session.userId, address: session.address } })
  }

  private async live(id: string): Promise<LiveSession | null> {
    const session = await this.sessions.findById(id)
    const user = session && (await this.users.findById(session.userId))
    return session && user && isGood(session, user, now()) ? { session, user } : null
  }

  private cookiesOf(session: Session): SessionCookieValues {
    return {
      access: this.secrets.issue('access', session),
      refresh: this.secrets.issue('refresh', session),
      csrf: this.secrets.csrfToken(session.id),
      expiresAt: session.expiresAt,
    }
  }
}

const isGood = (session: Session, user: User, at: Date): boolean =>
  session.expiresAt > at && session.epoch === user.epoch && user.state === 'active'
