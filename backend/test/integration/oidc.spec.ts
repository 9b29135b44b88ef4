import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { setClock } from '../../src/common/clock.js'
import { newId } from '../../src/common/ids.js'
import { GroupRepository } from '../../src/modules/iam/groups/group.repository.js'
import type { User } from '../../src/modules/iam/users/user.js'
import { UserRepository } from '../../src/modules/iam/users/user.repository.js'
import { environment, startApp, type TestApp } from '../app.js'
import { makeUser } from '../factories/users.js'
import { PUBLIC_URL, TestBrowser } from '../oidc/browser.js'
import { startFakeProvider, type FakeProvider, type Forgery } from '../oidc/fake-provider.js'
import { startProvider, type Account, type TestProvider } from '../oidc/provider.js'

const CALLBACK = `${PUBLIC_URL}/api/auth/oidc/callback`
const settings = environment(import.meta.filename)
const ADMIN = { username: settings['VITRINE_ADMIN_USERNAME'] ?? '', password: settings['VITRINE_ADMIN_PASSWORD'] ?? '' }
const FAILED = '/login?problem=sign-in-failed'

interface AuditLine {
  action: string
  outcome: string
  problem?: string | null
  actor: { name: string }
  resource: { type: string; id: string; name: string | null } | null
}

const settingsOf = ({ issuer, clientId, clientSecret }: Pick<TestProvider, 'issuer' | 'clientId' | 'clientSecret'>) => ({
  VITRINE_PUBLIC_URL: PUBLIC_URL,
  VITRINE_OIDC_ISSUER: issuer,
  VITRINE_OIDC_CLIENT_ID: clientId,
  VITRINE_OIDC_CLIENT_SECRET: clientSecret,
  VITRINE_OIDC_LABEL: 'University',
})

let provider: TestProvider
let portal: TestApp
beforeAll(async () => {
  provider = await startProvider({ publicUrl: PUBLIC_URL, accounts: [] })
  portal = await startApp({ spec: import.meta.filename, env: settingsOf(provider) })
})
afterAll(async () => {
  await portal.remove()
  await provider.stop()
})

let restore: (() => void) | undefined
let others: TestApp[] = []
afterEach(async () => {
  restore?.()
  restore = undefined
  for (const other of others) await other.stop()
  for (const other of others) await other.remove()
  others = []
})

/** A portal with other settings and a database of its own, for one test. */
let portals = 0
async function portalWith(
  env: Record<string, string>,
  options: { provider?: Pick<TestProvider, 'issuer' | 'clientId' | 'clientSecret'>; database?: string } = {},
) {
  const other = await startApp({
    spec: `${import.meta.filename}-${options.database ?? ++portals}`,
    env: { ...settingsOf(options.provider ?? provider), ...env },
  })
  others.push(other)
  return other
}

let subjects = 0
/** Someone new at the provider. */
function someone(claims: Omit<Account, 'sub'> = {}): Account {
  const sub = `subject-${++subjects}`
  const account = { sub, preferred_username: `someone-${subjects}`, ...claims }
  provider.accounts.set(sub, account)
  return account
}

const signIn = async ({ sub }: Account, at = portal) => {
  const browser = new TestBrowser(at)
  return { location: await browser.signIn(sub), browser, client: browser.client }
}
const me = async ({ client }: { client: TestBrowser['client'] }) =>
  (await client.get<{ user: { username: string; role: string; hasPassword: boolean; email: string | null } }>('/api/auth/me')).body.user
const isSignedIn = async (browser: TestBrowser) => (await browser.client.get('/api/auth/me')).status === 200
const users = (at = portal) => at.app.get(UserRepository, { strict: false })
const groupsOf = async ({ memberships }: Pick<User, 'memberships'>, at = portal) => {
  const groups = await at.app.get(GroupRepository, { strict: false }).findByIds(memberships.map(({ groupId }) => groupId))
  return groups.map(({ name }) => name).sort()
}
const accountOf = async ({ sub }: Account, at = portal, issuer = provider.issuer): Promise<User> => {
  const user = await users(at).findByExternalId(`oidc:${issuer}#${sub}`)
  if (!user) throw new Error(`${sub} has no account`)
  return user
}
const auditOf = async (query: string, at = portal) =>
  (await (await at.signedIn()).get<{ items: AuditLine[] }>(`/api/iam/audit?${query}`)).body.items

describe('signing in at a real provider', () => {
  it('makes an account, opens a session and leads to the page that was asked for', async () => {
    const ann = someone({ name: 'Ann Smith', preferred_username: 'Ann@uni.example', email: 'ann@uni.example', email_verified: true })
    const browser = new TestBrowser(portal)
    expect(await browser.signIn(ann.sub, '/p/iris?tab=data')).toBe('/p/iris?tab=data')
    const { body, status } = await browser.client.get<{ user: Record<string, unknown> }>('/api/auth/me')
    expect(status).toBe(200)
    expect(body.user).toMatchObject({
      username: 'ann',
      displayName: 'Ann Smith',
      email: 'ann@uni.example',
      role: 'user',
      hasPassword: false,
    })
    const told = await auditOf('actor=ann')
    expect(told.map(({ resource }) => resource?.type).sort()).toEqual(['session', 'user'])
  })

  it('finds the same account again, whatever the person is called now, and keeps what they changed here', async () => {
    const bob = someone({ name: 'Bob', preferred_username: 'bob' })
    const first = await me(await signIn(bob))
    provider.accounts.set(bob.sub, { ...bob, preferred_username: 'ann', name: 'Robert' })
    expect(await me(await signIn(bob))).toEqual(first)
  })

  it('takes claims of the id token as well as of the userinfo, and has no secret where the provider gave none', async () => {
    const other = await startProvider({
      publicUrl: PUBLIC_URL,
      accounts: [{ sub: 'x', preferred_username: 'cid', name: 'Cid' }],
      idTokenClaims: true,
      publicClient: true,
    })
    try {
      const at = await portalWith({}, { provider: other })
      expect(await me(await signIn({ sub: 'x' }, at))).toMatchObject({ username: 'cid' })
    } finally {
      await other.stop()
    }
  })

  it('asks with PKCE, state and nonce, and keeps them where no script and no other site reads them', async () => {
    const browser = new TestBrowser(portal)
    const answer = await browser.open(`${PUBLIC_URL}/api/auth/oidc/start`)
    const asked = new URL(answer.location).searchParams
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      scope: 'openid profile email',
      code_challenge_method: 'S256',
      redirect_uri: CALLBACK,
    })
    for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)?.length).toBeGreaterThan(40)
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^vitrine_oidc=v1\.[\w-]+; Max-Age=600; Path=\/; HttpOnly; SameSite=Lax$/)
    expect(Buffer.from(cookie.split(/[.;]/)[1] ?? '', 'base64url').toString('latin1')).not.toContain(asked.get('state'))
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('behind TLS the cookie is __Host- and Secure', async () => {
    const at = await portalWith({ VITRINE_PUBLIC_URL: 'https://portal.example' })
    const answer = await at.anonymous().fetch('/api/auth/oidc/start')
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^__Host-vitrine-oidc=v1\.[\w-]+; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })

  it('gives people without a usable name one, and those of the same name different ones', async () => {
    expect((await me(await signIn(someone({ preferred_username: '李明', email: 'dora@uni.example' })))).username).toBe('dora')
    expect((await me(await signIn(someone({ preferred_username: '李明' })))).username).toMatch(/^user-[a-z0-9]{4,5}$/)
    expect((await me(await signIn(someone({ preferred_username: 'same' })))).username).toBe('same')
    expect((await me(await signIn(someone({ preferred_username: 'Same' })))).username).toBe('same-2')
  })

  it('makes one account when the same person signs in twice at once', async () => {
    const account = someone()
    const results = await Promise.all([signIn(account), signIn(account), signIn(account)])
    const names = await Promise.all(results.map(async (result) => (await me(result)).username))
    expect(new Set(names).size).toBe(1)
  })

  it('leads to the sign-in page when the person refuses', async () => {
    const browser = new TestBrowser(portal)
    const callback = await browser.authenticate(await browser.start(), { cancel: '1' })
    expect((await browser.open(callback)).location).toBe(FAILED)
  })

  it('is told by the options, and is not there without a provider', async () => {
    const answer = await portal.anonymous().get('/api/auth/options')
    expect(answer.body).toMatchObject({ local: true, oidc: { label: 'University' } })
    const at = await portalWith({ VITRINE_OIDC_ISSUER: '' })
    const start = await at.anonymous().get('/api/auth/oidc/start')
    expect([start.status, start.body.code]).toEqual([404, 'identity-provider-not-configured'])
    expect((await new TestBrowser(at).open(`${CALLBACK}?code=a&state=b`)).location).toBe(FAILED)
  })
})

describe('an answer that is not the answer to this browser', () => {
  /** A browser that came back from the provider, and the address that it is about to open. */
  const returned = async () => {
    const browser = new TestBrowser(portal)
    const callback = new URL(await browser.authenticate(await browser.start(), { account: someone().sub }))
    return { browser, callback }
  }
  const refused = async (browser: TestBrowser, address: URL | string) => {
    const answer = await browser.open(String(address))
    expect([answer.status, answer.location]).toEqual([302, FAILED])
    expect(await isSignedIn(browser)).toBe(false)
  }

  it.each(['other', ''])('with the state "%s" is refused, and told to the audit log', async (state) => {
    const { browser, callback } = await returned()
    callback.searchParams.set('state', state)
    await refused(browser, callback)
    expect((await auditOf('action=auth:oidc&outcome=denied')).length).toBeGreaterThan(0)
  })

  it('with its state or its code twice is refused', async () => {
    for (const name of ['state', 'code']) {
      const { browser, callback } = await returned()
      callback.searchParams.append(name, callback.searchParams.get(name) ?? '')
      await refused(browser, callback)
    }
  })

  it('from another issuer, by its iss parameter, or without one, is refused', async () => {
    for (const iss of ['https://other.example', null]) {
      const { browser, callback } = await returned()
      if (iss === null) callback.searchParams.delete('iss')
      else callback.searchParams.set('iss', iss)
      await refused(browser, callback)
    }
  })

  it('without the cookie of the transaction is refused: a link from someone else signs nobody in', async () => {
    const { callback } = await returned()
    await refused(new TestBrowser(portal), callback)
  })

  it('with the cookie of another transaction is refused', async () => {
    const { callback } = await returned()
    const victim = new TestBrowser(portal)
    await victim.start()
    await refused(victim, callback)
  })

  it('with a cookie that was made up, or changed, is refused', async () => {
    const { browser, callback } = await returned()
    const cookie = browser.client.cookie ?? ''
    browser.client.cookie = cookie.slice(0, -2) + (cookie.endsWith('AA') ? 'BB' : 'AA')
    await refused(browser, callback)
    browser.client.cookie = 'vitrine_oidc=e30'
    await refused(browser, callback)
  })

  it('works once, even with a copy of the cookie', async () => {
    const { browser, callback } = await returned()
    const copy = new TestBrowser(portal)
    copy.client.cookie = browser.client.cookie
    expect((await browser.open(callback.href)).location).toBe('/')
    expect(browser.client.cookieValue('vitrine_oidc')).toBeUndefined()
    await refused(copy, callback)
  })

  it('with a code that was used before is refused, in a transaction of its own too', async () => {
    const { browser, callback } = await returned()
    await browser.open(callback.href)
    const thief = new TestBrowser(portal)
    const state = new URL(await thief.start()).searchParams.get('state') ?? ''
    callback.searchParams.set('state', state)
    await refused(thief, callback)
  })

  it('with a stolen, unused code is refused: it belongs to another verifier', async () => {
    const { callback } = await returned()
    const thief = new TestBrowser(portal)
    callback.searchParams.set('state', new URL(await thief.start()).searchParams.get('state') ?? '')
    await refused(thief, callback)
  })

  it('that comes after ten minutes is refused', async () => {
    const { browser, callback } = await returned()
    restore = setClock(() => new Date(Date.now() + 10 * 60_000 + 1000))
    await refused(browser, callback)
  })

  it.each(['', '?', '?code=x', '?error=%00', '?state[]=1', `?state=${'x'.repeat(8000)}`, '?response=a.b.c', '?id_token=x&state=y'])(
    'as %.20s is refused',
    async (query) => {
      const browser = new TestBrowser(portal)
      await browser.start()
      await refused(browser, CALLBACK + query)
    },
  )

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https:evil.example',
    'https://evil.example',
    '/\r\nLocation: https://evil.example',
    '/\t/evil.example',
    '/api/auth/oidc/start',
  ])('never leads to %j', async (returnTo) => {
    const browser = new TestBrowser(portal)
    expect(await browser.signIn(someone().sub, returnTo)).toBe('/')
  })

  it('is not begun by a returnTo that is twice encoded', async () => {
    expect(await new TestBrowser(portal).signIn(someone().sub, '/%0d%0a')).toBe('/%0d%0a')
  })
})

describe('a token that is not good', () => {
  let fake: FakeProvider
  let at: TestApp
  beforeAll(async () => {
    fake = await startFakeProvider()
    at = await startApp({ spec: `${import.meta.filename}-fake`, env: settingsOf(fake) })
  })
  afterAll(async () => {
    await at.remove()
    await fake.stop()
  })

  const tryWith = async (forgery: Forgery) => {
    const browser = new TestBrowser(at)
    const asked = new URL(await browser.start()).searchParams
    fake.forgery = { ...forgery, claims: { nonce: asked.get('nonce'), ...forgery.claims } }
    const { location } = await browser.open(`${CALLBACK}?code=any&state=${asked.get('state')}`)
    return { location, browser }
  }
  const seconds = () => Math.floor(Date.now() / 1000)

  it('is only refused for what is wrong with it: one that is good signs in, and PKCE goes with the code', async () => {
    const { location, browser } = await tryWith({})
    expect(location).toBe('/')
    expect(await isSignedIn(browser)).toBe(true)
    expect(fake.redeemed.at(-1)?.get('code_verifier')?.length).toBeGreaterThan(40)
  })

  const forgeries: [string, Forgery][] = [
    ['alg none', { header: { alg: 'none' }, signature: 'none' }],
    ['alg none with a signature', { header: { alg: 'none' } }],
    ['alg HS256 signed with the client secret', { header: { alg: 'HS256' }, signature: 'client-secret' }],
    ['an algorithm that is not pinned', { header: { alg: 'RS384' } }],
    ['no signature', { signature: 'none' }],
    ['a foreign signature', { signature: 'foreign' }],
    ['a foreign signature of an unknown key', { signature: 'foreign', header: { kid: 'foreign' } }],
    ['claims changed after signing', { tamper: swapClaims }],
    ['another issuer', { claims: { iss: 'https://other.example' } }],
    ['another audience', { claims: { aud: 'other' } }],
    ['several audiences and another authorised party', { claims: { aud: ['vitrine', 'other'], azp: 'other' } }],
    ['no audience', { claims: { aud: undefined } }],
    ['a time that is over', { claims: { iat: seconds() - 7200, exp: seconds() - 3600 } }],
    ['no expiry', { claims: { exp: undefined } }],
    ['a time that has not begun', { claims: { nbf: seconds() + 3600 } }],
    ['another nonce', { claims: { nonce: 'other' } }],
    ['no nonce', { claims: { nonce: undefined } }],
    ['no subject', { claims: { sub: undefined } }],
    ['a subject that is no text', { claims: { sub: 7 } }],
    ['a userinfo about someone else', { userinfo: { sub: 'other', preferred_username: 'admin' } }],
    ['no id token at all', { token: { status: 200, body: '{"access_token":"a","token_type":"Bearer"}' } }],
    ['an answer that is no JSON', { token: { status: 200, body: '<html>' } }],
    ['a code that the provider does not know', { token: { status: 400, body: '{"error":"invalid_grant"}' } }],
    ['a token endpoint that leads elsewhere', { token: { status: 307, headers: { location: 'http://127.0.0.1:1/' } } }],
  ]
  it.each(forgeries)('is refused: %s', async (_, forgery) => {
    const { location, browser } = await tryWith(forgery)
    expect(location).toBe(FAILED)
    expect(await isSignedIn(browser)).toBe(false)
  })

  it.each([
    ['answers 500', { token: { status: 500, body: '{}' } }],
    ['says it is overloaded', { token: { status: 503, body: '{"error":"temporarily_unavailable"}' } }],
    ['answers more than anyone reads', { token: { status: 200, body: JSON.stringify({ access_token: 'x'.repeat(2 ** 21) }) } }],
  ] as [string, Forgery][])('a provider that %s is called unavailable', async (_, forgery) => {
    const { location, browser } = await tryWith(forgery)
    expect(location).toBe('/login?problem=identity-provider-unavailable')
    expect(await isSignedIn(browser)).toBe(false)
  })

  it('a provider that calls itself otherwise is not used', async () => {
    const other = await startFakeProvider({ issuer: 'https://accounts.other.example' })
    try {
      const mistaken = await portalWith({}, { provider: other })
      expect((await mistaken.anonymous().get('/api/auth/oidc/start')).body.code).toBe('identity-provider-unavailable')
    } finally {
      await other.stop()
    }
  })

  describe('groups', () => {
    let grouped: TestApp
    beforeAll(async () => {
      grouped = await startApp({ spec: `${import.meta.filename}-grouped`, env: { ...settingsOf(fake), VITRINE_OIDC_GROUPS: '*' } })
    })
    afterAll(() => grouped.remove())

    it.each([
      ['a text', 'lab', ['lab']],
      ['an object', { lab: true }, []],
      ['a mix', ['lab', 7, null, { a: 1 }, ['x'], 'Not Valid', '../x', '$ne', 'eng'], ['eng', 'lab']],
      ['nothing', undefined, []],
    ])('as %s are taken as far as they are names', async (_, groups, names) => {
      const browser = new TestBrowser(grouped)
      const asked = new URL(await browser.start()).searchParams
      fake.forgery = { claims: { nonce: asked.get('nonce'), groups } }
      expect((await browser.open(`${CALLBACK}?code=any&state=${asked.get('state')}`)).location).toBe('/')
      expect(await groupsOf(await accountOf({ sub: 'fake-sub' }, grouped, fake.issuer), grouped)).toEqual(names)
    })
  })
})

/** The same token with other claims. */
function swapClaims(token: string): string {
  const [head, body = '', signature] = token.split('.')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as object
  return [head, Buffer.from(JSON.stringify({ ...claims, sub: 'victim' })).toString('base64url'), signature].join('.')
}

describe('accounts that are there already', () => {
  let linking: TestApp
  beforeAll(async () => {
    linking = await startApp({
      spec: `${import.meta.filename}-linking`,
      env: { ...settingsOf(provider), VITRINE_OIDC_LINK_BY_EMAIL: 'on', VITRINE_BREAK_GLASS_ADMIN: 'rescue' },
    })
  })
  afterAll(() => linking.remove())

  const local = async (at: TestApp, username: string, email: string) => {
    const made = await makeUser(at, username)
    const user = await users(at).findByUsername(username)
    if (!user || !(await users(at).update(user.id, user.revision, { email }, new Date()))) throw new Error('not made')
    return { ...made, user }
  }

  it('preferred_username "admin" does not take over the admin, or any local account, by its name', async () => {
    await makeUser(portal, 'eva')
    for (const name of [ADMIN.username, 'eva']) {
      const result = await signIn(someone({ preferred_username: name }))
      expect(await me(result)).toMatchObject({ username: `${name}-2`, role: 'user' })
    }
  })

  it('the names of the first and the break-glass admin go to nobody, even while they are free', async () => {
    expect((await me(await signIn(someone({ preferred_username: 'rescue' }), linking))).username).toBe('rescue-2')
  })

  it('are not linked unless that is switched on, not even by a verified address', async () => {
    const { user } = await local(portal, 'finn', 'finn@uni.example')
    const account = someone({ preferred_username: 'finn', email: 'finn@uni.example', email_verified: true })
    expect((await me(await signIn(account))).username).toBe('finn-2')
    expect((await users().findById(user.id))?.externalId).toBe(user.externalId)
  })

  it('are never linked by an unverified address', async () => {
    await local(linking, 'gina', 'gina@uni.example')
    for (const verified of [false, 'true', undefined]) {
      const account = someone({ preferred_username: 'gina', email: 'gina@uni.example', email_verified: verified })
      const { username, email } = await me(await signIn(account, linking))
      expect(username).toMatch(/^gina-/)
      expect(email).toBeNull()
    }
  })

  it('are linked by a verified address where that is switched on; whoever had the account before has no way in any more', async () => {
    const before = await local(linking, 'hana', 'hana@uni.example')
    const account = someone({ preferred_username: 'other', email: 'Hana@Uni.example', email_verified: true })
    expect(await me(await signIn(account, linking))).toMatchObject({ username: 'hana', hasPassword: false })
    expect((await before.client.get('/api/auth/me')).status).toBe(401)
    expect((await linking.anonymous().post('/api/auth/login', { username: 'hana', password: before.password })).status).toBe(401)
    expect((await auditOf(`resourceId=${before.user.id}`, linking)).some(({ resource }) => resource?.name === 'hana')).toBe(true)
    // Someone else at the provider with the same address does not get it as well.
    const second = someone({ preferred_username: 'second', email: 'hana@uni.example', email_verified: true })
    expect((await me(await signIn(second, linking))).username).toBe('second')
  })

  it('are not linked when two have the address, to the break-glass admin never, and not by an address that only looks like a pattern', async () => {
    await local(linking, 'ivo', 'both@uni.example')
    await local(linking, 'ivan', 'BOTH@uni.example')
    await local(linking, 'rescue', 'rescue@uni.example')
    await local(linking, 'jan', 'jan@uni.example')
    for (const email of ['both@uni.example', 'rescue@uni.example', 'j.n@uni.example', '.*@uni.example']) {
      const account = someone({ email, email_verified: true })
      expect((await me(await signIn(account, linking))).username).toBe(account['preferred_username'])
    }
  })

  it('are refused while they are disabled, and that is in the audit log', async () => {
    const account = someone()
    const { client } = await signIn(account)
    const user = await accountOf(account)
    await users().secure(user.id, null, { state: 'disabled' }, new Date())
    expect((await client.get('/api/auth/me')).status).toBe(401)
    const again = await signIn(account)
    expect(again.location).toBe('/login?problem=account-disabled')
    expect(await isSignedIn(again.browser)).toBe(false)
    expect(await auditOf(`resourceId=${user.id}&outcome=denied`)).toMatchObject([{ action: 'auth:oidc', actor: { name: user.username } }])
  })
})

describe('groups and roles of the provider', () => {
  it('come and go with each sign-in; those that were given here stay', async () => {
    const at = await portalWith({ VITRINE_OIDC_GROUPS: '*' })
    const account = someone({ groups: ['lab', 'vision'] })
    await signIn(account, at)
    const user = await accountOf(account, at)
    expect(await groupsOf(user, at)).toEqual(['lab', 'vision'])
    const createdAt = new Date()
    const own = { id: newId(), name: 'own', description: '', createdAt, updatedAt: createdAt, revision: 1 }
    await at.app.get(GroupRepository, { strict: false }).insert(own)
    const memberships = [...user.memberships, { groupId: own.id, role: 'owner', source: 'local' } as const]
    await users(at).update(user.id, user.revision, { memberships }, createdAt)

    provider.accounts.set(account.sub, { ...account, groups: ['vision', 'new'] })
    await signIn(account, at)
    expect(await groupsOf(await accountOf(account, at), at)).toEqual(['new', 'own', 'vision'])
    provider.accounts.set(account.sub, { ...account, groups: undefined })
    await signIn(account, at)
    const left = (await accountOf(account, at)).memberships
    expect(left).toEqual([{ groupId: own.id, role: 'owner', source: 'local' }])
  })

  it('are those that are mapped, of ten thousand too', async () => {
    const at = await portalWith({ VITRINE_OIDC_GROUPS: '/uni/lab=lab,g-9999=last', VITRINE_OIDC_GROUPS_CLAIM: 'groups' })
    const many = Array.from({ length: 9_999 }, (_, i) => `g-${i + 1}`)
    const account = someone({ groups: ['/uni/lab', ...many] })
    await signIn(account, at)
    expect(await groupsOf(await accountOf(account, at), at)).toEqual(['lab', 'last'])
  })

  it('let in only those who are in an allowed one', async () => {
    const at = await portalWith({ VITRINE_OIDC_ALLOWED_GROUPS: 'staff,guests' })
    expect((await signIn(someone({ groups: ['guests'] }), at)).location).toBe('/')
    const stranger = someone({ groups: ['students', 'staff-x'] })
    expect((await signIn(stranger, at)).location).toBe('/login?problem=sign-in-not-permitted')
    expect(await users(at).findByExternalId(`oidc:${provider.issuer}#${stranger.sub}`)).toBeNull()
    expect((await auditOf('action=auth:oidc&outcome=denied', at)).length).toBe(1)
  })

  it('make admins and take that away again, which ends their sessions', async () => {
    const at = await portalWith({ VITRINE_OIDC_ADMIN_GROUPS: 'admins' })
    const account = someone({ groups: ['admins'] })
    const asAdmin = await signIn(account, at)
    expect((await me(asAdmin)).role).toBe('admin')
    provider.accounts.set(account.sub, { ...account, groups: ['lab'] })
    expect((await me(await signIn(account, at))).role).toBe('user')
    expect(await isSignedIn(asAdmin.browser)).toBe(false)
    provider.accounts.set(account.sub, account)
    expect((await me(await signIn(account, at))).role).toBe('admin')
  })

  it('never take the last active admin away', async () => {
    const at = await portalWith({ VITRINE_OIDC_ADMIN_GROUPS: 'admins' })
    const [one, two] = [someone({ groups: ['admins'] }), someone({ groups: ['admins'] })]
    await signIn(one, at)
    await signIn(two, at)
    const first = await users(at).findByUsername(ADMIN.username)
    await users(at).secure(first?.id ?? '', null, { state: 'disabled' }, new Date())
    for (const account of [one, two]) provider.accounts.set(account.sub, { ...account, groups: [] })
    // At the same moment: each sees the other.
    await Promise.all([signIn(one, at), signIn(two, at)])
    expect(await users(at).hasAdmin()).toBe(true)
    expect((await signIn(one, at)).location).toBe('/')
    await signIn(two, at)
    expect(await users(at).hasAdmin()).toBe(true)
  })

  it('do not touch roles and groups that were given here where the provider has no say', async () => {
    const account = someone({ groups: ['admins', 'lab'] })
    await signIn(account)
    const user = await accountOf(account)
    expect(user).toMatchObject({ role: 'user', memberships: [] })
    await users().secure(user.id, null, { role: 'admin' }, new Date())
    expect((await me(await signIn(account))).role).toBe('admin')
  })
})

describe('a provider that is away', () => {
  it('does not keep the portal from starting, is told as such, and works as soon as it is back', async () => {
    const account: Account = { sub: 'back', preferred_username: 'back' }
    const other = await startProvider({ publicUrl: PUBLIC_URL, accounts: [account] })
    try {
      await other.down()
      const at = await portalWith({}, { provider: other })
      const answer = await at.anonymous().get('/api/auth/oidc/start')
      expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'identity-provider-unavailable', '5'])
      const page = await at.anonymous().fetch('/api/auth/oidc/start', { headers: { accept: 'text/html,*/*;q=0.8' } })
      expect([page.status, page.headers.get('location')]).toEqual([302, '/login?problem=identity-provider-unavailable'])
      await at.signedIn()
      await other.up()
      expect((await signIn(account, at)).location).toBe('/')

      const browser = new TestBrowser(at)
      const callback = await browser.authenticate(await browser.start(), { account: account.sub })
      await other.down()
      expect((await browser.open(callback)).location).toBe('/login?problem=identity-provider-unavailable')
      await other.up()
      expect((await signIn(account, at)).location).toBe('/')
    } finally {
      await other.stop()
    }
  })
})

describe('local sign-in switched off', () => {
  const login = async (at: TestApp, credentials: { username: string; password: string }) => {
    const { status, body } = await at.anonymous().post('/api/auth/login', credentials)
    return [status, body.code]
  }

  it('refuses everyone but the break-glass admin as it refuses a wrong password, and lets people in through the provider', async () => {
    const before = await portalWith({}, { database: 'local-off' })
    const { password } = await makeUser(before, 'kim')
    await makeUser(before, 'rescue')
    const env = { VITRINE_LOCAL_SIGN_IN: 'off', VITRINE_BREAK_GLASS_ADMIN: ADMIN.username }
    const at = await portalWith(env, { database: 'local-off' })
    expect((await at.anonymous().get('/api/auth/options')).body).toMatchObject({ local: false, oidc: { label: 'University' } })
    const wrong = await login(at, { username: ADMIN.username, password: 'wrong' })
    expect(await login(at, { username: 'kim', password })).toEqual(wrong)
    expect(await login(at, ADMIN)).toEqual([200, undefined])
    expect((await signIn(someone(), at)).location).toBe('/')
    // The name alone is not enough: it has to be an admin.
    const other = await portalWith({ ...env, VITRINE_BREAK_GLASS_ADMIN: 'rescue' }, { database: 'local-off' })
    expect(await login(other, { username: 'rescue', password })).toEqual(wrong)
  })

  it('still makes the first admin, who cannot sign in unless they are the break-glass admin', async () => {
    const at = await portalWith({ VITRINE_LOCAL_SIGN_IN: 'off' })
    expect((await users(at).findByUsername(ADMIN.username))?.role).toBe('admin')
    expect(await login(at, ADMIN)).toEqual([401, 'invalid-credentials'])
  })
})
