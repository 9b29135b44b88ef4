import { ALL_ACTIONS, PROJECT_ROLES, VISIBILITIES, type Action, type ProjectRole, type Visibility } from '../../common/policy/actions.js'
import { Id, OneOf, Out, Revision } from '../../common/validation/fields.js'

const ROLES = Object.keys(PROJECT_ROLES)

export class MemberDto {
  @Out({ enum: ['user', 'group'] }) kind: 'user' | 'group'
  @Out() id: string
  @Out({ description: "a person's user name or a group's name" }) name: string
  @Out({ description: 'what to show: the full name, where there is one' }) displayName: string
  @Out({ enum: ROLES }) role: ProjectRole
}

export class SharingDto {
  @Out({ enum: VISIBILITIES }) visibility: Visibility
  @Out({ description: 'has every right' }) ownerId: string
  @Out({ type: [MemberDto] }) members: MemberDto[]
  @Out({ type: 'integer', description: "the project's" }) revision: number
}

export class SetMemberDto {
  @OneOf(ROLES)
  role: ProjectRole
}

export class SetVisibilityDto {
  @OneOf(VISIBILITIES)
  visibility: Visibility

  @Revision()
  revision: number
}

export class TransferDto {
  @Id({ description: 'the new owner; the old one stays as a manager' })
  ownerId: string
}

export class PermissionsQuery {
  @Id({ optional: true, description: 'a project' })
  projectId?: string
}

export class PermissionsDto {
  @Out({ type: [String], enum: ALL_ACTIONS }) instance: Action[]
  @Out({ type: [String], enum: ALL_ACTIONS, nullable: true, description: 'null when no project was asked for' }) project: Action[] | null
}
