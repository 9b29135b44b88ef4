import { afterEach, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import type { Answer, ProblemBody } from '../client.js'
import { makeUser } from '../factories/users.js'

let portal: TestApp | undefined
afterEach(async () => {
  await portal?.remove()
  portal = undefined
})

const start = async (env: Record<string, string>): Promise<TestApp> => (portal = await startApp({ spec: import.meta.filename, env }))

/** The parameters of a header such as `"account";r=9;t=60`. */
const parameters = (answer: { headers: Headers }, name: string): Record<string, number | string> => {
  const [quoted = '', ...rest] = (answer.headers.get(name) ?? '').split(';')
  return {
    name: quoted,
    ...Object.fromEntries(rest.map((part) => [part.slice(0, part.indexOf('=')), Number(part.slice(part.indexOf('=') + 1))])),
  }
}

const refused = (answer: Answer<ProblemBody>): void => {
  expect([answer.status, answer.body.code]).toEqual([429, 'too-many-requests'])
  const wait = Number(answer.headers.get('retry-after'))
  expect(wait).toBeGreaterThan(0)
  expect(wait).toBeLessThanOrEqual(60)
  expect(answer.body.detail).toContain(`${wait} seconds`)
}

describe('requests are limited', () => {
  it('for an account, over all its sessions, and tell in every answer what is left', async () => {
    const { signedIn } = await start({ VITRINE_RATE_LIMIT_ACCOUNT: '10' })
    const [one, two] = [await signedIn(), await signedIn()]
    const first = await one.get('/api/projects')
    expect(parameters(first, 'ratelimit-policy')).toEqual({ name: '"account"', q: 10, w: 60 })
    expect(parameters(first, 'ratelimit')).toMatchObject({ name: '"account"', r: 9 })
    for (let i = 0; i < 9; i++) expect((await two.get('/api/projects')).status).toBe(200)
    refused(await one.get('/api/projects'))
    refused(await two.post('/api/projects', { title: 'x' }))
    expect(parameters(await one.get('/api/projects'), 'ratelimit')).toMatchObject({ r: 0 })
  })

  it('for an account, also when what it asks for is denied', async () => {
    const started = await start({ VITRINE_RATE_LIMIT_ACCOUNT: '5' })
    const { client } = await makeUser(started, 'ann')
    for (let i = 0; i < 5; i++) expect((await client.get('/api/iam/audit')).status).toBe(403)
    refused(await client.get('/api/iam/audit'))
  })

  it('for a token on its own, so that a script does not lock out the page', async () => {
    const { signedIn, anonymous } = await start({ VITRINE_RATE_LIMIT_TOKEN: '3', VITRINE_RATE_LIMIT_ACCOUNT: '50' })
    const page = await signedIn()
    const made = await page.post<{ token: string }>('/api/iam/tokens', { name: 'x', scopes: ['projects:read'] })
    const script = anonymous()
    script.bearer = made.body.token
    for (let i = 0; i < 3; i++)
      expect(parameters(await script.get('/api/projects'), 'ratelimit')).toMatchObject({ name: '"token"', r: 2 - i })
    refused(await script.get('/api/projects'))
    expect((await page.get('/api/projects')).status).toBe(200)
  })

  it.each([
    ['without credentials', {}],
    ['with a token that is none', { authorization: 'Bearer vtr_none' }],
    ['with a cookie that is none', { cookie: 'vitrine_session=none' }],
  ])('for an address %s, before anything is done for them', async (_, headers) => {
    const { anonymous, url } = await start({ VITRINE_RATE_LIMIT_ADDRESS: '5' })
    const client = anonymous()
    for (let i = 0; i < 5; i++) {
      const answer = await client.send('GET', i % 2 === 0 ? '/api/projects' : '/api/nothing', undefined, headers)
      expect([401, 404]).toContain(answer.status)
      expect(parameters(answer, 'ratelimit')).toMatchObject({ name: '"address"', r: 4 - i })
    }
    refused(await client.send<ProblemBody>('GET', '/api/version', undefined, headers))
    refused(await client.send<ProblemBody>('POST', '/api/auth/login', { username: 'x', password: 'y' }, headers))
    // A made-up cookie on a public route saves nobody from being counted.
    refused(await client.send<ProblemBody>('GET', '/api/auth/options', undefined, { cookie: 'x=y' }))
    for (const path of ['/livez', '/readyz', '/']) expect((await fetch(url + path)).status).not.toBe(429)
  })

  it('by the address that the trusted proxy tells, and by no other', async () => {
    const { anonymous } = await start({ VITRINE_RATE_LIMIT_ADDRESS: '3', VITRINE_TRUSTED_PROXIES: '1' })
    const from = (forwarded: string) => anonymous().send<ProblemBody>('GET', '/api/version', undefined, { 'x-forwarded-for': forwarded })
    for (let i = 0; i < 3; i++) expect((await from(`10.0.0.${i}, 192.0.2.7`)).status).toBe(200)
    refused(await from('10.0.0.99, 192.0.2.7'))
    expect((await from('192.0.2.8')).status).toBe(200)
    for (let i = 0; i < 3; i++) expect((await from(`2001:db8:1:2::${i}`)).status).toBe(200)
    refused(await from('2001:db8:1:2:ffff::1'))
  })

  it('not at all when that is switched off', async () => {
    const { anonymous } = await start({})
    for (let i = 0; i < 50; i++) expect((await anonymous().get('/api/version')).status).toBe(200)
    expect((await anonymous().get('/api/version')).headers.has('ratelimit')).toBe(false)
  })
})

it('an account has so many streams open and no more', async () => {
  const { signedIn } = await start({ VITRINE_MAX_STREAMS: '3' })
  const client = await signedIn()
  const aborts = [1, 2, 3].map(() => new AbortController())
  for (const { signal } of aborts) expect((await client.fetch('/api/events', { signal })).status).toBe(200)
  const answer = await client.get('/api/events')
  expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([429, 'too-many-streams', '5'])
  aborts[0]?.abort()
  await expect
    .poll(async () => {
      const abort = new AbortController()
      const { status } = await client.fetch('/api/events', { signal: abort.signal })
      abort.abort()
      return status
    })
    .toBe(200)
  for (const abort of aborts) abort.abort()
})

describe('failed sign-ins', () => {
  it('are counted by all portals together, and over a restart', async () => {
    const one = await start({})
    const two = await startApp({ spec: import.meta.filename })
    try {
      const { password } = await makeUser(one, 'target')
      const wrong = { username: 'target', password: 'wrong' }
      for (let i = 0; i < 5; i++) expect((await (i % 2 === 0 ? one : two).anonymous().post('/api/auth/login', wrong)).status).toBe(401)
      for (const { anonymous } of [one, two]) {
        const answer = await anonymous().post('/api/auth/login', { username: 'target', password })
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '1'])
      }
    } finally {
      await two.stop()
    }
    const three = await startApp({ spec: import.meta.filename })
    try {
      await expect
        .poll(async () => (await three.anonymous().post('/api/auth/login', { username: 'target', password: 'wrong' })).status)
        .toBe(401)
      const answer = await one.anonymous().post('/api/auth/login', { username: 'target', password: 'wrong' })
      // Of the two seconds one may be over.
      expect([answer.status, ['1', '2'].includes(answer.headers.get('retry-after') ?? '')]).toEqual([429, true])
    } finally {
      await three.stop()
    }
  })

  it('a hundred at once are a handful of guesses', async () => {
    const { anonymous } = await start({})
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => anonymous().post('/api/auth/login', { username: 'admin', password: 'wrong' })),
    )
    // Answering them all takes longer than the first waits.
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(8)
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThanOrEqual(92)
  })
})
