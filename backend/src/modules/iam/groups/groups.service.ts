import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { newId } from '../../../common/ids.js'
import { decodeCursor, toPage, type PageQuery } from '../../../common/pagination/pagination.js'
import { can, notThere } from '../../../common/policy/policy.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import type { Membership, User } from '../users/user.js'
import { UserRepository } from '../users/user.repository.js'
import type { Group } from './group.js'
import { GroupRepository } from './group.repository.js'
import {
  GroupDto,
  GroupMemberDto,
  type CreateGroupDto,
  type GroupListQuery,
  type GroupMemberPage,
  type GroupPage,
  type UpdateGroupDto,
} from './groups.dto.js'

/** The use cases of groups: admins have all of them, owners theirs, members see theirs. To all others a group is not there. */
@Injectable()
export class GroupsService {
  constructor(
    private readonly groups: GroupRepository,
    private readonly users: UserRepository,
  ) {}

  async list(auth: AuthContext, { q, cursor, limit }: GroupListQuery): Promise<GroupPage> {
    const found = await this.groups.search({
      ...(q === undefined ? {} : { words: q.toLowerCase().split(/\s+/).filter(Boolean) }),
      ...(isAdmin(auth) ? {} : { ids: auth.user.groupIds }),
      ...(cursor === undefined ? {} : { afterName: String(decodeCursor(cursor, ['string'])[0]) }),
      limit,
    })
    const page = toPage(found, limit, ({ name }) => [name])
    const me = await this.users.findById(auth.user.id)
    return { items: await Promise.all(page.items.map((group) => this.toDto(group, me))), nextCursor: page.nextCursor }
  }

  async create(auth: AuthContext, { name, description }: CreateGroupDto): Promise<GroupDto> {
    const at = now()
    const group: Group = { id: newId(at), name, description, createdAt: at, updatedAt: at, revision: 1 }
    if (!(await this.groups.insert(group))) throw new DomainError('group-name-taken', { name })
    auth.trail.change({ resource: groupResource(group), after: { name, description } })
    return GroupDto.from(group, 0, null)
  }

  async get(auth: AuthContext, id: string): Promise<GroupDto> {
    const { group, me } = await this.visible(auth, id)
    return this.toDto(group, me)
  }

  async update(auth: AuthContext, id: string, { revision, ...change }: UpdateGroupDto): Promise<GroupDto> {
    const { group, me } = await this.managed(auth, id)
    if (group.revision !== revision) throw new DomainError('group-revision-conflict')
    const updated = await this.groups.update(id, revision, change, now())
    if (updated === 'name-taken') throw new DomainError('group-name-taken', { name: change.name ?? '' })
    if (!updated) throw new DomainError('group-revision-conflict')
    const { name, description } = group
    auth.trail.change({
      resource: groupResource(group),
      before: { name, description },
      after: { name: updated.name, description: updated.description },
    })
    return this.toDto(updated, me)
  }

  /** Memberships end before the group does: cut off in between, nobody keeps the rights of a group that is gone. */
  async delete(auth: AuthContext, id: string): Promise<void> {
    const { group } = await this.visible(auth, id)
    if (!isAdmin(auth)) throw denied(auth, 'group:create', group)
    await this.users.leaveGroup(id, now())
    if (!(await this.groups.remove(id))) throw new DomainError('group-not-found')
    // Whoever was added in between.
    await this.users.leaveGroup(id, now())
    auth.trail.change({ resource: groupResource(group), before: { name: group.name, description: group.description } })
  }

  async members(auth: AuthContext, id: string, { cursor, limit }: PageQuery): Promise<GroupMemberPage> {
    await this.visible(auth, id)
    const [username, lastId] = cursor === undefined ? [] : decodeCursor(cursor, ['string', 'string']).map(String)
    const found = await this.users.search({
      groupId: id,
      sort: 'username',
      descending: false,
      ...(username === undefined || lastId === undefined ? {} : { after: { value: username, id: lastId } }),
      limit,
    })
    const page = toPage(found, limit, (user) => [user.username, user.id])
    return {
      items: page.items.flatMap((user) => {
        const membership = membershipOf(user, id)
        return membership ? [GroupMemberDto.from(user, membership)] : []
      }),
      nextCursor: page.nextCursor,
    }
  }

  async setMember(auth: AuthContext, id: string, userId: string, role: Membership['role']): Promise<GroupMemberDto> {
    const { group } = await this.managed(auth, id)
    const membership: Membership = { groupId: id, role, source: 'local' }
    const user = await this.changeMembership(auth, group, userId, () => membership)
    // Deleted in between: its end has passed this membership by.
    if (!(await this.groups.findById(id))) {
      await this.users.leaveGroup(id, now())
      throw new DomainError('group-not-found')
    }
    return GroupMemberDto.from(user, membership)
  }

  /** Owners and admins remove anyone, everyone else themselves. */
  async removeMember(auth: AuthContext, id: string, userId: string): Promise<void> {
    const { group } = userId === auth.user.id ? await this.visible(auth, id) : await this.managed(auth, id)
    await this.changeMembership(auth, group, userId, (before) => {
      if (!before) throw new DomainError('member-not-found')
      return undefined
    })
  }

  /** Applies a change to what is stored now; again when someone else changed the account in between. */
  private async changeMembership(
    auth: AuthContext,
    group: Group,
    userId: string,
    apply: (before: Membership | undefined) => Membership | undefined,
  ): Promise<User> {
    for (;;) {
      const user = await this.users.findById(userId)
      if (!user) throw new DomainError('member-not-found')
      const before = membershipOf(user, group.id)
      const after = apply(before)
      if (before?.source === 'oidc') throw new DomainError('membership-from-provider')
      if (before?.role === after?.role) return user
      const memberships = [...user.memberships.filter(({ groupId }) => groupId !== group.id), ...(after ? [after] : [])]
      const updated = await this.users.update(userId, user.revision, { memberships }, now())
      if (!updated) continue
      const entry = (membership: Membership | undefined) =>
        membership ? { member: { id: userId, username: user.username, role: membership.role } } : undefined
      const [was, is] = [entry(before), entry(after)]
      auth.trail.change({ resource: groupResource(group), ...(was ? { before: was } : {}), ...(is ? { after: is } : {}) })
      return updated
    }
  }

  /** The group, if the caller may know of it, and the caller's account. */
  private async visible(auth: AuthContext, id: string): Promise<{ group: Group; me: User | null }> {
    const [group, me] = await Promise.all([this.groups.findById(id), this.users.findById(auth.user.id)])
    if (group && (isAdmin(auth) || (me && membershipOf(me, id)))) return { group, me }
    if (group) auth.trail.deny('group:read', groupResource(group))
    throw notThere(auth, 'group-not-found')
  }

  /** As {@link visible}, for those who may change it. */
  private async managed(auth: AuthContext, id: string): Promise<{ group: Group; me: User | null }> {
    const { group, me } = await this.visible(auth, id)
    if (!isAdmin(auth) && (!me || membershipOf(me, id)?.role !== 'owner')) throw denied(auth, 'group:manage', group)
    return { group, me }
  }

  private async toDto(group: Group, me: User | null): Promise<GroupDto> {
    return GroupDto.from(group, await this.users.count({ groupId: group.id }), (me && membershipOf(me, group.id)?.role) ?? null)
  }
}

const groupResource = ({ id, name }: Group) => ({ type: 'group', id, name }) as const

/** Whoever may make groups may do everything with all of them. */
const isAdmin = (auth: AuthContext): boolean => can(auth, 'group:create')

const membershipOf = ({ memberships }: User, id: string): Membership | undefined => memberships.find(({ groupId }) => groupId === id)

function denied(auth: AuthContext, action: 'group:create' | 'group:manage', group: Group): DomainError {
  auth.trail.deny(action, groupResource(group))
  return new DomainError('not-allowed', { action })
}
