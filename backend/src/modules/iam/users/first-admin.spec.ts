import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseConfig } from '../../../config/config.js'
import { Mongo } from '../../../platform/mongo/mongo.js'
import { Health } from '../../../common/health.js'
import { FirstAdmin } from './first-admin.js'
import { PasswordHasher } from '../passwords/password-hasher.js'
import type { User } from './user.js'
import { UserRepository } from './user.repository.js'

class FakeUsers extends UserRepository {
  readonly users: User[] = []
  fail = false
  async findById(id: string) {
    return this.users.find((user) => user.id === id) ?? null
  }
  async findByIds(ids: string[]) {
    return this.users.filter(({ id }) => ids.includes(id))
  }
  async findByUsername(username: string) {
    return this.users.find((user) => user.username === username) ?? null
  }
  async findByExternalId() {
    return null
  }
  async findByEmail() {
    return []
  }
  async search() {
    return []
  }
  async count() {
    return 0
  }
  async findByPrefix() {
    return []
  }
  async takenNames() {
    return new Set<string>()
  }
  async insertAll() {
    return new Set<string>()
  }
  async remove() {
    return false
  }
  async leaveGroup() {}
  async update() {
    return null
  }
  async secure() {
    return null
  }
  async touch() {}
  async hasAdmin() {
    return this.users.some(({ role }) => role === 'admin')
  }
  async insert(user: User) {
    if (this.fail) throw new Error('killed here')
    this.users.push(user)
    return true
  }
}

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'first-admin-'))))
afterEach(() => rmSync(folder, { recursive: true }))

const file = () => join(folder, 'inner', 'credentials.json')
const make = (users: FakeUsers, more: Record<string, string> = {}) => {
  const config = parseConfig({
    VITRINE_SECRET: 'k3Jv9wQ2mX8bT5nR7cY1pL4sD6fG0hZa',
    MONGODB_URI: 'mongodb://127.0.0.1/none',
    S3_ENDPOINT: 'http://127.0.0.1:1',
    S3_ACCESS_KEY: 'key',
    S3_SECRET_KEY: 'value',
    VITRINE_CREDENTIALS_FILE: file(),
    ...more,
  })
  return new FirstAdmin(config, users, new PasswordHasher(), new Mongo(config, new Health()))
}
const written = () => JSON.parse(readFileSync(file(), 'utf8')) as { url: string; username: string; password: string }

describe('FirstAdmin', () => {
  it('generates a password that signs in, in a file that only its owner reads, once', async () => {
    const users = new FakeUsers()
    await make(users).ensure()
    const { url, username, password } = written()
    expect({ url, username }).toEqual({ url: 'http://localhost:8080', username: 'admin' })
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(await new PasswordHasher().verify(password, users.users[0]?.passwordHash)).toBe(true)
    writeFileSync(file(), 'untouched')
    await make(users).ensure()
    expect(readFileSync(file(), 'utf8')).toBe('untouched')
    expect(users.users).toHaveLength(1)
  })

  it('goes on with the same password when it was killed between file and account', async () => {
    const users = new FakeUsers()
    users.fail = true
    await expect(make(users).ensure()).rejects.toThrow('killed here')
    const before = written().password
    users.fail = false
    await make(users).ensure()
    expect(written().password).toBe(before)
    expect(await new PasswordHasher().verify(before, users.users[0]?.passwordHash)).toBe(true)
  })

  it('takes the given password', async () => {
    const users = new FakeUsers()
    await make(users, { VITRINE_ADMIN_PASSWORD: 'correct horse battery', VITRINE_ADMIN_USERNAME: 'root' }).ensure()
    expect(written()).toMatchObject({ username: 'root', password: 'correct horse battery' })
  })
})
