import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { randomBytes } from 'node:crypto'
import { request, type IncomingMessage } from 'node:http'
import { Agent, WebSocket } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineDto } from '../../src/modules/engines/engines.dto.js'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { testCluster } from '../cluster.js'
import { gatewayRoute, type GatewayRoute } from '../gateway-route.js'

const cluster = testCluster()
const run = randomBytes(2).toString('hex')
const PAGE = { accept: 'text/html', 'sec-fetch-dest': 'document' }
const PASSWORD = 'correct-horse-9Battery'
/** Within this, what the policy closes is closed. */
const CLOSED_MS = 5_000

/** `*.localhost` is this machine, whatever the resolver says. */
const local = new Agent({
  connect: { lookup: (_, { all }, done) => (all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) },
})

interface Asked {
  status: number
  text: string
  location: string
  headers: IncomingMessage['headers']
}

/** Asks an app on its host. */
function ask(url: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Asked> {
  const { port, host, pathname, search } = new URL(url)
  return new Promise((resolve, reject) => {
    const path = pathname + search
    const asking = request({ host: '127.0.0.1', port, path, method, headers: { host, ...headers }, timeout: 20_000 }, (answer) => {
      let text = ''
      answer.on('data', (piece: Buffer) => (text += piece.toString()))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, text, location: answer.headers.location ?? '', headers: answer.headers }),
      )
    })
    asking.on('error', reject)
    asking.on('timeout', () => asking.destroy(new Error(`${url} is silent`)))
    asking.end()
  })
}

describe.each(['knative', 'gateway'] as const)('a private app of %s', (driver) => {
  const zone = `${driver.slice(0, 2)}${run}`
  const prefix = `${cluster.namespacePrefix}-p${zone}`
  let route: GatewayRoute
  let portal: TestApp
  let owner: TestClient
  let member: TestClient
  let memberId: string
  let stranger: TestClient
  let projectId: string
  let namespace: string
  let engine: EngineDto
  let cookie: string

  async function account(username: string): Promise<[TestClient, string]> {
    const made = await owner.post<{ user: { id: string }; temporaryPassword: string }>('/api/iam/users', { username })
    expect(made.status, JSON.stringify(made.body)).toBe(201)
    const client = portal.anonymous()
    await client.signIn({ username, password: made.body.temporaryPassword })
    const changed = await client.post<{ csrfToken: string }>('/api/auth/password', {
      currentPassword: made.body.temporaryPassword,
      newPassword: PASSWORD,
    })
    expect(changed.status, JSON.stringify(changed.body)).toBe(200)
    client.keep(changed.headers)
    client.csrfToken = changed.body.csrfToken
    return [client, made.body.user.id]
  }

  const deploy = async (): Promise<EngineDto> => {
    const wanted = { projectId, name: 'main', image: cluster.helloImage, port: 8080, scaling: { min: 1, max: 1 } }
    const { status, body } = await owner.post<EngineDto>('/api/engines', wanted)
    expect(status, JSON.stringify(body)).toBe(202)
    return body
  }

  /** Opens the app as a browser does that is led from one address to the next. @returns the cookie of the app's host */
  async function open(as: TestClient, path = '/'): Promise<string> {
    const challenged = await ask(engine.url + path, PAGE)
    expect(challenged.status).toBe(302)
    const led = await as.fetch(new URL(challenged.location).pathname + new URL(challenged.location).search)
    const entered = await ask(led.headers.get('location') ?? '', PAGE)
    expect(entered.status, entered.text).toBe(302)
    const [set = ''] = entered.headers['set-cookie'] ?? []
    expect(set).toMatch(/; Path=\/; HttpOnly; Secure; SameSite=None; Partitioned$/)
    const [pair = ''] = set.split(';')
    const kept = await ask(engine.url + entered.location, { ...PAGE, cookie: pair })
    expect([kept.status, kept.location]).toEqual([302, path])
    return pair
  }

  const becomesRunning = (): Promise<void> =>
    vi.waitFor(
      async () => {
        const { body } = await owner.get<EngineDto>(`/api/engines/${engine.id}`)
        expect(body.status.phase, JSON.stringify(body.status)).toBe('Running')
      },
      { timeout: 60_000, interval: 200 },
    )

  const visible = async (visibility: string): Promise<void> => {
    const sharing = await owner.get<{ revision: number }>(`/api/projects/${projectId}/members`)
    const { status, body } = await owner.put(`/api/projects/${projectId}/visibility`, { visibility, revision: sharing.body.revision })
    expect(status, JSON.stringify(body)).toBe(200)
  }

  beforeAll(async () => {
    route = await gatewayRoute(cluster, zone, prefix)
    portal = await startApp({
      spec: import.meta.filename.replace('.spec', `-${driver}.spec`),
      env: {
        VITRINE_GATEWAY: 'traefik/apps',
        KUBECONFIG: cluster.kubeconfig,
        VITRINE_KUBE_CONTEXT: cluster.context,
        VITRINE_NAMESPACE_PREFIX: prefix,
        VITRINE_DRIVER: driver,
        VITRINE_PUBLIC_ACCESS: 'on',
        ...route.env,
      },
    })
    owner = await portal.signedIn()
    const { body } = await owner.post<{ id: string; slug: string }>('/api/projects', {
      title: `private ${zone}`,
      summary: '',
      task: '',
      tags: [],
    })
    projectId = body.id
    namespace = `${prefix}-${body.slug}-${body.id.slice(-6)}`
    await visible('private')
    ;[member, memberId] = await account('mia')
    ;[stranger] = await account('sam')
    await owner.put(`/api/projects/${projectId}/members/user/${memberId}`, { role: 'viewer' })
    await vi.waitFor(
      async () => {
        const { body: found } = await owner.get<{ cluster: { state: string } }>('/api/system/capabilities')
        expect(found.cluster.state).toBe('ready')
      },
      { timeout: 20_000, interval: 100 },
    )
    engine = await deploy()
    await becomesRunning()
  })
  afterAll(async () => {
    await portal.remove()
    await route.remove()
    const namespaces = await cluster.kubectl('get', 'namespaces', '-l', `vitrine.dev/instance=${prefix}`, '-o', 'name')
    const names = namespaces.split('\n').filter(Boolean)
    if (names.length > 0) await cluster.kubectl('delete', '--wait=false', ...names)
  })

  it('opens for a member, by way of the portal', async () => {
    cookie = await open(member, '/headers?x=1')
    const answer = await ask(engine.url, { cookie })
    expect(answer).toMatchObject({ status: 200, text: 'hello\n' })
    expect(answer.headers['content-security-policy']).toBe("frame-ancestors 'self' http://localhost:8080")
    expect(answer.headers['cache-control']).toBe('private, no-store')
    const { body } = await member.post<{ url: string }>(`/api/engines/${engine.id}/admission`)
    expect((await ask(body.url, PAGE)).headers['set-cookie']).toHaveLength(1)
    expect((await ask(body.url, PAGE)).location, 'it admits once').toContain('/api/open?')
  })

  it('is nothing to others, as if it were not there', async () => {
    const missing = engine.url.replace('//main-', '//none-')
    const [theirs, none] = [await ask(engine.url, PAGE), await ask(missing, PAGE)]
    expect(theirs.location).toBe(none.location.replace('none-', 'main-'))
    expect([theirs.status, none.status]).toEqual([302, 302])
    const unknown: Record<string, string>[] = [{}, { cookie: 'vitrine-app=forged' }, { accept: 'text/html', 'sec-fetch-dest': 'iframe' }]
    for (const headers of unknown)
      expect([(await ask(engine.url, headers)).status, (await ask(missing, headers)).status]).toEqual([401, 401])
    const led = async (by: TestClient, { location }: Asked): Promise<string | null> =>
      (await by.fetch(new URL(location).pathname + new URL(location).search)).headers.get('location')
    expect(await led(stranger, theirs)).toBe(await led(stranger, none))
    expect(await led(stranger, theirs)).toBe('http://localhost:8080/no-app')
    expect(await led(portal.anonymous(), theirs)).toMatch(/^http:\/\/localhost:8080\/login\?returnTo=%2Fapi%2Fopen/)
    expect((await stranger.post(`/api/engines/${engine.id}/admission`)).status).toBe(404)
    expect((await ask(engine.url, { cookie, origin: 'http://evil.example.org' }, 'POST')).status).toBe(401)
    // Neither by the name that only the cluster knows.
    const inside = `${new URL(engine.url).hostname.split('.')[0]}.${namespace}.svc.cluster.local`
    expect((await ask(engine.url, { host: inside })).status).toBe(404)
  })

  it('is told who looks at it, by the gateway and by nobody else', async () => {
    const { text } = await ask(`${engine.url}/headers`, {
      cookie: `theme=dark; ${cookie}`,
      'x-vitrine-user': 'root',
      'x-vitrine-groups': 'admins',
      'x-vitrine-identity': 'forged',
      x_vitrine_user: 'root',
      'x-forwarded-for': '6.6.6.6',
    })
    const told = new Map(text.split('\n').map((line) => [line.split(': ')[0]?.toLowerCase(), line.slice(line.indexOf(': ') + 2)]))
    expect(told.get('x-vitrine-user')).toBe('mia')
    expect(told.get('x-vitrine-groups')).toBe('')
    expect(told.get('cookie')).toBe('theme=dark')
    expect(told.get('host')).toBe(new URL(engine.url).host)
    expect(told.get('x-forwarded-host')).toBe(new URL(engine.url).host)
    expect(text).not.toMatch(/root|admins|forged|X_Vitrine/i)
    const keys = (await portal.anonymous().get<JSONWebKeySet>('/api/gateway/jwks')).body
    const { payload } = await jwtVerify(told.get('x-vitrine-identity') ?? '', createLocalJWKSet(keys), { audience: engine.url })
    expect(payload).toMatchObject({ sub: memberId, preferred_username: 'mia', iss: 'http://localhost:8080' })
  })

  it('is open to a program with a token, which the app does not see', async () => {
    const { body } = await member.post<{ token: string }>('/api/iam/tokens', { name: 'ci', scopes: ['engines:read'], expiresInDays: 1 })
    const { status, text } = await ask(`${engine.url}/headers`, { 'x-vitrine-token': body.token, authorization: `Bearer ${body.token}` })
    expect(status).toBe(200)
    expect(text).not.toContain(body.token)
    expect((await ask(engine.url, { 'x-vitrine-token': `${body.token}x` })).status).toBe(401)
  })

  it.each(['/a/../b', '/%2e%2e/x', '//evil.example.org'])('does not take the address %s', async (path) => {
    const { hostname, port, host } = new URL(engine.url)
    expect(hostname).toContain('localhost')
    const status = await new Promise<number>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path, headers: { host, cookie } }, (answer) => resolve(answer.resume().statusCode ?? 0))
        .on('error', reject)
        .end()
    })
    expect([400, 404]).toContain(status)
  })

  it('loses its viewers within five seconds when they lose the right', async () => {
    const socket = new WebSocket(`${engine.url.replace(/^http/, 'ws')}/echo`, {
      dispatcher: local,
      headers: { cookie, origin: engine.url },
    })
    const echoed = await new Promise((resolve, reject) => {
      socket.addEventListener('open', () => socket.send('is anybody there'))
      socket.addEventListener('message', ({ data }) => resolve(data))
      socket.addEventListener('close', () => reject(new Error('the web socket was closed')))
    })
    expect(echoed).toBe('is anybody there')
    const { port, host } = new URL(engine.url)
    let events = 0
    const streaming = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/stream?every=100', headers: { host, cookie } }, resolve).on('error', reject).end()
    })
    streaming.on('data', () => events++)
    streaming.on('error', () => undefined)
    await vi.waitFor(() => expect(events).toBeGreaterThan(3), 5_000)
    const ended = Promise.all([
      new Promise((resolve) => socket.addEventListener('close', resolve)),
      new Promise((resolve) => streaming.once('close', resolve)),
    ])
    const from = performance.now()
    expect((await owner.delete(`/api/projects/${projectId}/members/user/${memberId}`)).status).toBeLessThan(300)
    await ended
    expect(performance.now() - from).toBeLessThan(CLOSED_MS)
    expect((await ask(engine.url, { cookie })).status).toBe(401)
  })

  it('is reached by everyone at the same address when its project is public, and by no one when it is not any more', async () => {
    await visible('public')
    await vi.waitFor(
      async () => {
        const { status, headers } = await ask(engine.url)
        expect(status).toBe(200)
        // By its own route: the gateway would have said who may frame it.
        expect(headers['content-security-policy']).toBeUndefined()
      },
      { timeout: 20_000, interval: 100 },
    )
    await becomesRunning()
    expect((await stranger.post<{ url: string }>(`/api/engines/${engine.id}/admission`)).body.url).toBe(engine.url)
    const from = performance.now()
    await visible('private')
    await vi.waitFor(async () => expect((await ask(engine.url)).status).toBe(401), { timeout: 20_000, interval: 50 })
    expect(performance.now() - from).toBeLessThan(CLOSED_MS)
    await becomesRunning()
  })

  it('says that it is paused, to those who may know', async () => {
    cookie = await open(owner)
    expect((await owner.post(`/api/engines/${engine.id}/pause`)).status).toBeLessThan(300)
    await vi.waitFor(async () => expect(await ask(engine.url, { cookie, accept: 'text/html' })).toMatchObject({ status: 503 }), 20_000)
    expect((await ask(engine.url, { cookie, accept: 'text/html' })).text).toContain('This app is paused')
    expect((await ask(engine.url)).status).toBe(401)
  })
})

afterAll(() => local.close())
