import { PageOf, PageQuery } from '../../../common/pagination/pagination.js'
import { OneOf, Out, Revision, Text } from '../../../common/validation/fields.js'
import { USER_STATES, type Membership, type User, type UserState } from '../users/user.js'
import { GROUP_NAME, type Group } from './group.js'

const MEMBER_ROLES = ['member', 'owner'] as const
const NAME = {
  min: 1,
  max: 64,
  pattern: GROUP_NAME,
  message: 'must be small letters, digits, ".", "_" or "-", and begin and end with a letter or digit',
  example: 'vision-lab',
}

export class CreateGroupDto {
  @Text(NAME)
  name: string

  @Text({ max: 500, lines: true, optional: true })
  description: string = ''
}

export class UpdateGroupDto {
  @Revision()
  revision: number

  @Text({ ...NAME, optional: true })
  name?: string

  @Text({ max: 500, lines: true, optional: true })
  description?: string
}

export class GroupListQuery extends PageQuery {
  @Text({ max: 120, optional: true, description: 'words that the name or the description contains' })
  q?: string
}

export class SetGroupMemberDto {
  @OneOf(MEMBER_ROLES, { description: 'owners add and remove members' })
  role: Membership['role']
}

export class GroupDto {
  @Out() id: string
  @Out() name: string
  @Out() description: string
  @Out({ type: 'integer' }) memberCount: number
  @Out({ enum: MEMBER_ROLES, type: String, nullable: true, description: 'your role in it; null for an admin who is not in it' })
  myRole: Membership['role'] | null
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) updatedAt: string
  @Out({ type: 'integer' }) revision: number

  static from(
    { id, name, description, createdAt, updatedAt, revision }: Group,
    memberCount: number,
    myRole: Membership['role'] | null,
  ): GroupDto {
    return { id, name, description, memberCount, myRole, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(), revision }
  }
}

export class GroupPage extends PageOf(GroupDto) {}

export class GroupPersonDto {
  @Out() id: string
  @Out() username: string
  @Out() displayName: string
  @Out({ enum: USER_STATES }) state: UserState
}

export class GroupMemberDto {
  @Out() user: GroupPersonDto
  @Out({ enum: MEMBER_ROLES }) role: Membership['role']
  @Out({ enum: ['local', 'oidc'], description: 'oidc: comes and goes with each sign-in through the identity provider' })
  source: Membership['source']

  static from({ id, username, displayName, state }: User, { role, source }: Membership): GroupMemberDto {
    return { user: { id, username, displayName, state }, role, source }
  }
}

export class GroupMemberPage extends PageOf(GroupMemberDto) {}
