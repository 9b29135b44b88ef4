import { IntersectionType } from '@nestjs/swagger'
import { ArrayMaxSize, ArrayMinSize, ArrayUnique, IsArray, Matches } from 'class-validator'
import { GLOBAL_ROLES, type GlobalRole } from '../../../common/auth-context/auth-context.js'
import { PageOf, PageQuery } from '../../../common/pagination/pagination.js'
import { Email, Id, OneOf, Out, Password, Revision, Text, YesNo } from '../../../common/validation/fields.js'
import type { Group } from '../groups/group.js'
import { isFromProvider, USER_STATES, USERNAME, type User, type UserState } from './user.js'
import { SEEN, USER_SORTS, type Seen, type UserSort } from './user-search.js'

/** The most that one import reads, in bytes. */
export const MAX_CSV = 512 * 1024
/** The most accounts that one bulk change names. */
const MAX_BULK = 200
const NOT_BLANK = { pattern: /\S/, message: 'must not be blank' }

/** What narrows a list of accounts. */
export class UserFilterQuery {
  @Text({ max: 120, optional: true, description: 'words that the user name, the full name or the address contains' })
  q?: string

  @OneOf(GLOBAL_ROLES, { optional: true })
  role?: GlobalRole

  @OneOf(USER_STATES, { optional: true })
  state?: UserState

  @Id({ optional: true, description: 'only members of that group' })
  groupId?: string

  @OneOf(SEEN, { optional: true, description: 'never; within 7 or 30 days; or longer ago than 30 days' })
  seen?: Seen

  @OneOf(USER_SORTS, { optional: true })
  sort: UserSort = 'username'

  @OneOf(['asc', 'desc'], { optional: true })
  order: 'asc' | 'desc' = 'asc'
}

export class UserListQuery extends IntersectionType(UserFilterQuery, PageQuery) {}

export class CreateUserDto {
  @Text({
    min: 1,
    max: 64,
    pattern: USERNAME,
    message: 'must be small letters, digits, ".", "_" or "-", and begin and end with a letter or digit',
    example: 'ann.lee',
  })
  username: string

  @Text({ min: 1, max: 120, ...NOT_BLANK, optional: true, description: 'the user name when left out' })
  displayName?: string

  @Email({ optional: true, nullable: true })
  email?: string | null

  @OneOf(GLOBAL_ROLES, { optional: true })
  role: GlobalRole = 'user'

  @Password({ optional: true, description: 'has to be changed at the first sign-in; one is generated when left out' })
  password?: string
}

export class UpdateUserDto {
  @Revision()
  revision: number

  @Text({ min: 1, max: 120, ...NOT_BLANK, optional: true })
  displayName?: string

  @Email({ optional: true, nullable: true })
  email?: string | null

  @OneOf(GLOBAL_ROLES, { optional: true })
  role?: GlobalRole

  @OneOf(USER_STATES, { optional: true, description: 'disabled: cannot sign in; sessions, tokens and open streams end' })
  state?: UserState
}

export class BulkUsersDto {
  @Out({ type: [String], minItems: 1, maxItems: MAX_BULK, uniqueItems: true })
  @IsArray({ message: 'must be a list' })
  @ArrayMinSize(1, { message: 'must name at least 1' })
  @ArrayMaxSize(MAX_BULK, { message: `must have at most ${MAX_BULK} entries` })
  @ArrayUnique({ message: 'must not name anything twice' })
  @Matches(/^[0-9a-hjkmnp-tv-z]{26}$/, { each: true, message: 'must be a list of ids' })
  ids: string[]

  @OneOf(GLOBAL_ROLES, { optional: true, description: 'the new role; either this or the state' })
  role?: GlobalRole

  @OneOf(USER_STATES, { optional: true, description: 'the new state; either this or the role' })
  state?: UserState
}

export class ImportUsersDto {
  @Text({
    min: 1,
    max: MAX_CSV,
    lines: true,
    description: 'at most 512 KiB and 1,000 rows; columns: username, display_name, email, role, groups (by name, separated by ";"), state',
    example: 'username,display_name,email,role,groups\nann,Ann Lee,ann@example.org,user,vision-lab',
  })
  csv: string

  @YesNo({ description: 'only say what would happen' })
  dryRun: boolean
}

export class UserGroupDto {
  @Out() id: string
  @Out() name: string
  @Out({ enum: ['member', 'owner'] }) role: 'member' | 'owner'
}

export class UserDto {
  @Out() id: string
  @Out() username: string
  @Out() displayName: string
  @Out({ type: String, nullable: true }) email: string | null
  @Out({ enum: GLOBAL_ROLES }) role: GlobalRole
  @Out({ enum: USER_STATES }) state: UserState
  @Out({ enum: ['local', 'oidc'], description: 'oidc: signs in through the identity provider' }) source: 'local' | 'oidc'
  @Out() hasPassword: boolean
  @Out({ description: 'has a first or reset password that was not changed yet' }) mustChangePassword: boolean
  @Out({ type: [UserGroupDto] }) groups: UserGroupDto[]
  @Out({ format: 'date-time', type: String, nullable: true }) lastSeenAt: string | null
  @Out({ format: 'date-time', type: String, nullable: true, description: 'until when sign-in is refused after too many wrong passwords' })
  lockedUntil: string | null
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) updatedAt: string
  @Out({ type: 'integer' }) revision: number

  /** @param groups by id; memberships of groups that are not among them are left out */
  static from(user: User, groups: Map<string, Group>, lockedUntil: Date | undefined): UserDto {
    const { id, username, displayName, email, role, state, mustChangePassword, revision } = user
    return {
      id,
      username,
      displayName,
      email,
      role,
      state,
      source: isFromProvider(user) ? 'oidc' : 'local',
      hasPassword: user.passwordHash !== null,
      mustChangePassword,
      groups: user.memberships
        .flatMap((membership) => {
          const group = groups.get(membership.groupId)
          return group ? [{ id: group.id, name: group.name, role: membership.role }] : []
        })
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      lastSeenAt: user.lastSeenAt?.toISOString() ?? null,
      lockedUntil: lockedUntil?.toISOString() ?? null,
      createdAt: user.createdAt.toISOString(),
      updatedAt: user.updatedAt.toISOString(),
      revision,
    }
  }
}

export class UserPage extends PageOf(UserDto) {
  @Out({ type: 'integer', description: 'how many there are under these filters' }) total: number
}

export class CreatedUserDto {
  @Out() user: UserDto
  @Out({ type: String, nullable: true, description: 'when it was generated; it is shown only here' }) temporaryPassword: string | null
}

export class ResetPasswordDto {
  @Out({ description: 'it is shown only here' }) temporaryPassword: string
}

export class BulkResultDto {
  @Out() id: string
  @Out({ description: 'empty when there is no such account' }) username: string
  @Out({ enum: ['changed', 'unchanged', 'failed'] }) outcome: 'changed' | 'unchanged' | 'failed'
  @Out({ type: String, nullable: true, description: 'the code of the problem' }) code: string | null
  @Out({ type: String, nullable: true, description: 'what happened and what to do' }) detail: string | null
}

export class BulkResultsDto {
  @Out({ type: [BulkResultDto] }) results: BulkResultDto[]
}

export class ImportErrorDto {
  @Out({ description: 'the column' }) field: string
  @Out() message: string
}

export class ImportRowDto {
  @Out({ type: 'integer', description: 'of the file, where the row ends; the header is line 1' }) line: number
  @Out() username: string
  @Out({ enum: ['create', 'created', 'exists', 'invalid'] }) outcome: 'create' | 'created' | 'exists' | 'invalid'
  @Out({ type: [ImportErrorDto] }) errors: ImportErrorDto[]
  @Out({ type: String, nullable: true, description: 'of an account that was created; it is shown only here' })
  temporaryPassword: string | null
}

export class ImportSummaryDto {
  @Out({ type: 'integer' }) create: number
  @Out({ type: 'integer' }) exists: number
  @Out({ type: 'integer' }) invalid: number
}

export class ImportResultDto {
  @Out() dryRun: boolean
  @Out({ type: [ImportRowDto] }) rows: ImportRowDto[]
  @Out() summary: ImportSummaryDto
}
