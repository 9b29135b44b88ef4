import { Injectable } from '@nestjs/common'
import { createHash } from 'node:crypto'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newId, newSecret } from '../../common/ids.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { TokenDto, type CreatedTokenDto, type CreateTokenDto, type TokenPage } from './iam.dto.js'
import type { ApiToken, User } from './user.js'
import { ApiTokenRepository, UserRepository } from './user.repository.js'

const PREFIX = 'vtr_'
// "Last used" is for people: a minute is exact enough, and saves a write on every call.
const TOUCH_MS = 60_000

/** API tokens for machines. */
@Injectable()
export class TokensService {
  constructor(
    private readonly tokens: ApiTokenRepository,
    private readonly users: UserRepository,
  ) {}

  async create(auth: AuthContext, { name }: CreateTokenDto): Promise<CreatedTokenDto> {
    const secret = PREFIX + newSecret()
    const token: ApiToken = { id: newId(), userId: auth.user.id, name, tokenHash: hashOf(secret), createdAt: now(), lastUsedAt: null }
    await this.tokens.insert(token)
    return { ...TokenDto.from(token), token: secret }
  }

  async list(auth: AuthContext): Promise<TokenPage> {
    return { items: (await this.tokens.findOwnedBy(auth.user.id)).map((token) => TokenDto.from(token)), nextCursor: null }
  }

  async revoke(auth: AuthContext, id: string): Promise<void> {
    if (!(await this.tokens.remove(auth.user.id, id))) throw new DomainError('token-not-found')
  }

  /** The token's account, or null when it is not a valid token. */
  async authenticate(secret: string): Promise<{ user: User; tokenId: string } | null> {
    if (!secret.startsWith(PREFIX)) return null
    const token = await this.tokens.findByHash(hashOf(secret))
    const user = token && (await this.users.findById(token.userId))
    if (!token || !user) return null
    const at = now()
    if (at.getTime() - (token.lastUsedAt?.getTime() ?? 0) > TOUCH_MS) await this.tokens.touch(token.id, at)
    return { user, tokenId: token.id }
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')
