import { Out } from '../../../common/validation/fields.js'
import type { User } from './user.js'

/** Someone as others see them. */
export class PersonDto {
  @Out() id: string
  @Out() username: string
  @Out() displayName: string

  /** @param user the account of that id; without a name where it is not there any more */
  static of(id: string, user: User | undefined): PersonDto {
    return { id, username: user?.username ?? '', displayName: user?.displayName ?? '' }
  }
}
