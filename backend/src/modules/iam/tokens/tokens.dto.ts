import { PageOf } from '../../../common/pagination/pagination.js'
import { SCOPES, type Scope } from '../../../common/policy/actions.js'
import { Id, OneOfList, Out, Text, WholeNumber } from '../../../common/validation/fields.js'
import { PersonDto } from '../users/person.dto.js'
import type { User } from '../users/user.js'
import type { ApiToken } from './token.js'

export class CreateTokenDto {
  @Text({ min: 1, max: 80, description: 'what the token is for', example: 'CI of the iris model' })
  name: string

  @OneOfList(SCOPES, { least: 1, description: 'what it may do; never more than you may' })
  scopes: Scope[]

  @Id({ optional: true, description: 'the only project that it can be used on; all of yours when left out' })
  projectId?: string

  @WholeNumber({ min: 1, max: 365, optional: true, description: 'after how many days it ends' })
  expiresInDays: number = 90
}

export class TokenDto {
  @Out() id: string
  @Out() name: string
  @Out() owner: PersonDto
  @Out({ type: [String], enum: SCOPES }) scopes: Scope[]
  @Out({ type: String, nullable: true, description: 'the only project that it can be used on' }) projectId: string | null
  @Out({ enum: ['active', 'expired', 'ended'], description: 'ended: the password, role or state of its owner was changed' })
  state: 'active' | 'expired' | 'ended'
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) expiresAt: string
  @Out({ format: 'date-time', type: String, nullable: true }) lastUsedAt: string | null

  static from(token: ApiToken, owner: User | undefined, at: Date): TokenDto {
    const { id, name, scopes, projectId, createdAt, expiresAt, lastUsedAt } = token
    const state = owner?.state !== 'active' || token.epoch !== owner.epoch ? 'ended' : expiresAt <= at ? 'expired' : 'active'
    return {
      id,
      name,
      owner: PersonDto.of(token.userId, owner),
      scopes,
      projectId,
      state,
      createdAt: createdAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
      lastUsedAt: lastUsedAt?.toISOString() ?? null,
    }
  }
}

export class CreatedTokenDto extends TokenDto {
  @Out({ description: 'the token itself; it is shown only here' }) token: string
}

export class TokenPage extends PageOf(TokenDto) {}
