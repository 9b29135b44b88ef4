import { PageOf, PageQuery } from '../../../common/pagination/pagination.js'
import { OneOf, Out, Text } from '../../../common/validation/fields.js'
import type { User } from '../../iam/users/user.js'
import type { Session } from './session.js'

export class SessionListQuery extends PageQuery {
  @OneOf(['mine', 'all'], { optional: true, description: '`all` is for admins' })
  of: 'mine' | 'all' = 'mine'

  @Text({ max: 100, optional: true, description: 'with `all`: what a name of the person begins with' })
  q?: string
}

export class SessionOwnerDto {
  @Out() id: string
  @Out() username: string
  @Out() displayName: string
}

export class SessionDto {
  @Out() id: string
  @Out() user: SessionOwnerDto
  @Out({ description: 'whether it is the one that asks' }) current: boolean
  @Out({ enum: ['password', 'oidc'] }) method: 'password' | 'oidc'
  @Out({ description: 'network address where it was seen last' }) address: string
  @Out() userAgent: string
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) lastSeenAt: string
  @Out({ format: 'date-time', description: 'when it ends unless it is used' }) expiresAt: string

  static from(session: Session, { id, username, displayName }: User, currentId: string): SessionDto {
    return {
      id: session.id,
      user: { id, username, displayName },
      current: session.id === currentId,
      method: session.method,
      address: session.address,
      userAgent: session.userAgent,
      createdAt: session.createdAt.toISOString(),
      lastSeenAt: session.lastSeenAt.toISOString(),
      expiresAt: session.expiresAt.toISOString(),
    }
  }
}

export class SessionPage extends PageOf(SessionDto) {}
