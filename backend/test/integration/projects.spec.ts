import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { ready, startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { makeProject, type ProjectBody } from '../factories/datasets.js'
import { makeUser } from '../factories/users.js'
import { TcpProxy } from '../fakes/tcp-proxy.js'
import { testServices } from '../services.js'

interface Page {
  items: ProjectBody[]
  nextCursor: string | null
}

const { mongoUri } = testServices(import.meta.filename)

let proxy: TcpProxy
let portal: TestApp
let client: TestClient

const throughProxy = () => {
  const uri = new URL(proxy.through(mongoUri))
  // A replica set would tell its members' own addresses.
  uri.searchParams.set('directConnection', 'true')
  return { MONGODB_URI: uri.href }
}

beforeAll(async () => {
  proxy = await TcpProxy.to(mongoUri)
  portal = await startApp({ spec: import.meta.filename, env: throughProxy() })
  client = await portal.signedIn()
})
afterAll(async () => {
  await portal.remove()
  await proxy.cut()
})

const pages = async (query: string, between: () => Promise<unknown> = async () => undefined) => {
  const seen: string[] = []
  let cursor = ''
  do {
    const { body } = await client.get<Page>(`/api/projects?${query}${cursor}`)
    seen.push(...body.items.map(({ id }) => id))
    cursor = body.nextCursor === null ? '' : `&cursor=${encodeURIComponent(body.nextCursor)}`
    if (cursor !== '') await between()
  } while (cursor !== '')
  return seen
}

describe('a project', () => {
  it('is created, found by id and by slug, changed, and deleted', async () => {
    const body = { title: 'Irises of Gaspé', summary: 'Petals\nand sepals.', task: 'tabular-classification', tags: ['iris', 'demo'] }
    const created = await client.post<ProjectBody>('/api/projects', body)
    expect(created.status).toBe(201)
    expect(created.body).toMatchObject({ ...body, slug: 'irises-of-gaspe', owner: { username: 'admin' }, revision: 1 })
    expect((await client.get<ProjectBody>(`/api/projects/${created.body.id}`)).body).toEqual(created.body)
    expect((await client.get<ProjectBody>('/api/projects/irises-of-gaspe')).body).toEqual(created.body)
    const changed = await client.patch<ProjectBody>(`/api/projects/${created.body.id}`, { revision: 1, title: 'Irises' })
    expect(changed.body).toMatchObject({ title: 'Irises', slug: 'irises-of-gaspe', summary: body.summary, revision: 2 })
    expect((await client.delete(`/api/projects/${created.body.id}`)).status).toBe(204)
    const gone = await client.get(`/api/projects/${created.body.id}`)
    expect([gone.status, gone.body.code]).toEqual([404, 'project-not-found'])
    expect((await client.delete(`/api/projects/${created.body.id}`)).status).toBe(404)
  })

  it('has a slug of its own, also when ten of one title are made at once', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => makeProject(client, { title: 'Twin' })))
    expect(new Set(made.map(({ slug }) => slug)).size).toBe(10)
    expect(made.every(({ slug }) => /^twin(-[a-z0-9]{6})?$/.test(slug))).toBe(true)
  })

  it('never has a slug whose address means something else', async () => {
    expect((await makeProject(client, { title: 'Facets' })).slug).toMatch(/^facets-[a-z0-9]{6}$/)
  })

  it.each([
    ['a title of 300 characters', { title: 'x'.repeat(300) }, 'title'],
    ['no title', {}, 'title'],
    ['a blank title', { title: ' \t' }, 'title'],
    ['a number for a title', { title: 7 }, 'title'],
    ['a list for a title', { title: ['x'] }, 'title'],
    ['an operator for a title', { title: { $ne: '' } }, 'title'],
    ['null for a summary', { title: 'x', summary: null }, 'summary'],
    ['a task that is none', { title: 'x', task: 'cooking' }, 'task'],
    ['a text for tags', { title: 'x', tags: 'iris' }, 'tags'],
    ['thirteen tags', { title: 'x', tags: Array.from({ length: 13 }, (_, i) => `t${i}`) }, 'tags'],
    ['an owner', { title: 'x', ownerId: 'me' }, 'ownerId'],
    ['a field of the database', { title: 'x', deletedAt: null }, 'deletedAt'],
  ])('is not made with %s', async (_, body, path) => {
    const answer = await client.post('/api/projects', body)
    expect([answer.status, answer.body.code]).toEqual([400, 'validation-failed'])
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body.requestId).toBe(answer.headers.get('x-request-id'))
    expect(answer.body.errors?.map((error) => error.path)).toEqual([path])
  })
})

describe('a change', () => {
  it('from a stale revision is refused and changes nothing', async () => {
    const project = await makeProject(client)
    await client.patch(`/api/projects/${project.id}`, { revision: 1, summary: 'first' })
    const answer = await client.patch(`/api/projects/${project.id}`, { revision: 1, summary: 'second' })
    expect([answer.status, answer.body.code]).toEqual([409, 'project-revision-conflict'])
    expect(answer.body.detail).toContain('revision 1, it is now at 2')
    expect((await client.get<ProjectBody>(`/api/projects/${project.id}`)).body.summary).toBe('first')
  })

  it('wins alone among twenty at the same time', async () => {
    const project = await makeProject(client)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => client.patch<ProjectBody>(`/api/projects/${project.id}`, { revision: 1, summary: `by ${i}` })),
    )
    const won = answers.filter(({ status }) => status === 200)
    expect(won).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
    expect((await client.get<ProjectBody>(`/api/projects/${project.id}`)).body).toMatchObject({
      summary: won[0]?.body.summary,
      revision: 2,
    })
  })

  it.each([
    ['no revision', { title: 'x' }],
    ['a revision as a text', { revision: '1' }],
    ['a slug', { revision: 1, slug: 'x' }],
  ])('is refused with %s', async (_, body) => {
    const project = await makeProject(client)
    expect((await client.patch(`/api/projects/${project.id}`, body)).status).toBe(400)
  })

  it('is for the owner and for admins; everyone may read', async () => {
    const { client: bob } = await makeUser(portal, 'bob')
    const [mine, theirs] = [await makeProject(bob), await makeProject(client)]
    expect((await bob.get(`/api/projects/${theirs.id}`)).status).toBe(200)
    for (const answer of [
      await bob.patch(`/api/projects/${theirs.id}`, { revision: 1, title: 'x' }),
      await bob.delete(`/api/projects/${theirs.id}`),
    ])
      expect([answer.status, answer.body.code]).toEqual([403, 'not-allowed'])
    expect((await bob.patch(`/api/projects/${mine.id}`, { revision: 1, title: 'x' })).status).toBe(200)
    expect((await client.patch(`/api/projects/${mine.id}`, { revision: 2, title: 'y' })).status).toBe(200)
  })
})

describe('the list', () => {
  it('comes in pages, newest first, that neither repeat nor skip while others are added', async () => {
    const made: string[] = []
    for (let i = 0; i < 7; i++) made.unshift((await makeProject(client, { task: 'anomaly-detection' })).id)
    const seen = await pages('task=anomaly-detection&limit=3', () => makeProject(client, { task: 'anomaly-detection' }))
    expect(seen).toEqual(made)
  })

  it('is searched by the beginnings of words, in any case and without accents', async () => {
    const one = await makeProject(client, { title: 'Zürich Air Quality', tags: ['nitrogen'] })
    const two = await makeProject(client, { title: 'Quality of zebra photos', summary: 'striped' })
    expect(await pages('q=zurich')).toEqual([one.id])
    expect(await pages('q=ZÜRI%20qual')).toEqual([one.id])
    expect(await pages('q=nitro')).toEqual([one.id])
    expect(await pages('q=striped')).toEqual([two.id])
    expect(await pages('q=quality')).toEqual([two.id, one.id])
    expect(await pages('q=urich')).toEqual([])
    expect(await pages(`q=${encodeURIComponent('.*')}&limit=100`)).toContain(one.id)
    expect(await pages(`q=${encodeURIComponent('zeb(')}`)).toEqual([two.id])
  })

  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=1&limit=2', 'task=cooking', 'sort=title', 'q[$ne]=x', `q=${'x'.repeat(201)}`])(
    'refuses ?%s',
    async (query) => {
      const answer = await client.get(`/api/projects?${query}`)
      expect([answer.status, answer.body.code]).toEqual([400, 'validation-failed'])
    },
  )

  it.each(['x', 'bnVsbA', 'W10', Buffer.from('[{"$gt":""},"x"]').toString('base64url')])('refuses the cursor %s', async (cursor) => {
    const answer = await client.get(`/api/projects?cursor=${cursor}`)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-cursor'])
  })
})

describe('the events', () => {
  it('tell a signed-in reader of a change, with an id, and end in order', async () => {
    const abort = new AbortController()
    const answer = await client.fetch('/api/events', { signal: abort.signal })
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = ''
    const project = await makeProject(client)
    while (!text.includes('project.changed')) text += (await reader?.read())?.value ?? ''
    expect(text).toMatch(/id: [0-9a-z]{26}\nevent: project.changed\ndata: /)
    expect(text).toContain(project.id)
    abort.abort()
  })
})

describe('while the database is away', () => {
  it('requests get 503 with Retry-After at once, probes say so, and all recovers by itself', async () => {
    const project = await makeProject(client)
    await proxy.cut()
    try {
      for (const call of [
        () => client.get('/api/projects'),
        () => client.post('/api/projects', { title: 'x' }),
        () => client.get(`/api/projects/${project.id}`),
      ]) {
        const from = performance.now()
        const answer = await call()
        expect([answer.status, answer.body.code]).toEqual([503, 'database-unavailable'])
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
        expect(performance.now() - from).toBeLessThan(5_000)
      }
      expect((await fetch(`${portal.url}/livez`)).status).toBe(200)
      await ready(portal.url, 503)
    } finally {
      await proxy.mend()
    }
    await ready(portal.url)
    expect((await client.get<ProjectBody>(`/api/projects/${project.id}`)).body.id).toBe(project.id)
  })

  it('connections that were taken and never answered hold nothing up', async () => {
    await proxy.fallSilent()
    try {
      await ready(portal.url, 503)
    } finally {
      await proxy.mend()
    }
    const from = performance.now()
    await ready(portal.url)
    expect(performance.now() - from).toBeLessThan(20_000)
  })

  it('the portal starts, answers 503, and serves once the database is there', async () => {
    await proxy.cut()
    const late = await startApp({ spec: import.meta.filename, env: throughProxy(), waitFor: 503 })
    try {
      const answer = await late.anonymous().post('/api/auth/login', { username: 'admin', password: 'x' })
      expect([answer.status, answer.body.code]).toEqual([503, 'database-unavailable'])
      expect((await fetch(`${late.url}/api/version`)).status).toBe(200)
      await proxy.mend()
      await ready(late.url)
      expect((await (await late.signedIn()).get<Page>('/api/projects')).status).toBe(200)
    } finally {
      await late.stop()
    }
    await ready(portal.url)
  })
})

it('a project that was deleted is cleaned up in the background', async () => {
  const project = await makeProject(client, { title: 'Short-lived' })
  await client.delete(`/api/projects/${project.id}`)
  // The slug is held until nothing of the project is left.
  await vi.waitFor(async () => expect((await makeProject(client, { title: 'Short-lived' })).slug).toBe('short-lived'), 10_000)
})

it('an unexpected query or path is a problem, never a stack trace', async () => {
  for (const path of [
    '/api/projects/%00',
    '/api/projects/%F0%28',
    '/api/projects/..%2f..%2fetc',
    `/api/projects/${'x'.repeat(2000)}`,
    '/api/projects/__proto__',
  ]) {
    const answer = await client.get<ProblemBody>(path)
    expect([path, answer.status >= 400 && answer.status < 500]).toEqual([path, true])
    expect(JSON.stringify(answer.body)).not.toMatch(/at .*\.(js|ts):/)
  }
})
