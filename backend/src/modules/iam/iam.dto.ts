import { Out, Text } from '../../common/validation/fields.js'
import type { ApiToken } from './user.js'

export class CreateTokenDto {
  @Text({ min: 1, max: 80, description: 'what the token is for', example: 'CI of the iris model' })
  name: string
}

export class TokenDto {
  @Out() id: string
  @Out() name: string
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time', type: String, nullable: true }) lastUsedAt: string | null

  static from(token: ApiToken): TokenDto {
    return { id: token.id, name: token.name, createdAt: token.createdAt.toISOString(), lastUsedAt: token.lastUsedAt?.toISOString() ?? null }
  }
}

export class CreatedTokenDto extends TokenDto {
  @Out({ description: 'the token itself; it is shown only here' }) token: string
}

export class TokenPage {
  @Out({ type: [TokenDto] }) items: TokenDto[]
  @Out({ type: String, nullable: true }) nextCursor: string | null
}
