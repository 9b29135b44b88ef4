import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { newId } from '../../../common/ids.js'
import { decodeCursor, toPage } from '../../../common/pagination/pagination.js'
import { DomainError, fill } from '../../../common/problem/domain-error.js'
import { problemOf } from '../../../common/problem/catalogue.js'
import { GroupRepository } from '../groups/group.repository.js'
import { PasswordHasher } from '../passwords/password-hasher.js'
import { requireGoodPassword } from '../passwords/password-rules.js'
import { newTemporaryPassword } from '../passwords/temporary-password.js'
import { secureKeepingAdmin, valuesOf } from './last-admin.js'
import { SignInLocks } from './sign-in-locks.js'
import { isFromProvider, newUser, type User } from './user.js'
import { UserDeletion } from './user-deletion.js'
import { folded, type UserFilter, type UserPosition, type UserSort } from './user-search.js'
import { UserRepository, type UserChange, type UserSecurityChange } from './user.repository.js'
import {
  UserDto,
  type BulkResultDto,
  type BulkResultsDto,
  type BulkUsersDto,
  type CreatedUserDto,
  type CreateUserDto,
  type ResetPasswordDto,
  type UpdateUserDto,
  type UserFilterQuery,
  type UserListQuery,
  type UserPage,
} from './users.dto.js'

const DAY_MS = 86_400_000

/** What admins do with accounts. */
@Injectable()
export class UsersService {
  constructor(
    private readonly users: UserRepository,
    private readonly groups: GroupRepository,
    private readonly hasher: PasswordHasher,
    private readonly locks: SignInLocks,
    private readonly deletion: UserDeletion,
  ) {}

  async list(_auth: AuthContext, query: UserListQuery): Promise<UserPage> {
    const { sort, order, cursor, limit } = query
    const filter = filterOf(query)
    const [found, total] = await Promise.all([
      this.users.search({
        ...filter,
        sort,
        descending: order === 'desc',
        ...(cursor === undefined ? {} : { after: readCursor(cursor, sort, order) }),
        limit,
      }),
      this.users.count(filter),
    ])
    const page = toPage(found, limit, (user) => [`${sort} ${order}`, positionValue(user, sort), user.id])
    return { items: await this.toDtos(page.items), nextCursor: page.nextCursor, total }
  }

  async get(_auth: AuthContext, id: string): Promise<UserDto> {
    return this.toDto(await this.require(id))
  }

  /** Whoever makes an account knows its password, so it has to be changed at the first sign-in. */
  async create(auth: AuthContext, { username, displayName, email = null, role, password }: CreateUserDto): Promise<CreatedUserDto> {
    if (password !== undefined) requireGoodPassword(password, { username, email }, 'password')
    const temporaryPassword = password === undefined ? newTemporaryPassword() : null
    const at = now()
    const user = newUser({
      id: newId(at),
      username,
      displayName: displayName?.trim() ?? username,
      email,
      role,
      passwordHash: temporaryPassword === null ? await this.hasher.hash(password ?? '') : this.hasher.hashTemporary(temporaryPassword),
      mustChangePassword: true,
      createdAt: at,
    })
    if (!(await this.users.insert(user))) throw new DomainError('user-name-taken', { name: username })
    auth.trail.change({ resource: userResource(user), after: { username, displayName: user.displayName, email, role } })
    return { user: await this.toDto(user), temporaryPassword }
  }

  async update(auth: AuthContext, id: string, { revision, ...asked }: UpdateUserDto): Promise<UserDto> {
    const user = await this.require(id)
    if (user.revision !== revision) throw new DomainError('user-revision-conflict')
    const displayName = asked.displayName?.trim()
    const profile = { ...(displayName === undefined ? {} : { displayName }), ...(asked.email === undefined ? {} : { email: asked.email }) }
    const security = changed(user, asked)
    const updated =
      Object.keys(security).length === 0
        ? await this.users.update(id, revision, profile, now())
        : await this.secure(auth, user, { ...profile, ...security })
    if (!updated) throw new DomainError('user-revision-conflict')
    const change = { ...profile, ...security }
    auth.trail.change({ resource: userResource(user), before: valuesOf(user, change), after: change })
    return this.toDto(updated)
  }

  /** The account is disabled first: that ends what it has open, and leaves an admin who can undo it if the rest is not to be. */
  async delete(auth: AuthContext, id: string): Promise<void> {
    const user = await this.require(id)
    if (id === auth.user.id) throw new DomainError('own-account')
    await this.deletion.check(id)
    const disabled = await this.secure(auth, user, { state: 'disabled' })
    if (!disabled) throw new DomainError('user-revision-conflict')
    try {
      // Once more: now that nobody can make anything as this account any more.
      await this.deletion.check(id)
    } catch (error) {
      await this.users.secure(id, disabled.revision, { state: user.state }, now())
      throw error
    }
    await this.deletion.clean(id)
    await this.users.remove(id)
    const { username, displayName, email, role, state } = user
    auth.trail.change({ resource: userResource(user), before: { username, displayName, email, role, state } })
  }

  /** Gives the account a password that has to be changed at the next sign-in; ends its sessions and tokens. */
  async resetPassword(auth: AuthContext, id: string): Promise<ResetPasswordDto> {
    const user = await this.require(id)
    if (isFromProvider(user)) throw new DomainError('password-from-provider')
    const temporaryPassword = newTemporaryPassword()
    const passwordHash = this.hasher.hashTemporary(temporaryPassword)
    if (!(await this.users.secure(id, null, { passwordHash, mustChangePassword: true }, now()))) throw new DomainError('user-not-found')
    await this.locks.unlock(user.username)
    auth.trail.change({ resource: userResource(user), after: { password: 'reset' } })
    return { temporaryPassword }
  }

  /** Changes one after the other; what cannot be done to one does not keep it from the others. */
  async bulk(auth: AuthContext, { ids, role, state }: BulkUsersDto): Promise<BulkResultsDto> {
    if ((role === undefined) === (state === undefined))
      throw new DomainError('validation-failed', {}, { errors: [{ path: 'role', message: 'give either this or the state' }] })
    const asked = { ...(role === undefined ? {} : { role }), ...(state === undefined ? {} : { state }) }
    const results: BulkResultDto[] = []
    for (const id of ids) results.push(await this.bulkOne(auth, id, asked))
    return { results }
  }

  /** All that pass the filters, page by page, for the export. */
  async *all(query: UserFilterQuery): AsyncGenerator<UserDto[]> {
    const { sort, order } = query
    const filter = filterOf(query)
    const limit = 500
    for (let after: UserPosition | undefined; ;) {
      const found = await this.users.search({
        ...filter,
        sort,
        descending: order === 'desc',
        limit,
        ...(after === undefined ? {} : { after }),
      })
      const page = found.slice(0, limit)
      yield await this.toDtos(page)
      const last = page.at(-1)
      if (found.length <= limit || last === undefined) return
      after = { value: sort === 'displayName' ? folded(last.displayName) : last[sort], id: last.id }
    }
  }

  private async bulkOne(auth: AuthContext, id: string, asked: Pick<BulkUsersDto, 'role' | 'state'>): Promise<BulkResultDto> {
    let username = ''
    try {
      for (;;) {
        const user = await this.require(id)
        username = user.username
        const change = changed(user, asked)
        if (Object.keys(change).length === 0) return { id, username, outcome: 'unchanged', code: null, detail: null }
        if (!(await this.secure(auth, user, change))) continue // Someone else changed the account at the same moment: on top of that.
        auth.trail.change({ resource: userResource(user), before: valuesOf(user, change), after: change })
        return { id, username, outcome: 'changed', code: null, detail: null }
      }
    } catch (error) {
      if (!(error instanceof DomainError) || problemOf(error.code).status >= 500) throw error
      return { id, username, outcome: 'failed', code: error.code, detail: fill(problemOf(error.code).detail, error.params) }
    }
  }

  /** Nobody takes their own rights away; see {@link secureKeepingAdmin}. */
  private async secure(auth: AuthContext, user: User, change: UserSecurityChange & UserChange): Promise<User | null> {
    if (user.id === auth.user.id && (change.role === 'user' || change.state === 'disabled')) throw new DomainError('own-account')
    return secureKeepingAdmin(this.users, user, change)
  }

  private async require(id: string): Promise<User> {
    const user = await this.users.findById(id)
    if (!user) throw new DomainError('user-not-found')
    return user
  }

  private async toDto(user: User): Promise<UserDto> {
    const [dto] = await this.toDtos([user])
    if (!dto) throw new Error('one account, one answer')
    return dto
  }

  private async toDtos(users: User[]): Promise<UserDto[]> {
    const ids = [...new Set(users.flatMap(({ memberships }) => memberships.map(({ groupId }) => groupId)))]
    const [groups, locked] = await Promise.all([
      ids.length > 0 ? this.groups.findByIds(ids) : [],
      this.locks.lockedUntil(users.map(({ username }) => username)),
    ])
    const byId = new Map(groups.map((group) => [group.id, group]))
    return users.map((user) => UserDto.from(user, byId, locked.get(user.username)))
  }
}

/** The account as the audit log names it. */
export const userResource = ({ id, username }: Pick<User, 'id' | 'username'>) => ({ type: 'user', id, name: username }) as const

/** The part of what is asked that differs from what is there. */
const changed = (user: User, { role, state }: Pick<UserSecurityChange, 'role' | 'state'>): Pick<UserSecurityChange, 'role' | 'state'> => ({
  ...(role === undefined || role === user.role ? {} : { role }),
  ...(state === undefined || state === user.state ? {} : { state }),
})

function filterOf({ q, role, state, groupId, seen }: UserFilterQuery): UserFilter {
  const ago = (days: number) => new Date(now().getTime() - days * DAY_MS)
  const bounds = { never: 'never', '7d': { from: ago(7) }, '30d': { from: ago(30) }, older: { before: ago(30) } } as const
  return {
    ...(q === undefined ? {} : { text: q }),
    ...(role === undefined ? {} : { role }),
    ...(state === undefined ? {} : { state }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(seen === undefined ? {} : { seen: bounds[seen] }),
  }
}

/** As text: a time in milliseconds, empty for never. */
function positionValue(user: User, sort: UserSort): string {
  if (sort === 'displayName') return folded(user.displayName)
  const value = user[sort]
  return value instanceof Date ? String(value.getTime()) : (value ?? '')
}

/** A cursor is for the order that it was made in. */
function readCursor(cursor: string, sort: UserSort, order: string): UserPosition {
  const [made, text, id] = decodeCursor(cursor, ['string', 'string', 'string']).map(String)
  if (made !== `${sort} ${order}` || text === undefined || id === undefined) throw new DomainError('invalid-cursor')
  if (sort === 'username' || sort === 'displayName') return { value: text, id }
  if (!/^\d{0,15}$/.test(text)) throw new DomainError('invalid-cursor')
  return { value: text === '' ? null : new Date(Number(text)), id }
}
