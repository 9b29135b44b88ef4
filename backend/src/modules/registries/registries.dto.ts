import { Out, Text } from '../../common/validation/fields.js'
import { MAX_PASSWORD_BYTES, MAX_USERNAME, type RegistrySignIn } from './registry.js'

export class SetRegistryDto {
  @Text({ min: 1, max: MAX_USERNAME, pattern: /^[^:]*$/, message: 'must not contain a colon', example: 'robot$reader' })
  username: string

  @Text({
    min: 1,
    max: MAX_PASSWORD_BYTES,
    lines: true,
    description: 'or an access token; kept sealed and never shown. At most 8 KiB',
  })
  password: string
}

export class RegistryDto {
  @Out({ description: 'host[:port]', example: 'registry.example.org' }) registry: string
  @Out() username: string
  @Out({ type: String, format: 'date-time' }) updatedAt: Date

  static from({ registry, username, updatedAt }: RegistrySignIn): RegistryDto {
    return { registry, username, updatedAt }
  }
}

export class RegistryListDto {
  @Out({ type: [RegistryDto] }) items: RegistryDto[]
}
