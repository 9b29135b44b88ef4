import { PageOf } from '../../../common/pagination/pagination.js'
import { Out } from '../../../common/validation/fields.js'
import { PersonDto } from '../../iam/users/person.dto.js'
import type { User } from '../../iam/users/user.js'
import type { Session } from './session.js'

export class SessionDto {
  @Out() id: string
  @Out() user: PersonDto
  @Out({ description: 'whether it is the one that asks' }) current: boolean
  @Out({ enum: ['password', 'oidc'] }) method: 'password' | 'oidc'
  @Out({ description: 'network address where it was seen last' }) address: string
  @Out() userAgent: string
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) lastSeenAt: string
  @Out({ format: 'date-time', description: 'when it ends unless it is used' }) expiresAt: string

  static from(session: Session, user: User, currentId: string): SessionDto {
    return {
      id: session.id,
      user: PersonDto.of(user.id, user),
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
