import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/common/ids.js'
import { newUser, type User } from '../../src/modules/iam/users/user.js'
import { UserRepository } from '../../src/modules/iam/users/user.repository.js'
import type { BulkResultsDto, CreatedUserDto, ImportResultDto, UserDto, UserPage } from '../../src/modules/iam/users/users.dto.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { makeUser } from '../factories/users.js'

const USERS = '/api/iam/users'

let portal: TestApp
let admin: TestClient
let plain: TestClient
let repository: UserRepository

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  admin = await portal.signedIn()
  plain = (await makeUser(portal, 'plain')).client
  repository = portal.app.get(UserRepository, { strict: false })
})
afterAll(() => portal.remove())

const create = async (body: object) => {
  const answer = await admin.post<CreatedUserDto>(USERS, body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body
}
const codeOf = ({ status, body }: { status: number; body: ProblemBody | null }) => [status, body?.code]
/** Stores an account without going through the API; a session of it costs a hash, which most tests do not need. */
const store = async (fields: Partial<User> & { username: string }): Promise<User> => {
  const user = newUser({ id: newId(), createdAt: new Date(), ...fields })
  expect(await repository.insert(user)).toBe(true)
  return user
}

describe('an account', () => {
  it('is made with a generated password that only opens the way to a new one', async () => {
    const { user, temporaryPassword } = await create({ username: 'temp.orary', displayName: ' Zoë Temp ', email: 'zoe@example.org' })
    expect(user).toMatchObject({ username: 'temp.orary', displayName: 'Zoë Temp', role: 'user', state: 'active', source: 'local' })
    expect(user).toMatchObject({
      hasPassword: true,
      mustChangePassword: true,
      groups: [],
      lastSeenAt: null,
      lockedUntil: null,
      revision: 1,
    })
    const client = portal.anonymous()
    await client.signIn({ username: 'temp.orary', password: String(temporaryPassword) })
    expect(codeOf(await client.get('/api/projects'))).toEqual([403, 'password-change-required'])
    for (const newPassword of ['Superman2024!', temporaryPassword]) {
      const refused = await client.post('/api/auth/password', { currentPassword: temporaryPassword, newPassword })
      expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, 'newPassword'])
    }
    const changed = await client.post('/api/auth/password', { currentPassword: temporaryPassword, newPassword: 'teal otters hum 83' })
    expect(changed.status).toBe(200)
    client.keep(changed.headers)
    expect((await client.get('/api/projects')).status).toBe(200)
    expect((await admin.get<UserDto>(`${USERS}/${user.id}`)).body).toMatchObject({ mustChangePassword: false })
  })

  it('is made with a given password, if that is a good one', async () => {
    const bad = await admin.post(USERS, { username: 'given', password: 'password123456' })
    expect([bad.status, bad.body.errors?.[0]?.path]).toEqual([400, 'password'])
    const { user, temporaryPassword } = await create({ username: 'given', password: 'teal otters hum 84' })
    expect([user.mustChangePassword, temporaryPassword]).toEqual([true, null])
    expect(codeOf(await admin.post(USERS, { username: 'given' }))).toEqual([409, 'user-name-taken'])
  })

  it.each([
    [{ username: 'Ann' }, 'username'],
    [{ username: '-ann' }, 'username'],
    [{ username: 'x', role: 'root' }, 'role'],
    [{ username: 'x', email: 'nowhere' }, 'email'],
    [{ username: 'x', displayName: '  ' }, 'displayName'],
    [{ username: 'x', state: 'disabled' }, 'state'],
    [{ username: { $ne: '' } }, 'username'],
  ])('is not made from %j', async (body, path) => {
    const answer = await admin.post(USERS, body)
    expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, path])
  })

  it('changes at the revision it was read at, and keeps its sessions unless its rights change', async () => {
    const { client } = await makeUser(portal, 'changing')
    const user = await repository.findByUsername('changing')
    const path = `${USERS}/${user?.id}`
    const named = await admin.patch<UserDto>(path, { revision: 1, displayName: 'Changed', email: 'c@example.org' })
    expect(named.body).toMatchObject({ displayName: 'Changed', email: 'c@example.org', revision: 2 })
    expect((await client.get('/api/auth/me')).status).toBe(200)
    expect(codeOf(await admin.patch(path, { revision: 1, displayName: 'Late' }))).toEqual([409, 'user-revision-conflict'])
    const raised = await admin.patch<UserDto>(path, { revision: 2, role: 'admin', email: null })
    expect(raised.body).toMatchObject({ role: 'admin', email: null, revision: 3 })
    expect((await client.get('/api/auth/me')).status).toBe(401)
    expect((await admin.patch(path, { revision: 3, state: 'disabled' })).status).toBe(200)
    expect(codeOf(await portal.anonymous().post('/api/auth/login', { username: 'changing', password: 'test-user-3hT8vW1z' }))).toEqual([
      401,
      'invalid-credentials',
    ])
  })

  it('gets a new password: sessions and tokens end, a waiting sign-in is let through', async () => {
    const { client, password } = await makeUser(portal, 'forgetful')
    const token = await client.post<{ token: string }>('/api/iam/tokens', { name: 'x', scopes: ['projects:read'] })
    const guesser = portal.anonymous()
    let last = await guesser.post('/api/auth/login', { username: 'forgetful', password: 'wrong' })
    for (let i = 0; i < 9 && last.status === 401; i++)
      last = await guesser.post('/api/auth/login', { username: 'forgetful', password: 'wrong' })
    expect(last.status).toBe(429)
    const user = await repository.findByUsername('forgetful')
    const path = `${USERS}/${user?.id}`
    expect(Date.parse((await admin.get<UserDto>(path)).body.lockedUntil ?? '')).toBeGreaterThan(Date.now() - 1_000)
    const { body } = await admin.post<{ temporaryPassword: string }>(`${path}/password`)
    expect((await admin.get<UserDto>(path)).body).toMatchObject({ lockedUntil: null, mustChangePassword: true })
    expect((await client.get('/api/auth/me')).status).toBe(401)
    const machine = portal.anonymous()
    machine.bearer = token.body.token
    expect((await machine.get('/api/projects')).status).toBe(401)
    await client.signIn({ username: 'forgetful', password: body.temporaryPassword })
    expect(password).not.toBe(body.temporaryPassword)
  })

  it('of the identity provider has no password to reset', async () => {
    const { id } = await store({ username: 'from.outside', externalId: 'oidc:https://id.example#1' })
    expect((await admin.get<UserDto>(`${USERS}/${id}`)).body).toMatchObject({ source: 'oidc', hasPassword: false })
    expect(codeOf(await admin.post(`${USERS}/${id}/password`))).toEqual([409, 'password-from-provider'])
  })

  it('is deleted once it owns no projects', async () => {
    const { client } = await makeUser(portal, 'leaving')
    const { id } = (await repository.findByUsername('leaving')) ?? { id: '' }
    const project = await client.post<{ id: string }>('/api/projects', { title: 'Mine' })
    expect(codeOf(await admin.delete(`${USERS}/${id}`))).toEqual([409, 'user-owns-projects'])
    expect((await client.get('/api/auth/me')).status).toBe(200)
    await client.delete(`/api/projects/${project.body.id}`)
    await expect.poll(async () => (await admin.delete(`${USERS}/${id}`)).status, { timeout: 20_000 }).toBe(204)
    expect((await client.get('/api/auth/me')).status).toBe(401)
    for (const answer of [await admin.get(`${USERS}/${id}`), await admin.delete(`${USERS}/${id}`), await admin.get(`${USERS}/nonsense`)])
      expect(codeOf(answer)).toEqual([404, 'user-not-found'])
  })

  it('of one’s own cannot be disabled, demoted or deleted', async () => {
    const me = (await admin.get<{ user: UserDto }>('/api/auth/me')).body.user
    const { revision } = (await admin.get<UserDto>(`${USERS}/${me.id}`)).body
    for (const answer of [
      await admin.patch(`${USERS}/${me.id}`, { revision, role: 'user' }),
      await admin.patch(`${USERS}/${me.id}`, { revision, state: 'disabled' }),
      await admin.delete(`${USERS}/${me.id}`),
    ])
      expect(codeOf(answer)).toEqual([409, 'own-account'])
    const bulk = await admin.post<BulkResultsDto>(`${USERS}/bulk`, { ids: [me.id], role: 'user' })
    expect(bulk.body.results).toMatchObject([{ id: me.id, username: 'admin', outcome: 'failed', code: 'own-account' }])
    expect((await admin.get<UserDto>(`${USERS}/${me.id}`)).body).toMatchObject({ role: 'admin', state: 'active', revision })
  })
})

describe('many accounts', () => {
  it('get a role or a state, each with its outcome', async () => {
    const [one, two] = [await store({ username: 'bulk.one' }), await store({ username: 'bulk.two', state: 'disabled' })]
    const missing = newId()
    const { body } = await admin.post<BulkResultsDto>(`${USERS}/bulk`, { ids: [one.id, two.id, missing], state: 'disabled' })
    expect(body.results.map(({ username, outcome, code }) => [username, outcome, code])).toEqual([
      ['bulk.one', 'changed', null],
      ['bulk.two', 'unchanged', null],
      ['', 'failed', 'user-not-found'],
    ])
    expect(await repository.findById(one.id)).toMatchObject({ state: 'disabled', epoch: 2 })
    for (const body of [
      { ids: [one.id] },
      { ids: [one.id], role: 'user', state: 'active' },
      { ids: [], role: 'user' },
      { ids: ['x'], role: 'user' },
    ])
      expect((await admin.post(`${USERS}/bulk`, body)).status).toBe(400)
    const many = Array.from({ length: 201 }, () => newId())
    expect((await admin.post(`${USERS}/bulk`, { ids: many, role: 'user' })).status).toBe(400)
  })

  it('are found by filters, and paged without doubles or gaps under each order', async () => {
    const day = 86_400_000
    const accents = ['Éva', 'eva', 'Zoë', 'zoe', 'Åsa', '"; =1+1', 'O’Neil', '王芳']
    await Promise.all(
      Array.from({ length: 60 }, (_, i) =>
        store({
          username: `paged-${String(i).padStart(2, '0')}`,
          displayName: `${accents[i % accents.length]} Paged`,
          email: i % 3 === 0 ? `P.${i}+x@Example.ORG` : null,
          role: i % 10 === 0 ? 'admin' : 'user',
          state: i % 4 === 0 ? 'disabled' : 'active',
          // Many are the same, and many were never here.
          lastSeenAt: i % 5 === 0 ? null : new Date(Math.floor(Date.now() / 1000) * 1000 - (i % 7) * 6 * day - 60_000),
          createdAt: new Date(Date.UTC(2026, 0, 1 + (i % 6))),
        }),
      ),
    )
    for (const sort of ['username', 'displayName', 'lastSeenAt', 'createdAt'] as const)
      for (const order of ['asc', 'desc'] as const) {
        const seen: UserDto[] = []
        let cursor: string | null = ''
        while (cursor !== null) {
          const query: string = `q=paged&sort=${sort}&order=${order}&limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`
          const { status, body }: { status: number; body: UserPage } = await admin.get<UserPage>(`${USERS}?${query}`)
          expect([status, body.total]).toEqual([200, 60])
          seen.push(...body.items)
          cursor = body.nextCursor
        }
        expect(new Set(seen.map(({ id }) => id)).size, `${sort} ${order}`).toBe(60)
        expect(seen).toHaveLength(60)
        if (sort !== 'displayName') {
          const values = seen.map((user) => user[sort] ?? '')
          expect(values, `${sort} ${order}`).toEqual([...values].sort().map((_, i, all) => all[order === 'asc' ? i : all.length - 1 - i]))
        }
      }
    const count = async (query: string) => (await admin.get<UserPage>(`${USERS}?q=paged&${query}`)).body.total
    expect(await count('role=admin')).toBe(6)
    expect(await count('state=disabled')).toBe(15)
    expect(await count('state=disabled&role=admin')).toBe(3)
    expect(await count('seen=never')).toBe(12)
    expect((await count('seen=30d')) + (await count('seen=older'))).toBe(48)
    expect(await count('seen=7d')).toBeLessThan(await count('seen=30d'))
    const found = async (q: string) => (await admin.get<UserPage>(`${USERS}?q=${encodeURIComponent(q)}`)).body.total
    expect(await found('EVA paged')).toBe(await found('éva paged'))
    expect(await found('eva paged')).toBe(16)
    expect(await found('p.3+x@example')).toBe(1)
    expect(await found('王芳')).toBe(7)
    for (const hostile of ['.*', '^paged', '$', '(', '[a', '\\', 'paged-0.']) expect(await found(hostile), hostile).toBe(0)
  })

  it.each(['sort=password', 'order=up', 'seen=1d', 'role=x', 'groupId=x', 'limit=0', 'limit=101', 'q[$ne]=x', 'cursor=x'])(
    'are not listed with %s',
    async (query) => {
      expect((await admin.get(`${USERS}?${query}`)).status).toBe(400)
    },
  )

  it('are not paged with the cursor of another order', async () => {
    const { body } = await admin.get<UserPage>(`${USERS}?limit=1`)
    expect(codeOf(await admin.get(`${USERS}?limit=1&order=desc&cursor=${body.nextCursor}`))).toEqual([400, 'invalid-cursor'])
    expect(codeOf(await admin.get(`${USERS}?limit=1&sort=createdAt&cursor=${body.nextCursor}`))).toEqual([400, 'invalid-cursor'])
  })
})

describe('the last admin', () => {
  it('is never lost, whatever two admins do to each other at the same moment', async () => {
    const others = (await admin.get<UserPage>(`${USERS}?role=admin&limit=100`)).body.items.filter(({ username }) => username !== 'admin')
    await Promise.all(others.map(({ id }) => repository.secure(id, null, { role: 'user' }, new Date())))
    const { password } = await makeUser(portal, 'second')
    const second = await repository.findByUsername('second')
    const first = await repository.findByUsername('admin')
    if (!first || !second) throw new Error('both were made')
    for (let round = 0; round < 6; round++) {
      await repository.secure(first.id, null, { role: 'admin', state: 'active' }, new Date())
      await repository.secure(second.id, null, { role: 'admin', state: 'active' }, new Date())
      const [one, two] = [await portal.signedIn(), portal.anonymous()]
      await two.signIn({ username: 'second', password })
      const body = round % 2 === 0 ? { role: 'user' } : { state: 'disabled' }
      const revisionOf = async (id: string) => (await repository.findById(id))?.revision
      const [a, b] = await Promise.all([
        round < 4
          ? one.patch(`${USERS}/${second.id}`, { ...body, revision: await revisionOf(second.id) })
          : one.post(`${USERS}/bulk`, { ...body, ids: [second.id] }),
        round < 4
          ? two.patch(`${USERS}/${first.id}`, { ...body, revision: await revisionOf(first.id) })
          : two.post(`${USERS}/bulk`, { ...body, ids: [first.id] }),
      ])
      expect(await repository.hasAdmin(), `round ${round}: ${a.status} ${b.status}`).toBe(true)
      for (const { status } of [a, b]) expect([200, 401, 403, 409]).toContain(status)
    }
    await repository.secure(first.id, null, { role: 'admin', state: 'active' }, new Date())
    admin = await portal.signedIn()
  })
})

describe('an import', () => {
  const run = (csv: string, dryRun = true) => admin.post<ImportResultDto & ProblemBody>(`${USERS}/import`, { csv, dryRun })

  beforeAll(async () => {
    expect((await admin.post('/api/iam/groups', { name: 'lab' })).status).toBe(201)
  })

  it('shows what would happen, then does just that', async () => {
    await store({ username: 'here.already' })
    const csv =
      '\uFEFFEmail,username,groups,display_name,role\r\n' +
      'a@example.org,imp.a,lab;lab,"Doe, ""Jane""",user\r\n\r\n' +
      ',imp.b,,,\r\n' +
      ',here.already,,Changed,admin\r\n' +
      ',imp.c,,"王 芳 Éva",admin\r\n'
    const dry = await run(csv)
    expect(dry.body.rows.map(({ line, username, outcome }) => [line, username, outcome])).toEqual([
      [2, 'imp.a', 'create'],
      [4, 'imp.b', 'create'],
      [5, 'here.already', 'exists'],
      [6, 'imp.c', 'create'],
    ])
    expect(dry.body.summary).toEqual({ create: 3, exists: 1, invalid: 0 })
    expect(await repository.findByUsername('imp.a')).toBeNull()
    const real = await run(csv, false)
    expect(real.body.rows.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'exists', 'created'])
    const { body } = await admin.get<UserPage>(`${USERS}?q=imp.`)
    expect(body.items).toMatchObject([
      { username: 'imp.a', displayName: 'Doe, "Jane"', email: 'a@example.org', groups: [{ name: 'lab', role: 'member' }] },
      { username: 'imp.b', displayName: 'imp.b', email: null, role: 'user', mustChangePassword: true },
      { username: 'imp.c', displayName: '王 芳 Éva', role: 'admin' },
    ])
    expect(await repository.findByUsername('here.already')).toMatchObject({ displayName: 'here.already', role: 'user' })
    await portal.anonymous().signIn({ username: 'imp.b', password: String(real.body.rows[1]?.temporaryPassword) })
    expect((await run(csv, false)).body.summary).toEqual({ create: 0, exists: 4, invalid: 0 })
  })

  it('changes nothing when one row is invalid, and says what is wrong with each', async () => {
    const csv = 'username,email,role,groups,state\nok.one,,,,\nNot.Ok,x,root,nowhere;lab,gone\nok.one,,,,\n,,,,\nok.two,a@b.example\n'
    const { body } = await run(csv)
    expect(body.summary).toEqual({ create: 1, exists: 0, invalid: 4 })
    expect(body.rows.map(({ errors }) => errors.map(({ field }) => field))).toEqual([
      [],
      ['username', 'email', 'role', 'state', 'groups'],
      ['username'],
      ['username'],
      ['row'],
    ])
    const real = await run(csv, false)
    expect(codeOf(real)).toEqual([422, 'import-invalid'])
    expect(real.body.errors?.[0]?.path).toBe('rows.3.username')
    expect(await repository.findByUsername('ok.one')).toBeNull()
  })

  it.each([
    ['an unknown column', 'username,password\nx,y', /"password"/],
    ['a column twice', 'username,email,Username\nx,,y', /"username" twice/],
    ['no column for the name', 'email\nx@example.org', /no column "username"/],
    ['semicolons', 'username;email\nx;y', /"username;email"/],
    ['nothing but a header', 'username\n', /no rows/],
    ['nothing', ' \n', /no header|not known/],
    ['a quote that is not closed', 'username\n"x\ny', /Quote/],
    ['a quote inside of a cell', 'username\nx"y"\nz', /Quote/],
    ['a name of the language', '__proto__,username\nx,y', /"__proto__"/],
    ['1,001 rows', `username\n${Array.from({ length: 1001 }, (_, i) => `many-${i}`).join('\n')}`, /more than 1000 rows/],
  ])('is refused with %s', async (_, csv, message) => {
    for (const dryRun of [true, false]) {
      const answer = await run(csv, dryRun)
      expect(codeOf(answer)).toEqual([422, 'import-invalid'])
      expect(answer.body.errors?.[0]?.message).toMatch(message)
    }
  })

  it('is refused when it is too large, in letters or in bytes', async () => {
    for (const csv of [`username\n${'x'.repeat(600 * 1024)}`, `username\n${'王'.repeat(300 * 1024)}`]) {
      const answer = await run(csv)
      expect([answer.status, answer.body.errors?.[0]?.path]).toEqual([400, 'csv'])
    }
    expect((await admin.post(`${USERS}/import`, { csv: 'x'.repeat(1100 * 1024), dryRun: true })).status).toBe(413)
    expect((await admin.post(`${USERS}/import`, { csv: 'username\nx', dryRun: 'true' })).status).toBe(400)
  })

  it('of almost 512 KiB is read', async () => {
    const wide = Array.from({ length: 500 }, (_, i) => `wide-${i},"${'x'.repeat(1000)}"`)
    const answer = await run(`username,display_name\n${wide.join('\n')}`)
    expect([answer.status, answer.body.summary?.invalid]).toEqual([200, 500])
    const groups = Array.from({ length: 60_000 }, (_, i) => `g${i}`).join(';')
    const { body } = await run(`username,groups\nmany.groups,${groups}`)
    expect(body.rows[0]?.errors).toHaveLength(51)
  })

  it('of 1,000 rows is done in one request', async () => {
    const csv = `username\n${Array.from({ length: 1000 }, (_, i) => `thousand-${i}`).join('\n')}`
    const from = performance.now()
    const { body } = await run(csv, false)
    expect(body.summary).toEqual({ create: 1000, exists: 0, invalid: 0 })
    expect(new Set(body.rows.map(({ temporaryPassword }) => temporaryPassword)).size).toBe(1000)
    expect(performance.now() - from).toBeLessThan(20_000)
    expect((await admin.get<UserPage>(`${USERS}?q=thousand-`)).body.total).toBe(1000)
  })
})

describe('an export', () => {
  it('comes back by an import, without a cell that a spreadsheet would run', async () => {
    const names = ['=1+1', '+cmd', '-x', '@sum', "'=quoted", "''=twice", '＝wide', "'plain", 'a,"b"', '王芳']
    const made = await Promise.all(names.map((displayName, i) => store({ username: `trip-${i}`, displayName, email: `+${i}@example.org` })))
    const answer = await admin.fetch(`${USERS}/export?q=trip-`)
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toContain('users.csv')
    const csv = await answer.text()
    expect(csv.split('\n')[0]?.replace('\uFEFF', '')).toBe('username,display_name,email,role,groups,state,last_seen_at,created_at')
    expect(csv).not.toMatch(/(^|,)"?[=+\-@＝]/m)
    for (const { id } of made) await repository.remove(id)
    const back = await admin.post<ImportResultDto>(`${USERS}/import`, { csv, dryRun: false })
    expect(back.body.summary).toEqual({ create: names.length, exists: 0, invalid: 0 })
    const { body } = await admin.get<UserPage>(`${USERS}?q=trip-`)
    expect(body.items.map(({ displayName, email }) => [displayName, email])).toEqual(names.map((name, i) => [name, `+${i}@example.org`]))
  })

  it('is complete over many pages', async () => {
    const text = await (await admin.fetch(`${USERS}/export?q=thousand-&sort=createdAt&order=desc`)).text()
    const lines = text.trim().split('\n').slice(1)
    expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(1000)
    expect(lines).toHaveLength(1000)
  })
})

it('is all for admins only', async () => {
  const id = (await repository.findByUsername('given'))?.id
  const routes: [string, string, object?][] = [
    ['GET', USERS],
    ['POST', USERS, { username: 'sneaky' }],
    ['GET', `${USERS}/export`],
    ['POST', `${USERS}/import`, { csv: 'username\nsneaky', dryRun: false }],
    ['POST', `${USERS}/bulk`, { ids: [id], role: 'admin' }],
    ['GET', `${USERS}/${id}`],
    ['PATCH', `${USERS}/${id}`, { revision: 1, role: 'admin' }],
    ['DELETE', `${USERS}/${id}`],
    ['POST', `${USERS}/${id}/password`, {}],
  ]
  for (const [method, path, body] of routes) {
    expect(codeOf(await plain.send<ProblemBody>(method, path, body)), `${method} ${path}`).toEqual([403, 'not-allowed'])
    expect((await portal.anonymous().send<ProblemBody>(method, path, body)).status).toBe(401)
  }
  expect(await repository.findByUsername('sneaky')).toBeNull()
})
