import { isEmail } from 'class-validator'
import { parse } from 'csv-parse/sync'
import { stringify } from 'csv-stringify/sync'
import { GLOBAL_ROLES, type GlobalRole } from '../../../common/auth-context/auth-context.js'
import type { FieldError } from '../../../common/problem/domain-error.js'
import { USER_STATES, USERNAME, type UserState } from './user.js'

/** The most rows that one import has. */
export const MAX_ROWS = 1_000
/** The most groups that one row names. */
const MAX_GROUPS = 50

/** The columns that an import reads. */
const READ = ['username', 'display_name', 'email', 'role', 'groups', 'state'] as const
/** The columns of an export: all that an import reads, and two that it passes over. */
const WRITTEN = [...READ, 'last_seen_at', 'created_at'] as const
type Column = (typeof WRITTEN)[number]

/** What is wrong with a cell. */
export interface CellError {
  field: string
  message: string
}

/** One row of an import. What a cell with an error would have said is what an empty one says. */
export interface UserRow {
  /** Of the file, where the row ends; the header is in line 1. */
  line: number
  username: string
  displayName: string
  email: string | null
  role: GlobalRole
  state: UserState
  /** Names of groups. */
  groups: string[]
  errors: CellError[]
}

/** One account of an export. */
export interface ExportedUser {
  username: string
  displayName: string
  email: string | null
  role: string
  state: string
  groups: { name: string }[]
  lastSeenAt: string | null
  createdAt: string
}

// Spreadsheets run what begins with one of these, also in their wide forms, and after blanks. An apostrophe before it makes it a text for them;
// the import takes one away again, so that a name that really begins with one comes back, too.
const FORMULA = /^['\s]*[=+\-@\t\r＝＋－＠]/
const DEFUSED = /^'['\s]*[=+\-@\t\r＝＋－＠]/

/** A cell that no spreadsheet runs. */
export const defuse = (cell: string): string => (FORMULA.test(cell) ? `'${cell}` : cell)
const undo = (cell: string): string => (DEFUSED.test(cell) ? cell.slice(1) : cell)

/** The first line of an export, with a byte order mark: without it, spreadsheets take UTF-8 for something else. */
export const csvHeader = (): string => `\uFEFF${stringify([[...WRITTEN]])}`

/** Lines of an export. */
export const csvLines = (users: ExportedUser[]): string =>
  stringify(
    users.map((user) =>
      [
        user.username,
        user.displayName,
        user.email ?? '',
        user.role,
        user.groups.map(({ name }) => name).join(';'),
        user.state,
        user.lastSeenAt ?? '',
        user.createdAt,
      ].map(defuse),
    ),
  )

/**
 * Reads the file of an import. Pure; whether accounts and groups exist is not known here.
 * @returns its rows, each with what is wrong with it; or what is wrong with the file as a whole
 */
export function readUserCsv(text: string): { rows: UserRow[] } | { errors: FieldError[] } {
  const refused = (message: string) => ({ errors: [{ path: 'csv', message }] })
  const records: { record: string[]; line: number }[] = []
  try {
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      trim: true,
      // One more than allowed, and the header.
      to: MAX_ROWS + 2,
      on_record: (record: string[], { lines }) => {
        records.push({ record, line: lines })
        return null
      },
    })
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || !/^(CSV|INVALID)_/.test(String(error.code))) throw error
    return refused(`cannot be read: ${error.message}`)
  }
  const [header, ...lines] = records
  if (!header) return refused('has no header row')
  const columns = header.record.map((cell) => cell.toLowerCase())
  const unknown = columns.filter((column) => !isColumn(column))
  if (unknown.length > 0)
    return refused(
      `has columns that are not known here: ${unknown.map((name) => `"${name.slice(0, 60)}"`).join(', ')}; known are ${READ.join(', ')}`,
    )
  const doubled = columns.find((column, i) => columns.indexOf(column) !== i)
  if (doubled !== undefined) return refused(`has the column "${doubled}" twice`)
  if (!columns.includes('username')) return refused('has no column "username"')
  if (lines.length === 0) return refused('has no rows')
  if (lines.length > MAX_ROWS) return refused(`has more than ${MAX_ROWS} rows; import it in parts`)
  const rows = lines.map(({ record, line }) => readRow(columns, record, line))
  markDoubles(rows)
  return { rows }
}

const isColumn = (name: string): name is Column => (WRITTEN as readonly string[]).includes(name)

function readRow(columns: string[], record: string[], line: number): UserRow {
  const errors: CellError[] = []
  const check = (field: Column, right: boolean, message: string): void => {
    if (!right) errors.push({ field, message })
  }
  if (record.length !== columns.length)
    errors.push({ field: 'row', message: `has ${record.length} cells, the header has ${columns.length}` })
  const cell = (column: Column): string => {
    const text = undo(record[columns.indexOf(column)] ?? '').normalize('NFC')
    check(column, !/\p{Cc}/u.test(text), 'must not contain control characters')
    return text
  }
  const [username, displayName, email, role, state] = [cell('username'), cell('display_name'), cell('email'), cell('role'), cell('state')]
  const groups = [
    ...new Set(
      cell('groups')
        .split(';')
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  ]
  check(
    'username',
    USERNAME.test(username),
    username === ''
      ? 'must not be empty'
      : 'must be small letters, digits, ".", "_" or "-", at most 64, and begin and end with a letter or digit',
  )
  check('groups', groups.length <= MAX_GROUPS, `must name at most ${MAX_GROUPS} groups`)
  check('display_name', displayName.length <= 120, 'must have at most 120 characters')
  check('email', email === '' || (email.length <= 254 && isEmail(email)), 'must be an e-mail address')
  const knownRole = GLOBAL_ROLES.find((one) => one === (role || 'user'))
  check('role', knownRole !== undefined, `must be one of: ${GLOBAL_ROLES.join(', ')}`)
  const knownState = USER_STATES.find((one) => one === (state || 'active'))
  check('state', knownState !== undefined, `must be one of: ${USER_STATES.join(', ')}`)
  return {
    line,
    username: username.slice(0, 64),
    displayName: displayName || username,
    email: email || null,
    role: knownRole ?? 'user',
    state: knownState ?? 'active',
    groups: groups.slice(0, MAX_GROUPS),
    errors,
  }
}

function markDoubles(rows: UserRow[]): void {
  const first = new Map<string, number>()
  for (const { username, line, errors } of rows) {
    const before = first.get(username)
    if (before === undefined) first.set(username, line)
    else if (username !== '') errors.push({ field: 'username', message: `is in line ${before} already` })
  }
}
