import { Out, Text } from '../../common/validation/fields.js'

export class LoginDto {
  @Text({ min: 1, max: 64, example: 'admin' })
  username: string

  @Text({ min: 1, max: 1024 })
  password: string
}

export class UserDto {
  @Out() id: string
  @Out() username: string
  @Out() displayName: string
  @Out({ enum: ['admin', 'user'] }) role: 'admin' | 'user'
}

export class SignedInDto {
  @Out() user: UserDto
  @Out({ description: 'goes into the header X-CSRF-Token of every POST, PATCH, PUT and DELETE' }) csrfToken: string
}
