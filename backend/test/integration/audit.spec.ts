import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/common/ids.js'
import { AuditRecovery } from '../../src/modules/audit/audit-recovery.js'
import { AuditIntentRepository, AuditRepository } from '../../src/modules/audit/audit.repository.js'
import { environment, startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { TcpProxy } from '../fakes/tcp-proxy.js'
import { makeProject } from '../factories/datasets.js'
import { makeUser } from '../factories/users.js'

interface Entry {
  id: string
  at: string
  actor: { id: string | null; name: string; via: string }
  action: string
  outcome: string
  status: number
  problem: string | null
  resource: { type: string; id: string; name: string | null } | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  address: string
  userAgent: string
  requestId: string
}
interface Page {
  items: Entry[]
  nextCursor: string | null
}

let portal: TestApp
let admin: TestClient
let ann: { client: TestClient; password: string }

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  admin = await portal.signedIn()
  ann = await makeUser(portal, 'ann')
})
afterAll(() => portal.remove())
afterEach(() => vi.restoreAllMocks())

async function list(query: string): Promise<Entry[]> {
  const { status, body } = await admin.get<Page>(`/api/iam/audit?${query}`)
  expect(status).toBe(200)
  return body.items
}

/** The entries of a request that was just made, oldest first. */
async function entriesOf({ headers }: { headers: Headers }): Promise<Entry[]> {
  const requestId = headers.get('x-request-id')
  return (await list('limit=20')).filter((entry) => entry.requestId === requestId).reverse()
}

/** All unsafe operations of the API, from its document, so that none is left out. */
function unsafeOperations(): { verb: string; path: string; name: string }[] {
  const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as {
    paths: Record<string, Record<string, unknown>>
  }
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((verb) => ['post', 'put', 'patch', 'delete'].includes(verb))
      .map((verb) => ({ verb: verb.toUpperCase(), path, name: `${verb.toUpperCase()} ${path}` })),
  )
}

const dummy = (path: string): string => path.replace(/\{kind\}/g, 'user').replace(/\{\w+\}/g, '01m7xy77nxfy3p45z8hj66qhqg')
const tokenOf = async (client: TestClient, more: object = {}) =>
  (await client.post<{ id: string; token: string }>('/api/iam/tokens', { name: 'CI', scopes: ['projects:read'], ...more })).body

describe('no unsafe operation is forgotten', () => {
  const operations = unsafeOperations()

  it('of those that the document has', () => {
    expect(operations.length).toBeGreaterThan(20)
  })

  // Refreshing a session is no change, what an editor saves every few seconds is told in larger pieces, and who looks at what is nobody's business;
  // that their refusals are told is tested below.
  const quiet = [
    'POST /api/auth/refresh',
    'PATCH /api/reports/{id}',
    'PUT /api/reports/{id}/presence',
    'DELETE /api/reports/{id}/presence',
    'PUT /api/projects/{id}/card',
    'POST /api/projects/{id}/view',
  ]
  // One session for most of them: each sign-in takes a third of a second.
  let shared: Promise<TestClient> | undefined
  const clientFor = (path: string): Promise<TestClient> =>
    path.startsWith('/api/auth/') ? portal.signedIn() : (shared ??= portal.signedIn())

  it.each(operations.filter(({ name }) => !quiet.includes(name)))('$name', async ({ verb, path }) => {
    const client = await clientFor(path)
    const answer = await client.send(verb, dummy(path), verb === 'DELETE' ? undefined : {})
    expect(answer.status).toBeLessThan(500)
    const entries = await entriesOf(answer)
    expect(entries.length).toBeGreaterThan(0)
    for (const entry of entries) {
      expect(entry).toMatchObject({ status: answer.status, address: '127.0.0.1', userAgent: 'node' })
      expect(entry.outcome).toBe(answer.status < 400 ? 'done' : [401, 403].includes(answer.status) ? 'denied' : 'failed')
      expect(entry.action).toMatch(/^[a-z]+:[a-z]+$/i)
    }
  })

  it.each(operations.filter(({ path }) => !path.startsWith('/api/auth/')))('$name, without an account', async ({ verb, path }) => {
    const answer = await portal.anonymous().send(verb, dummy(path), verb === 'DELETE' ? undefined : {})
    expect(answer.status).toBe(401)
    expect(await entriesOf(answer)).toMatchObject([
      { outcome: 'denied', status: 401, problem: 'not-signed-in', actor: { id: null, via: 'anonymous' } },
    ])
  })
})

describe('a change tells who, what, when, from where, before and after', () => {
  it('of a project', async () => {
    const from = new Date()
    const project = await makeProject(ann.client)
    const answer = await ann.client.patch<{ revision: number }>(`/api/projects/${project.id}`, { revision: 1, title: 'After' })
    expect(answer.status).toBe(200)
    const [changed, created] = await list(`resourceId=${project.id}`)
    expect(created).toMatchObject({ action: 'project:create', outcome: 'done', status: 201, before: null })
    expect(changed).toMatchObject({
      actor: { name: 'ann', via: 'session' },
      action: 'project:update',
      outcome: 'done',
      status: 200,
      problem: null,
      resource: { type: 'project', id: project.id },
      before: { title: project.title },
      after: { title: 'After' },
      address: '127.0.0.1',
      requestId: answer.headers.get('x-request-id'),
    })
    expect(Date.parse(changed?.at ?? '')).toBeGreaterThanOrEqual(from.getTime())
  })

  it('of the members of a project', async () => {
    const project = await makeProject(admin)
    const annId = (await ann.client.get<{ user: { id: string } }>('/api/auth/me')).body.user.id
    const answer = await admin.put(`/api/projects/${project.id}/members/user/${annId}`, { role: 'editor' })
    expect(answer.status).toBeLessThan(300)
    const [entry] = await entriesOf(answer)
    expect(entry).toMatchObject({ action: 'project:share', resource: { id: project.id }, before: { members: [] } })
    expect(JSON.stringify(entry?.after)).toContain(annId)
  })

  it('of a token, without its value', async () => {
    const { id, token } = await tokenOf(ann.client)
    const [made] = await list(`resourceType=token&resourceId=${id}`)
    expect(made).toMatchObject({ outcome: 'done', resource: { type: 'token', name: 'CI' }, after: { scopes: ['projects:read'] } })
    expect(JSON.stringify(await list('limit=100'))).not.toContain(token.slice(4))
  })

  it('made with a token, as such', async () => {
    const machine = portal.anonymous()
    machine.bearer = (await tokenOf(ann.client, { scopes: ['projects:write'] })).token
    const answer = await machine.post('/api/projects', { title: 'By a machine' })
    expect(await entriesOf(answer)).toMatchObject([{ actor: { name: 'ann', via: 'token' }, action: 'project:create', outcome: 'done' }])
  })

  it('of a password, without it, and of the session that follows', async () => {
    const { client, password } = await makeUser(portal, 'changer')
    const next = 'another-good-one-71'
    const answer = await client.post('/api/auth/password', { currentPassword: password, newPassword: next })
    expect(answer.status).toBe(200)
    const entries = await entriesOf(answer)
    expect(entries.map(({ resource, outcome }) => [resource?.type, outcome])).toEqual([
      ['user', 'done'],
      ['session', 'done'],
    ])
    expect(JSON.stringify(entries)).not.toContain(next)
    expect(JSON.stringify(entries)).not.toContain(password)
  })

  it('signing in and out', async () => {
    const client = portal.anonymous()
    const answer = await client.post<{ user: { id: string }; csrfToken: string }>('/api/auth/login', {
      username: 'Ann',
      password: ann.password,
    })
    const [entry] = await entriesOf(answer)
    expect(entry).toMatchObject({
      actor: { id: answer.body.user.id, name: 'ann' },
      action: 'auth:login',
      outcome: 'done',
      resource: { type: 'session' },
    })
    client.keep(answer.headers)
    client.csrfToken = answer.body.csrfToken
    const [out] = await entriesOf(await client.post('/api/auth/logout'))
    expect(out).toMatchObject({ actor: { name: 'ann' }, resource: entry?.resource, outcome: 'done' })
  })
})

describe('what is denied', () => {
  it('at sign-in tells the name that was given, and nothing of the password', async () => {
    const answer = await portal.anonymous().post('/api/auth/login', { username: 'Ghost', password: 'pa55-of-someone' })
    const entries = await entriesOf(answer)
    expect(entries).toMatchObject([
      { actor: { id: null, name: 'ghost', via: 'anonymous' }, action: 'auth:login', outcome: 'denied', status: 401 },
    ])
    expect(JSON.stringify(entries)).not.toContain('pa55')
  })

  it("is told when someone reads another's project, though the answer is that there is none", async () => {
    const project = await makeProject(admin)
    await admin.put(`/api/projects/${project.id}/visibility`, { visibility: 'private', revision: 1 })
    const answer = await ann.client.get(`/api/projects/${project.id}`)
    expect(answer.status).toBe(404)
    expect(await entriesOf(answer)).toMatchObject([
      { actor: { name: 'ann' }, action: 'project:read', outcome: 'denied', status: 404, resource: { type: 'project', id: project.id } },
    ])
  })

  it('by a role, by the scope of a token, by a missing CSRF token, by a page of another site', async () => {
    const role = await ann.client.get('/api/iam/audit')
    expect(await entriesOf(role)).toMatchObject([{ action: 'audit:read', outcome: 'denied', status: 403 }])

    const machine = portal.anonymous()
    machine.bearer = (await tokenOf(ann.client)).token
    const scope = await machine.post('/api/projects', { title: 'x' })
    expect(await entriesOf(scope)).toMatchObject([{ action: 'project:create', outcome: 'denied', actor: { name: 'ann', via: 'token' } }])

    const csrf = await ann.client.send('POST', '/api/projects', { title: 'x' }, { 'x-csrf-token': 'wrong' })
    expect(await entriesOf(csrf)).toMatchObject([
      { action: 'project:create', outcome: 'denied', problem: 'csrf-token-invalid', actor: { name: 'ann' } },
    ])

    const site = await ann.client.send('POST', '/api/projects', { title: 'x' }, { 'sec-fetch-site': 'same-site' })
    expect(await entriesOf(site)).toMatchObject([{ action: 'project:create', outcome: 'denied', problem: 'cross-site-request' }])
  })

  it('tells of a refresh cookie that was used again, and nothing of one that was used as it should', async () => {
    const { client } = await makeUser(portal, 'copied')
    const copy = client.cookie
    for (let i = 0; i < 2; i++) {
      const answer = await client.post<{ csrfToken: string }>('/api/auth/refresh')
      expect(answer.status).toBe(200)
      expect(await entriesOf(answer)).toEqual([])
      client.keep(answer.headers)
    }
    client.cookie = copy
    const reused = await client.post('/api/auth/refresh')
    expect(reused.status).toBe(401)
    expect(await entriesOf(reused)).toMatchObject([
      { actor: { name: 'copied' }, action: 'auth:refresh', outcome: 'denied', resource: { type: 'session' } },
    ])
  })

  it('is not told when nobody is there and something is only read', async () => {
    expect(await entriesOf(await portal.anonymous().get('/api/projects'))).toEqual([])
  })
})

it('what is not valid is told without what was sent', async () => {
  const answer = await ann.client.post('/api/projects', { title: 'canary-of-a-body'.repeat(50), nonsense: 1 })
  expect(answer.status).toBe(400)
  const entries = await entriesOf(answer)
  expect(entries).toMatchObject([{ action: 'project:create', outcome: 'failed', problem: 'validation-failed', before: null, after: null }])
  expect(JSON.stringify(entries)).not.toContain('canary')
})

it('who hangs up before the answer is told as everyone', async () => {
  const { hostname, port } = new URL(portal.url)
  const body = JSON.stringify({ title: 'Hung up' })
  const socket = connect(Number(port), hostname)
  const { cookie, csrfToken } = ann.client
  socket.write(
    `POST /api/projects HTTP/1.1\r\nhost: x\r\ncookie: ${cookie}\r\nx-csrf-token: ${csrfToken}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    () => setTimeout(() => socket.destroy(), 2),
  )
  await expect.poll(async () => (await list('q=hung')).length).toBe(1)
})

describe('when something fails', () => {
  const intents = () => portal.app.get(AuditIntentRepository, { strict: false })
  const entries = () => portal.app.get(AuditRepository, { strict: false })
  const sweep = () => portal.app.get(AuditRecovery, { strict: false }).sweep(-1_000)
  const projectsOf = async (client: TestClient) =>
    (await client.get<{ items: { title: string }[] }>('/api/projects')).body.items.map(({ title }) => title)

  it('what cannot be noted is not done', async () => {
    vi.spyOn(intents(), 'insert').mockRejectedValue(Object.assign(new Error('gone'), { name: 'MongoNetworkError' }))
    const answer = await ann.client.post('/api/projects', { title: 'Not noted' })
    expect([answer.status, answer.body.code]).toEqual([503, 'database-unavailable'])
    expect(await projectsOf(ann.client)).not.toContain('Not noted')
  })

  it('what was done and could not be written is answered as it is, and found later, once', async () => {
    const append = vi.spyOn(entries(), 'append').mockRejectedValue(new Error('disk full'))
    const answer = await ann.client.post('/api/projects', { title: 'Not written' })
    expect(answer.status).toBe(201)
    append.mockRestore()
    expect(await entriesOf(answer)).toEqual([])
    await Promise.all([sweep(), sweep()])
    await sweep()
    expect(await entriesOf(answer)).toMatchObject([
      { action: 'project:create', outcome: 'unknown', status: 0, actor: { name: 'ann' }, resource: null },
    ])
  })

  it('what was written but is still noted is not written again', async () => {
    vi.spyOn(intents(), 'remove').mockRejectedValueOnce(new Error('killed'))
    const answer = await ann.client.post('/api/projects', { title: 'Written' })
    await sweep()
    expect(await entriesOf(answer)).toMatchObject([{ outcome: 'done' }])
    expect(await intents().begunBefore(new Date(Date.now() + 60_000), 10)).toEqual([])
  })

  it('what a portal left that was killed is found when another one starts, once it is two minutes old', async () => {
    const left = (minutes: number) => ({
      id: newId(new Date(Date.now() - minutes * 60_000)),
      at: new Date(Date.now() - minutes * 60_000),
      actor: { id: null, name: `killed-${minutes}`, via: 'session' as const },
      action: 'engine:delete',
      resource: { type: 'engine', id: 'e1', name: null },
      route: 'DELETE /api/engines/e1',
      address: '10.0.0.1',
      userAgent: '',
      requestId: `killed-${minutes}`,
    })
    await intents().insert(left(3))
    await intents().insert(left(1))
    const other = await startApp({ spec: import.meta.filename })
    try {
      await expect
        .poll(() => list('actor=killed-3'))
        .toMatchObject([{ outcome: 'unknown', action: 'engine:delete', requestId: 'killed-3' }])
      expect(await list('actor=killed-1')).toEqual([])
    } finally {
      await other.stop()
      await intents().remove(left(1).id)
    }
  })

  it('nothing is changed while the database is away, and it is served again when it is back', async () => {
    const spec = `${import.meta.filename}-away`
    const uri = environment(spec)['MONGODB_URI'] ?? ''
    const proxy = await TcpProxy.to(uri)
    const other = await startApp({ spec, env: { MONGODB_URI: proxy.through(uri) } })
    try {
      const client = await other.signedIn()
      await proxy.cut()
      const answer = await client.post('/api/projects', { title: 'Away' })
      expect([answer.status, answer.body.code]).toEqual([503, 'database-unavailable'])
      await proxy.mend()
      await expect.poll(async () => (await client.post('/api/projects', { title: 'Back' })).status, { timeout: 20_000 }).toBe(201)
      expect(await projectsOf(client)).toEqual(['Back'])
    } finally {
      await other.remove()
      await proxy.cut()
    }
  })
})

describe('the list', () => {
  it('is for admins, and for tokens of theirs with the scope', async () => {
    expect((await ann.client.get('/api/iam/audit')).status).toBe(403)
    expect((await ann.client.get('/api/iam/audit/export')).status).toBe(403)
    const machine = portal.anonymous()
    machine.bearer = (await tokenOf(admin, { scopes: ['audit:read'] })).token
    expect((await machine.get('/api/iam/audit')).status).toBe(200)
    machine.bearer = (await tokenOf(admin, { scopes: ['projects:read'] })).token
    expect((await machine.get('/api/iam/audit')).status).toBe(403)
  })

  it('is filtered by who, what, outcome, thing, time and names', async () => {
    const project = await makeProject(ann.client, { title: 'Penguins (v2)' })
    const mine = `resourceId=${project.id}`
    const annId = (await ann.client.get<{ user: { id: string } }>('/api/auth/me')).body.user.id
    const [entry] = await list(mine)
    const at = Date.parse(entry?.at ?? '')
    const time = (ms: number) => new Date(at + ms).toISOString()
    for (const filter of [
      'actor=ann',
      `actor=${annId}`,
      'action=project:create',
      'outcome=done',
      'resourceType=project',
      'q=pengu',
      'q=PENGUINS%20(v2',
      'q=an',
      `from=${time(0)}&to=${time(1)}`,
    ])
      expect([filter, await list(`${mine}&${filter}`)]).toEqual([filter, [entry]])
    for (const filter of [
      'actor=an',
      'action=project:update',
      'outcome=failed',
      'resourceType=user',
      'q=enguins',
      'q=.*',
      `from=${time(1)}`,
      `to=${time(0)}`,
    ])
      expect([filter, await list(`${mine}&${filter}`)]).toEqual([filter, []])
  })

  it.each(['outcome=maybe', 'from=yesterday', 'to=2026-13-01T00:00:00Z', 'limit=101', 'cursor=x', 'nonsense=1', 'actor=', 'q[$ne]=x'])(
    'does not take %s',
    async (query) => expect((await admin.get(`/api/iam/audit?${query}`)).status).toBe(400),
  )

  it('is paged, newest first, each entry once', async () => {
    const seen: Entry[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: Page } = await admin.get<Page>(`/api/iam/audit?actor=ann&limit=7${cursor && `&cursor=${cursor}`}`)
      seen.push(...body.items)
      cursor = body.nextCursor
    }
    expect(seen.length).toBeGreaterThan(14)
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length)
    const times = seen.map(({ at }) => at)
    expect(times).toEqual([...times].sort().reverse())
  })
})

describe('the export', () => {
  it('is what the list is, oldest first, one entry a line', async () => {
    const answer = await admin.fetch('/api/iam/audit/export?actor=ann')
    expect(answer.headers.get('content-type')).toContain('application/x-ndjson')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit.ndjson"')
    const lines = (await answer.text())
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Entry)
    const all: Entry[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body }: { body: Page } = await admin.get<Page>(`/api/iam/audit?actor=ann&limit=100${cursor && `&cursor=${cursor}`}`)
      all.push(...body.items)
      cursor = body.nextCursor
    }
    expect(lines).toEqual(all.reverse())
  })

  it('of 20,000 entries is read as fast as it is taken, and no faster', { timeout: 180_000 }, async () => {
    const repository = portal.app.get(AuditRepository, { strict: false })
    const at = new Date('2020-01-01T00:00:00Z')
    for (let batch = 0; batch < 20; batch++)
      await repository.append(
        Array.from({ length: 1_000 }, (_, i) => ({
          id: newId(new Date(at.getTime() + batch * 1_000 + i)),
          at: new Date(at.getTime() + batch * 1_000 + i),
          actor: { id: null, name: 'bulk', via: 'system' as const },
          action: 'project:update',
          outcome: 'done' as const,
          status: 200,
          problem: null,
          resource: null,
          before: JSON.stringify({ text: 'x'.repeat(1_000) }),
          after: null,
          address: '',
          userAgent: '',
          requestId: '',
        })),
      )
    const read = vi.spyOn(repository, 'oldest')
    const answer = await admin.fetch('/api/iam/audit/export?to=2020-02-01T00:00:00Z')
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = (await reader?.read())?.value ?? ''
    // Whoever takes nothing more has what is under way: one batch and what the sockets hold.
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(read.mock.calls.length).toBeLessThan(20)
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) text += chunk.value
    expect(text.split('\n').length - 1).toBe(20_000)
    expect(read.mock.calls.length).toBe(41)
  })
})

it('nothing changes or removes an entry', async () => {
  const repository = portal.app.get(AuditRepository, { strict: false })
  const methods = (of: object) => Object.getOwnPropertyNames(Object.getPrototypeOf(of)).filter((name) => name !== 'constructor')
  expect(methods(repository).sort()).toEqual(['append', 'find', 'newest', 'oldest'])
  const [entry] = await repository.newest({}, 1)
  if (!entry) throw new Error('there is no entry')
  expect(await repository.append([{ ...entry, outcome: 'failed' }])).toBe(0)
  expect(await repository.newest({}, 1)).toEqual([entry])
  const onAudit = unsafeOperations().filter(({ path }) => path.includes('audit'))
  expect(onAudit).toEqual([])
})
