import { Injectable } from '@nestjs/common'
import { createHash } from 'node:crypto'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { newId, newSecret } from '../../../common/ids.js'
import { toPage } from '../../../common/pagination/pagination.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { isOwnOrManaged, ownedSearch, type OwnedListQuery } from '../users/owned-list.js'
import type { User } from '../users/user.js'
import { UserRepository } from '../users/user.repository.js'
import { ApiTokenRepository, type ApiToken } from './token.js'
import { TokenDto, type CreatedTokenDto, type CreateTokenDto, type TokenPage } from './tokens.dto.js'

const PREFIX = 'vtr_'
const DAY_MS = 86_400_000
// "Last used" is for people: a minute is exact enough, and saves a write on every call.
const TOUCH_MS = 60_000

/** API tokens for machines. */
@Injectable()
export class TokensService {
  constructor(
    private readonly tokens: ApiTokenRepository,
    private readonly users: UserRepository,
  ) {}

  async create(auth: AuthContext, { name, scopes, projectId, expiresInDays }: CreateTokenDto): Promise<CreatedTokenDto> {
    const owner = await this.owner(auth)
    const secret = PREFIX + newSecret()
    const at = now()
    const token: ApiToken = {
      id: newId(at),
      userId: owner.id,
      name,
      tokenHash: hashOf(secret),
      scopes,
      projectId: projectId ?? null,
      epoch: owner.epoch,
      createdAt: at,
      expiresAt: new Date(at.getTime() + expiresInDays * DAY_MS),
      lastUsedAt: null,
    }
    await this.tokens.removeOf(owner.id, owner.epoch)
    await this.tokens.insert(token)
    const resource = { type: 'token', id: token.id, name } as const
    auth.trail.change({ resource, after: { scopes, projectId: token.projectId, expiresAt: token.expiresAt.toISOString() } })
    return { ...TokenDto.from(token, owner, at), token: secret }
  }

  async list(auth: AuthContext, query: OwnedListQuery): Promise<TokenPage> {
    const found = await this.tokens.search(await ownedSearch(this.users, auth, query, 'token:manage'))
    const page = toPage(found, query.limit, ({ id }) => [id])
    const owners = await this.users.mapOf(page.items.map(({ userId }) => userId))
    const at = now()
    return { items: page.items.map((token) => TokenDto.from(token, owners.get(token.userId), at)), nextCursor: page.nextCursor }
  }

  /** Ends a token: one's own, or as an admin anyone's. To others it is not there. */
  async revoke(auth: AuthContext, id: string): Promise<void> {
    const token = await this.tokens.findById(id)
    const theirs = token && isOwnOrManaged(auth, 'token:manage', token.userId, { type: 'token', id })
    if (!theirs || !(await this.tokens.remove(id))) throw new DomainError('token-not-found')
    auth.trail.change({
      resource: { type: 'token', id, name: token.name },
      before: { userId: token.userId, scopes: token.scopes, projectId: token.projectId },
    })
  }

  /** The token and its account, or null when it is not a valid token. */
  async authenticate(secret: string): Promise<{ user: User; token: ApiToken } | null> {
    if (!secret.startsWith(PREFIX)) return null
    const token = await this.tokens.findByHash(hashOf(secret))
    const user = token && (await this.users.findById(token.userId))
    const at = now()
    if (!token || !user || !isUsable(token, user, at)) return null
    if (at.getTime() - (token.lastUsedAt?.getTime() ?? 0) > TOUCH_MS) await this.tokens.touch(token.id, at)
    return { user, token }
  }

  /** Those of the tokens that are still worth something, with their accounts; for streams that stay open. */
  async stillValid(ids: string[]): Promise<Map<string, { user: User; token: ApiToken }>> {
    const tokens = await this.tokens.findByIds(ids)
    const users = await this.users.mapOf(tokens.map(({ userId }) => userId))
    const at = now()
    return new Map(
      tokens.flatMap((token) => {
        const user = users.get(token.userId)
        return user && isUsable(token, user, at) ? [[token.id, { user, token }] as const] : []
      }),
    )
  }

  private async owner(auth: AuthContext): Promise<User> {
    const owner = await this.users.findById(auth.user.id)
    if (!owner) throw new DomainError('not-signed-in')
    return owner
  }
}

const isUsable = (token: ApiToken, user: User, at: Date): boolean =>
  token.expiresAt > at && token.epoch === user.epoch && user.state === 'active'

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
