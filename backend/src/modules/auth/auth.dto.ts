import { GLOBAL_ROLES, type GlobalRole } from '../../common/auth-context/auth-context.js'
import { Email, Out, Password, Text } from '../../common/validation/fields.js'
import type { User } from '../iam/users/user.js'

export class LoginDto {
  @Text({ min: 1, max: 64, example: 'admin' })
  username: string

  @Text({ min: 1, max: 1024 })
  password: string
}

export class ChangePasswordDto {
  @Text({ min: 1, max: 1024 })
  currentPassword: string

  @Password()
  newPassword: string
}

export class UpdateProfileDto {
  @Text({ min: 1, max: 120, pattern: /\S/, message: 'must not be blank', optional: true })
  displayName?: string

  @Email({ optional: true, nullable: true })
  email?: string | null
}

export class MeDto {
  @Out() id: string
  @Out() username: string
  @Out() displayName: string
  @Out({ type: String, nullable: true }) email: string | null
  @Out({ enum: GLOBAL_ROLES }) role: GlobalRole
  @Out({ description: 'whether there is a password to change; otherwise the identity provider keeps it' }) hasPassword: boolean
  @Out({ description: 'nothing else is possible until the password is changed' }) mustChangePassword: boolean

  static from({ id, username, displayName, email, role, passwordHash, mustChangePassword }: User): MeDto {
    return { id, username, displayName, email, role, hasPassword: passwordHash !== null, mustChangePassword }
  }
}

export class SignedInDto {
  @Out() user: MeDto
  @Out({ description: 'goes into the header X-CSRF-Token of every POST, PATCH, PUT and DELETE, beside the cookie of the same value' })
  csrfToken: string
}

export class IdentityProviderDto {
  @Out({ description: 'what the button says', example: 'University' }) label: string
}

export class SignInOptionsDto {
  @Out({ description: 'whether name and password are the usual way in' }) local: boolean
  @Out({ type: IdentityProviderDto, nullable: true, description: 'an identity provider: go to /api/auth/oidc/start' })
  oidc: IdentityProviderDto | null
  @Out({ description: 'whether public projects can be read without an account' }) publicAccess: boolean
}
