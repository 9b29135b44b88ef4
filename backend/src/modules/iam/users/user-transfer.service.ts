import { Injectable } from '@nestjs/common'
import { Readable } from 'node:stream'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { newId } from '../../../common/ids.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { GroupRepository } from '../groups/group.repository.js'
import { PasswordHasher } from '../passwords/password-hasher.js'
import { newTemporaryPassword } from '../passwords/temporary-password.js'
import { csvHeader, csvLines, readUserCsv, type UserRow } from './user-csv.js'
import { newUser, type User } from './user.js'
import { UserRepository } from './user.repository.js'
import { MAX_CSV, type ImportResultDto, type ImportRowDto, type ImportUsersDto, type UserFilterQuery } from './users.dto.js'
import { userResource, UsersService } from './users.service.js'

/** The most errors that a refused import tells; a dry run tells all. */
const MAX_ERRORS = 200

/** Accounts from and to CSV files. */
@Injectable()
export class UserTransferService {
  constructor(
    private readonly users: UserRepository,
    private readonly groups: GroupRepository,
    private readonly hasher: PasswordHasher,
    private readonly service: UsersService,
  ) {}

  /**
   * Makes an account of each row whose name is free, or says what would happen.
   * @throws DomainError `import-invalid` when the file cannot be read; without `dryRun` also when a row is invalid
   */
  async import(auth: AuthContext, { csv, dryRun }: ImportUsersDto): Promise<ImportResultDto> {
    if (Buffer.byteLength(csv) > MAX_CSV)
      throw new DomainError('validation-failed', {}, { errors: [{ path: 'csv', message: `must have at most ${MAX_CSV} bytes` }] })
    const read = readUserCsv(csv)
    if ('errors' in read) throw new DomainError('import-invalid', {}, read)
    const groupIds = await this.groupIds(read.rows)
    for (const { groups, errors } of read.rows)
      for (const name of groups)
        if (!groupIds.has(name)) errors.push({ field: 'groups', message: `there is no group "${name.slice(0, 64)}"` })
    const taken = await this.users.takenNames(read.rows.map(({ username }) => username))
    const plan = read.rows.map((row) => ({ row, outcome: outcomeOf(row, taken) }))
    const invalid = plan.filter(({ outcome }) => outcome === 'invalid')
    if (dryRun || invalid.length === 0) {
      const made = dryRun ? new Map<UserRow, string>() : await this.create(auth, plan, groupIds)
      const rows = plan.map(({ row, outcome }): ImportRowDto => {
        const temporaryPassword = made.get(row) ?? null
        // A name that someone else took since it was looked up is there now.
        const became = dryRun || outcome !== 'create' ? outcome : temporaryPassword === null ? 'exists' : 'created'
        return { line: row.line, username: row.username, outcome: became, errors: row.errors, temporaryPassword }
      })
      const count = (...outcomes: ImportRowDto['outcome'][]) => rows.filter(({ outcome }) => outcomes.includes(outcome)).length
      return { dryRun, rows, summary: { create: count('create', 'created'), exists: count('exists'), invalid: count('invalid') } }
    }
    const errors = invalid.flatMap(({ row }) => row.errors.map(({ field, message }) => ({ path: `rows.${row.line}.${field}`, message })))
    throw new DomainError('import-invalid', {}, { errors: errors.slice(0, MAX_ERRORS) })
  }

  /** The accounts as a CSV file. The first page is read before the answer begins, so that an outage is told as one. */
  async export(_auth: AuthContext, query: UserFilterQuery): Promise<Readable> {
    const pages = this.service.all(query)
    const first = await pages.next()
    return Readable.from(
      (async function* () {
        yield csvHeader()
        if (first.done) return
        yield csvLines(first.value)
        for await (const page of pages) yield csvLines(page)
      })(),
    )
  }

  /** @returns the password of each row that became an account */
  private async create(
    auth: AuthContext,
    plan: { row: UserRow; outcome: ImportRowDto['outcome'] }[],
    groupIds: Map<string, string>,
  ): Promise<Map<UserRow, string>> {
    const at = now()
    const made = plan
      .filter(({ outcome }) => outcome === 'create')
      .map(({ row }) => {
        const password = newTemporaryPassword()
        return { row, password, user: this.newUser(row, password, groupIds, at) }
      })
    const stored = await this.users.insertAll(made.map(({ user }) => user))
    const created = made.filter(({ user }) => stored.has(user.id))
    for (const { user, row } of created) {
      const { username, displayName, email, role, state } = user
      auth.trail.change({ resource: userResource(user), after: { username, displayName, email, role, state, groups: row.groups } })
    }
    return new Map(created.map(({ row, password }) => [row, password]))
  }

  private newUser(
    { username, displayName, email, role, state, groups }: UserRow,
    password: string,
    groupIds: Map<string, string>,
    at: Date,
  ): User {
    return newUser({
      id: newId(at),
      username,
      displayName,
      email,
      role,
      state,
      passwordHash: this.hasher.hashTemporary(password),
      mustChangePassword: true,
      memberships: groups.flatMap((name) => {
        const groupId = groupIds.get(name)
        return groupId === undefined ? [] : [{ groupId, role: 'member' as const, source: 'local' as const }]
      }),
      createdAt: at,
    })
  }

  private async groupIds(rows: UserRow[]): Promise<Map<string, string>> {
    const names = [...new Set(rows.flatMap(({ groups }) => groups))]
    const found = await this.groups.findByNames(names)
    return new Map(found.map(({ id, name }) => [name, id]))
  }
}

const outcomeOf = ({ username, errors }: UserRow, taken: Set<string>): ImportRowDto['outcome'] =>
  errors.length > 0 ? 'invalid' : taken.has(username) ? 'exists' : 'create'
