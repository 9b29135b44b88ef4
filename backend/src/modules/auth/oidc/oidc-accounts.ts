import { Inject, Injectable, Logger } from '@nestjs/common'
import { randomInt } from 'node:crypto'
import type { AuditTrail } from '../../../common/auth-context/audit-trail.js'
import type { GlobalRole } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { newId } from '../../../common/ids.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'
import { GroupRepository } from '../../iam/groups/group.repository.js'
import { secureKeepingAdmin } from '../../iam/users/last-admin.js'
import { externalIdOf, newUser, type Membership, type User } from '../../iam/users/user.js'
import { UserRepository } from '../../iam/users/user.repository.js'
import { groupNamesOf, type Identity } from './identity.js'

const ATTEMPTS = 10
const NUMBERED = 5

/** The accounts of people who sign in at the identity provider: found, made, linked, and kept as the provider says. */
@Injectable()
export class OidcAccounts {
  private readonly logger = new Logger('OidcAccounts')

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly users: UserRepository,
    private readonly groups: GroupRepository,
  ) {}

  /**
   * The account of someone whom the provider has vouched for, with the groups and the role that it has there now.
   * @throws DomainError `sign-in-not-permitted`, `account-disabled`
   */
  async accountFor(identity: Identity, trail: AuditTrail): Promise<User> {
    const { oidcAllowedGroups } = this.config
    const externalId = externalIdOf(identity.issuer, identity.subject)
    if (identity.username !== null) trail.actorName = identity.username
    let user = await this.users.findByExternalId(externalId)
    if (user) requireActive(user, trail)
    if (identity.groupsLeftOut)
      this.logger.warn({ subject: identity.subject }, 'the identity provider left the groups out, there are too many; see docs/sign-in.md')
    if (oidcAllowedGroups !== null && !identity.groups.some((name) => oidcAllowedGroups.includes(name))) {
      trail.deny(ACTION, user ? { type: 'user', id: user.id, name: user.username } : undefined)
      throw new DomainError('sign-in-not-permitted')
    }
    user ??= (await this.link(externalId, identity, trail)) ?? (await this.create(externalId, identity, trail))
    trail.actorName = user.username
    const withGroups = await this.syncGroups(user, identity, trail)
    const synced = await this.syncRole(withGroups, identity, trail)
    requireActive(synced, trail)
    return synced
  }

  /** The one local account with the verified address, if the operator wants that; null when there is none to take. */
  private async link(externalId: string, { email }: Identity, trail: AuditTrail): Promise<User | null> {
    if (this.config.oidcLinkByEmail !== 'on' || email === null) return null
    const [found, ...others] = await this.users.findByEmail(email, 2)
    if (!found || others.length > 0 || !found.externalId.startsWith('local:') || found.username === this.config.breakGlassAdmin) return null
    requireActive(found, trail)
    // Nobody has verified the address that an account of ours gives: whoever made it up must not keep a way in. So its password, sessions and tokens end.
    const change = { externalId, passwordHash: null, mustChangePassword: false }
    const linked = await this.users.secure(found.id, found.revision, change, now())
    if (!linked) return this.users.findByExternalId(externalId)
    trail.change({
      resource: { type: 'user', id: found.id, name: found.username },
      before: { externalId: found.externalId, hasPassword: found.passwordHash !== null },
      after: { externalId, hasPassword: false },
    })
    return linked
  }

  private async create(externalId: string, identity: Identity, trail: AuditTrail): Promise<User> {
    for (let attempt = 0; ; attempt++) {
      const username = this.nameFor(identity, attempt)
      const createdAt = now()
      const user = newUser({
        id: newId(createdAt),
        username,
        displayName: identity.displayName ?? username,
        email: identity.email,
        externalId,
        createdAt,
      })
      if (!this.isReserved(username) && (await this.users.insert(user))) {
        const { displayName, email, role } = user
        trail.change({ resource: { type: 'user', id: user.id, name: username }, after: { username, displayName, email, role, externalId } })
        return user
      }
      // Either the name is taken, or the same person signs in twice at once.
      const same = await this.users.findByExternalId(externalId)
      if (same) return same
      if (attempt === ATTEMPTS) throw new Error(`found no free name like ${username}`)
    }
  }

  private nameFor({ username }: Identity, attempt: number): string {
    if (username === null) return `user-${randomInt(36 ** 4, 36 ** 5).toString(36)}`
    if (attempt === 0) return username
    return attempt < NUMBERED ? `${username}-${attempt + 1}` : `${username}-${randomInt(36 ** 4, 36 ** 5).toString(36)}`
  }

  /** Names that mean something beyond an account must not go to whoever calls themselves so at the provider, even while there is no such account. */
  private isReserved(username: string): boolean {
    return username === this.config.adminUsername || username === this.config.breakGlassAdmin
  }

  /** Memberships of the provider come and go; those that were given here stay. */
  private async syncGroups(user: User, identity: Identity, trail: AuditTrail): Promise<User> {
    const groupIds = await this.groupIdsOf(identity, trail)
    for (let current = user, attempt = 0; ; attempt++) {
      const memberships = mergeMemberships(current.memberships, groupIds)
      if (sameGroups(current.memberships, memberships)) return current
      const updated = await this.users.update(current.id, current.revision, { memberships }, now())
      if (updated) {
        trail.change({
          resource: { type: 'user', id: user.id, name: user.username },
          before: { memberships: current.memberships },
          after: { memberships },
        })
        return updated
      }
      current = await this.reread(current, attempt)
    }
  }

  private async groupIdsOf({ groups }: Identity, trail: AuditTrail): Promise<string[]> {
    const ids: string[] = []
    for (const name of groupNamesOf(groups, this.config.oidcGroups)) {
      const createdAt = now()
      const group = { id: newId(createdAt), name, description: '', createdAt, updatedAt: createdAt, revision: 1 }
      const known = await this.groups.findByName(name)
      if (known) ids.push(known.id)
      else if (await this.groups.insert(group)) {
        trail.change({ resource: { type: 'group', id: group.id, name }, after: { name, from: 'identity provider' } })
        ids.push(group.id)
      } else {
        const justMade = await this.groups.findByName(name)
        if (justMade) ids.push(justMade.id)
      }
    }
    return ids
  }

  private async syncRole(user: User, { groups }: Identity, trail: AuditTrail): Promise<User> {
    const { oidcAdminGroups } = this.config
    if (oidcAdminGroups === null) return user
    const role: GlobalRole = groups.some((name) => oidcAdminGroups.includes(name)) ? 'admin' : 'user'
    for (let current = user, attempt = 0; ; attempt++) {
      if (current.role === role) return current
      const changed = await this.secure(current, role)
      if (changed) {
        if (changed.role !== role) return changed
        const resource = { type: 'user', id: user.id, name: user.username } as const
        trail.change({ resource, before: { role: current.role }, after: { role } })
        return changed
      }
      current = await this.reread(current, attempt)
    }
  }

  /** Gives the role; the last admin stays one. @returns the account as it is then, null when it was changed meanwhile */
  private async secure(user: User, role: GlobalRole): Promise<User | null> {
    try {
      return await secureKeepingAdmin(this.users, user, { role })
    } catch (error) {
      if (!(error instanceof DomainError) || error.code !== 'last-admin') throw error
      this.logger.warn({ username: user.username }, 'the identity provider says that the last active admin is none; they stay one')
      return this.users.findById(user.id)
    }
  }

  private async reread(user: User, attempt: number): Promise<User> {
    const current = attempt < ATTEMPTS ? await this.users.findById(user.id) : null
    if (!current) throw new DomainError('user-revision-conflict')
    return current
  }
}

/** What the audit log calls a sign-in that was refused. */
export const ACTION = 'auth:oidc'

function requireActive(user: User, trail: AuditTrail): void {
  if (user.state === 'active') return
  trail.actorName = user.username
  trail.deny(ACTION, { type: 'user', id: user.id, name: user.username })
  throw new DomainError('account-disabled')
}

/** Those given here, and those that the provider says; one that both give is the one given here. Pure. */
export function mergeMemberships(before: readonly Membership[], groupIds: readonly string[]): Membership[] {
  const local = before.filter(({ source }) => source === 'local')
  const added = groupIds.filter((id) => !local.some(({ groupId }) => groupId === id))
  return [...local, ...added.map((groupId): Membership => ({ groupId, role: 'member', source: 'oidc' }))]
}

const sameGroups = (one: readonly Membership[], other: readonly Membership[]): boolean =>
  one.length === other.length && one.every(({ groupId, source }) => other.some((m) => m.groupId === groupId && m.source === source))
