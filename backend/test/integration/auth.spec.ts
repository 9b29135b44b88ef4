import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import { TestClient, type ProblemBody } from '../client.js'
import { makeProject } from '../factories/datasets.js'
import { makeUser } from '../factories/users.js'

interface SignedIn {
  user: { username: string; role: string }
  csrfToken: string
}

let portal: TestApp
let ann: { client: TestClient; password: string }

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  ann = await makeUser(portal, 'ann')
})
afterAll(() => portal.remove())

describe('signing in', () => {
  it('opens a session that scripts of the page cannot read, and signing out ends it', async () => {
    const client = portal.anonymous()
    const answer = await client.post<SignedIn>('/api/auth/login', { username: 'Ann', password: ann.password })
    expect(answer.status).toBe(200)
    expect(answer.body.user).toMatchObject({ username: 'ann', role: 'user' })
    expect(JSON.stringify(answer.body)).not.toContain('password')
    const cookies = answer.headers.getSetCookie()
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(['vitrine_session', 'vitrine_refresh', 'vitrine_csrf'])
    for (const cookie of cookies) expect(cookie).toMatch(/; Path=\/.*; SameSite=Lax/)
    // The page reads the CSRF token from its cookie; the other two are not for scripts.
    expect(cookies.map((cookie) => cookie.includes('; HttpOnly'))).toEqual([true, true, false])
    expect(cookies.join()).not.toContain('Domain')
    client.keep(answer.headers)
    client.csrfToken = answer.body.csrfToken
    expect((await client.get<SignedIn>('/api/auth/me')).body).toEqual(answer.body)
    expect((await client.post('/api/auth/logout')).status).toBe(204)
    expect((await client.get('/api/auth/me')).status).toBe(401)
  })

  it('out ends the streams that the session has open', async () => {
    const { client } = await makeUser(portal, 'reader')
    const reader = (await client.fetch('/api/events')).body?.pipeThrough(new TextDecoderStream()).getReader()
    await client.post('/api/auth/logout')
    let text = ''
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) text += chunk.value
    expect(text).toContain('event: end\ndata: {"reason":"you are no longer signed in"}')
  })

  it('says the same of a wrong password and of a name that nobody has', async () => {
    const client = portal.anonymous()
    const answers = [
      await client.post('/api/auth/login', { username: 'ann', password: 'wrong' }),
      await client.post('/api/auth/login', { username: 'nobody', password: 'wrong' }),
    ]
    for (const { status, body } of answers) expect([status, body.code]).toEqual([401, 'invalid-credentials'])
    const [one, two] = answers.map(({ body }) => ({ ...body, requestId: '' }))
    expect(one).toEqual(two)
    await ann.client.signIn({ username: 'ann', password: ann.password })
  })

  it.each([
    ['an object for a name', { username: { $gt: '' }, password: 'x' }, ['username']],
    ['no password', { username: 'ann' }, ['password']],
    ['an unknown field', { username: 'ann', password: 'x', role: 'admin' }, ['role']],
    ['a list', [], undefined],
  ])('refuses %s', async (_, body, paths) => {
    const answer = await portal.anonymous().post('/api/auth/login', body)
    expect(answer.status).toBe(400)
    if (paths) expect(answer.body.errors?.map(({ path }) => path)).toEqual(paths)
  })

  it('slows down guessing, also for the right password, and says for how long', async () => {
    const { password } = await makeUser(portal, 'target')
    const client = portal.anonymous()
    let last = await client.post('/api/auth/login', { username: 'target', password: 'wrong' })
    for (let i = 0; i < 8 && last.status === 401; i++)
      last = await client.post('/api/auth/login', { username: 'target', password: 'wrong' })
    expect([last.status, last.body.code]).toEqual([429, 'too-many-requests'])
    expect(last.body.detail).toMatch(/Wait \d+ seconds/)
    expect((await client.post('/api/auth/login', { username: 'target', password })).status).toBe(429)
  })

  it('is not possible with a form, which a page of another site could send', async () => {
    for (const type of ['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x']) {
      const answer = await portal
        .anonymous()
        .send<ProblemBody>('POST', '/api/auth/login', 'username=ann&password=x', { 'content-type': type })
      expect([answer.status, answer.body.code]).toEqual([415, 'unsupported-media-type'])
    }
  })
})

describe('the CSRF token', () => {
  it('is needed for what changes something, and must be that of the session', async () => {
    const other = await makeUser(portal, 'other')
    const client = new TestClient(portal.url)
    client.cookie = ann.client.cookie
    for (const token of [undefined, 'x', other.client.csrfToken]) {
      client.csrfToken = token
      const answer = await client.post('/api/projects', { title: 'x' })
      expect([answer.status, answer.body.code]).toEqual([403, 'csrf-token-invalid'])
      expect((await client.get('/api/projects')).status).toBe(200)
    }
    client.csrfToken = ann.client.csrfToken
    expect((await client.post('/api/projects', { title: 'x' })).status).toBe(201)
  })
})

describe('an API token', () => {
  it('is shown once, signs in without a CSRF token, and is worth nothing once revoked', async () => {
    const { status, body } = await ann.client.post<{ id: string; token: string; name: string }>('/api/iam/tokens', {
      name: 'CI',
      scopes: ['projects:write'],
    })
    expect(status).toBe(201)
    expect(body.token).toMatch(/^vtr_[\w-]{40,}$/)
    const listed = await ann.client.get<{ items: object[] }>('/api/iam/tokens')
    expect(listed.body.items).toHaveLength(1)
    expect(JSON.stringify(listed.body)).not.toContain(body.token)

    const machine = new TestClient(portal.url)
    machine.bearer = body.token
    expect((await machine.get<SignedIn>('/api/auth/me')).body.user.username).toBe('ann')
    await makeProject(machine)
    expect((await ann.client.delete(`/api/iam/tokens/${body.id}`)).status).toBe(204)
    const refused = await machine.get('/api/auth/me')
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="vitrine"'])
  })

  it("of someone else cannot be revoked, and does not show that it's there", async () => {
    const { body } = await ann.client.post<{ id: string }>('/api/iam/tokens', { name: 'mine', scopes: ['runs:write'] })
    const { client } = await makeUser(portal, 'mallory')
    const all = await (await portal.signedIn()).get<{ items: { name: string }[] }>('/api/iam/tokens?of=all&q=ann')
    expect(all.body.items.map(({ name }) => name)).toContain('mine')
    const answer = await client.delete(`/api/iam/tokens/${body.id}`)
    expect([answer.status, answer.body.code]).toEqual([404, 'token-not-found'])
  })

  it.each([
    {},
    { name: '', scopes: ['runs:write'] },
    { name: 'x'.repeat(81), scopes: ['runs:write'] },
    { name: 'x' },
    { name: 'x', scopes: [] },
    { name: 'x', scopes: ['everything'] },
  ])('is not made of %j', async (body) => {
    expect((await ann.client.post('/api/iam/tokens', body)).status).toBe(400)
  })

  it.each(['vtr_wrong', 'wrong', 'vtr_'])('%s is none', async (bearer) => {
    const machine = new TestClient(portal.url)
    machine.bearer = bearer
    expect((await machine.get('/api/projects')).status).toBe(401)
  })
})
