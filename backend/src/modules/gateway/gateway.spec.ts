import { createLocalJWKSet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import type { Visibility } from '../../common/policy/actions.js'
import { makeEngine } from '../../../test/factories/engines.js'
import { who } from '../../../test/factories/policy.js'
import type { ListedEngine } from '../engines/engine.directory.js'
import { newProject, type Project } from '../projects/project.js'
import { AppAddresses, appPath } from './app-address.js'
import { GatewayCookie } from './gateway-cookie.js'
import { pageOf } from './pages.js'
import { PassSigner, UsedOnce, type Pass } from './pass.js'
import { cookieValues, requestHeaders, responseHeaders } from './proxied-headers.js'
import { ViewerIdentity } from './viewer-identity.js'
import { judge, type Credential } from './visits.js'

const SECRET = 'only-for-tests-0123456789abcdefghijklmnop'
const ID = '01jz8m4x7e3v5k2q9r6t1w0y8a'
const OTHER = '01jz8m4x7e3v5k2q9r6t1w0y8b'

describe('the host of an app', () => {
  const addresses = new AppAddresses('https://{app}.apps.example.org:8443')

  it.each([
    ['iris-demo.apps.example.org', 'iris-demo'],
    ['Iris-Demo.APPS.example.org:8443', 'iris-demo'],
    ['iris-demo.apps.example.org.', 'iris-demo'],
    ['iris-demo.apps.example.org.:80', 'iris-demo'],
    ['apps.example.org', null],
    ['a.b.apps.example.org', null],
    ['.apps.example.org', null],
    ['iris-demo.apps.example.org.evil.org', null],
    ['evil.org?.apps.example.org', null],
    ['evil.org/x.apps.example.org', null],
    ['user@x.apps.example.org', null],
    ['x.apps.example.org:', null],
    ['-x.apps.example.org', null],
    ['', null],
    [undefined, null],
  ])('%s is of %s', (header, label) => expect(addresses.labelOf(header)).toBe(label))
})

describe('a path within an app', () => {
  it.each(['/', '/a/b?x=1&y=%2F#z', '/api/predict', '/x?next=//evil.org'])('keeps %s', (path) => expect(appPath(path)).toBe(path))

  it.each([
    '//evil.org',
    '/\\evil.org',
    '/..//evil.org',
    '/\t/evil.org',
    'https://evil.org',
    'evil',
    '',
    '/.vitrine/enter?ticket=x',
    '/a/../.VITRINE/enter',
    `/${'a'.repeat(9_000)}`,
    null,
  ])('does not go to %s', (path) => expect(appPath(path)).toBe('/'))

  it('is a header that can be sent', () => expect(appPath('/é?q=ü x')).toBe('/%C3%A9?q=%C3%BC%20x'))
})

describe('a pass', () => {
  const pass: Pass = { engineId: ID, via: 'session', credentialId: OTHER, expiresAt: 1_800_000_000_000, nonce: 'n'.repeat(16) }
  const signer = new PassSigner(SECRET, 'gateway cookie')

  it('is read by whoever has the key, for what it was made', () => {
    expect(new PassSigner(SECRET, 'gateway cookie').read(signer.sign(pass))).toEqual(pass)
    expect(new PassSigner(SECRET, 'gateway ticket').read(signer.sign(pass))).toBeNull()
    expect(new PassSigner(`${SECRET}x`, 'gateway cookie').read(signer.sign(pass))).toBeNull()
  })

  it('is worth nothing when a part of it was changed', () => {
    const text = signer.sign(pass)
    expect(signer.read(text.replace(ID, OTHER))).toBeNull()
    expect(signer.read(text.replace('1800000000000', '1900000000000'))).toBeNull()
    expect(signer.read(text.replace('session', 'token'))).toBeNull()
    for (const other of [undefined, '', 'v1', `${text}x`, text.slice(0, -1), ` ${text}`]) expect(signer.read(other)).toBeNull()
  })

  it('is used once', () => {
    const used = new UsedOnce()
    expect([used.use(pass, 1), used.use(pass, 2), used.use({ ...pass, nonce: 'm'.repeat(16) }, 3)]).toEqual([true, false, true])
  })
})

describe('the cookie', () => {
  it('is bound to the host and the page where it can be', () => {
    const secure = new GatewayCookie(new AppAddresses('https://{app}.apps.example.org'))
    expect(secure.set('v')).toBe('__Host-vitrine-app=v; Path=/; HttpOnly; Secure; SameSite=None; Partitioned')
    expect(new GatewayCookie(new AppAddresses('http://{app}.apps.localhost:8081')).set('v')).toContain('Secure; SameSite=None; Partitioned')
    expect(new GatewayCookie(new AppAddresses('http://{app}.apps.lan')).set('v')).toBe('vitrine-app=v; Path=/; HttpOnly; SameSite=Lax')
  })
})

describe('which app is meant', () => {
  const addresses = new AppAddresses('https://{app}.apps.example.org')

  it.each([
    ['demo', 'demo'],
    ['demo.apps.example.org', 'demo'],
    ['Demo.apps.example.org:443', 'demo'],
    ['', null],
    ['evil.org', null],
    ['a b', null],
    ['\x07\u{f3b2c}0\xfe\x04', null],
    ['@evil.org', null],
    ['demo/../x', null],
    ['[::1]', null],
    ['x'.repeat(10_000), null],
  ])('%j is %j', (text, label) => expect(addresses.labelIn(text)).toBe(label))
})

describe('the headers that an app gets', () => {
  const told = {
    cookieName: '__Host-vitrine-app',
    routing: { 'knative-serving-revision': 'x-00001' },
    host: 'x.apps.example.org',
    protocol: 'https',
    address: '192.0.2.7',
    identity: { 'x-vitrine-user': 'ada', 'x-vitrine-groups': 'lab', 'x-vitrine-identity': 'jwt' },
  }

  it('are the viewer’s, but for what only the gateway says', () => {
    const headers = requestHeaders(
      {
        host: 'x.apps.example.org',
        accept: '*/*',
        cookie: 'theme=dark; __Host-vitrine-app=stolen; lang=en;__Host-vitrine-app=two',
        'x-vitrine-user': 'root',
        x_vitrine_user: 'root',
        'x_vitrine-groups': 'admins',
        'x-vitrine-token': 'vtr_secret',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-host': 'evil.org',
        forwarded: 'for=6.6.6.6',
        'k-original-host': 'evil.org',
        'knative-serving-revision': 'other',
        connection: 'keep-alive',
        te: 'trailers',
        authorization: 'Basic abc',
      },
      told,
    )
    expect(headers).toEqual({
      host: 'x.apps.example.org',
      accept: '*/*',
      cookie: 'theme=dark; lang=en',
      authorization: 'Basic abc',
      'x-forwarded-for': '192.0.2.7',
      'x-forwarded-host': 'x.apps.example.org',
      'x-forwarded-proto': 'https',
      ...told.routing,
      ...told.identity,
    })
  })

  it('hold neither an API token of the portal nor an empty cookie', () => {
    const headers = requestHeaders(
      { authorization: 'bearer  vtr_abc', cookie: '__Host-vitrine-app=v' },
      { ...told, identity: {}, routing: {} },
    )
    expect(Object.keys(headers)).toEqual(['host', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto'])
  })

  it('finds all cookies of a name', () => expect(cookieValues('a=1; b=2;a=x=y; aa=3', 'a')).toEqual(['1', 'x=y']))
})

describe('the headers of an app’s answer', () => {
  const rules = { cookieName: '__Host-vitrine-app', frameAncestors: "'self' https://portal", ownCookies: [], shared: false }

  it('cannot set the cookie of the gateway, nor open a frame to others, nor be kept by others', () => {
    const headers = responseHeaders(
      {
        'content-type': 'text/html',
        'set-cookie': ['app=1; Path=/', '__Host-vitrine-app=mine; Path=/; Secure', ' __host-VITRINE-app=mine'],
        'x-frame-options': 'DENY',
        'content-security-policy': "default-src 'self'",
        'cache-control': 'public, max-age=60, s-maxage=600',
        connection: 'close',
      },
      { ...rules, ownCookies: ['own=1'] },
    )
    expect(headers).toEqual({
      'content-type': 'text/html',
      'set-cookie': ['app=1; Path=/', 'own=1'],
      'content-security-policy': ["default-src 'self'", "frame-ancestors 'self' https://portal"],
      'cache-control': 'private, max-age=60',
    })
    expect(responseHeaders({}, rules)).not.toHaveProperty('set-cookie')
    expect(responseHeaders({}, { ...rules, shared: true })).not.toHaveProperty('cache-control')
  })
})

describe('who looks at an app', () => {
  it('is told in a way that the app can check, and no other', async () => {
    const identity = new ViewerIdentity(SECRET, 'https://portal.example.org')
    const viewer = { id: ID, username: 'ada', displayName: 'Ada Lovelace', groups: ['lab', 'vision'] }
    const headers = await identity.headersFor(viewer, 'https://x.apps.example.org')
    expect(headers).toMatchObject({ 'x-vitrine-user': 'ada', 'x-vitrine-groups': 'lab,vision' })
    // Another replica with the same secret has the same key.
    const keys = createLocalJWKSet(await new ViewerIdentity(SECRET, '').jwks())
    const checks = { issuer: 'https://portal.example.org', audience: 'https://x.apps.example.org' }
    const { payload, protectedHeader } = await jwtVerify(headers['x-vitrine-identity'] ?? '', keys, checks)
    expect(payload).toMatchObject({ sub: ID, preferred_username: 'ada', name: 'Ada Lovelace', groups: ['lab', 'vision'] })
    expect(Number(payload.exp) - Number(payload.iat)).toBe(300)
    expect(protectedHeader.alg).toBe('EdDSA')
    await expect(
      jwtVerify(headers['x-vitrine-identity'] ?? '', keys, { ...checks, audience: 'https://y.apps.example.org' }),
    ).rejects.toThrow()
    expect((await identity.jwks()).keys[0]).not.toHaveProperty('d')
  })
})

describe('whether an app is there for someone', () => {
  const engine = makeEngine({ id: ID })
  const project = (visibility: Visibility): Project =>
    newProject({
      id: 'p1',
      slug: 'p1',
      title: 'P1',
      ownerId: 'owner',
      visibility,
      members: [{ kind: 'user', id: 'vic', role: 'viewer' }],
      createdAt: engine.createdAt,
    })
  const internal = project('internal')
  const forMembers = makeEngine({ id: ID, access: 'members' })
  const listed = (change: Partial<ListedEngine> = {}): ListedEngine => ({ engine, project: project('private'), isPrivate: true, ...change })
  const credential = (change: Partial<Credential> = {}): Credential => ({ via: 'session', credentialId: OTHER, engineId: ID, ...change })
  const member: AuthContext = who('vic')

  it.each<[string, ReturnType<typeof judge>, Parameters<typeof judge>]>([
    ['a member with a pass', 'admitted', [listed(), credential(), member]],
    ['a member with a token', 'admitted', [listed(), credential({ engineId: null }), member]],
    ['a member with the pass of another app', 'unknown', [listed(), credential({ engineId: OTHER }), member]],
    ['a member whose session has ended', 'unknown', [listed(), credential(), undefined]],
    ['a member with a first password', 'unknown', [listed(), credential(), { ...member, mustChangePassword: true }]],
    ['a stranger with a pass', 'unknown', [listed(), credential(), who('sam')]],
    ['nobody', 'unknown', [listed(), null, undefined]],
    ['nobody, of an app that is not there', 'unknown', [null, null, undefined]],
    ['nobody, of an open app', 'open', [listed({ isPrivate: false }), null, undefined]],
    ['everyone with an account, of an internal project', 'admitted', [listed({ project: internal }), credential(), who('sam')]],
    ['the same, of an app for members', 'unknown', [listed({ project: internal, engine: forMembers }), credential(), who('sam')]],
    ['a member, of an app for members', 'admitted', [listed({ project: internal, engine: forMembers }), credential(), member]],
  ])('%s: %s', (_, expected, [app, by, auth]) => expect(judge(app, by, auth)).toBe(expected))
})

it('says what it says as text, whatever the name of an app is', () => {
  expect(pageOf({ status: 404, title: '<script>', text: `"'&`, link: { href: 'javascript:"', text: '<' } })).not.toMatch(/<script>|"'&|:""/)
})
