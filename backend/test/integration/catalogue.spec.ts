import mongoose from 'mongoose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { setClock } from '../../src/common/clock.js'
import { CatalogueSync } from '../../src/modules/catalogue/catalogue-sync.js'
import { EngineRepository } from '../../src/modules/engines/engine.repository.js'
import { EventBus } from '../../src/modules/events/event-bus.js'
import { ProjectRepository } from '../../src/modules/projects/project.repository.js'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { makeDataset, makeProject } from '../factories/datasets.js'
import { makeEngine } from '../factories/engines.js'
import { makeUser } from '../factories/users.js'
import { testServices } from '../services.js'

interface Listed {
  id: string
  slug: string
  title: string
  stars: number
  starred: boolean
  views: number
  app: { phase: string } | null
  revision: number
}
interface Page {
  items: Listed[]
  nextCursor: string | null
  total: number
}
interface Facets {
  total: number
  facets: Record<string, { value: string; label: string; count: number }[]>
}
interface Hits {
  items: { kind: string; id: string; title: string; url: string; projectTitle: string | null }[]
}

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const { mongoUri } = testServices(import.meta.filename)
const env = { VITRINE_PUBLIC_ACCESS: 'on' }

let portal: TestApp
let admin: TestClient
let ann: TestClient
let bob: TestClient
beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename, env })
  admin = await portal.signedIn()
  ann = (await makeUser(portal, 'ann')).client
  bob = (await makeUser(portal, 'bob')).client
})
afterAll(() => portal.remove())

/** What happens in the background happens soon, also on a machine with much to do. */
const until = (check: () => Promise<void>) => vi.waitFor(check, 20_000)
const list = async (client: TestClient, query = ''): Promise<Page> => (await client.get<Page>(`/api/projects?${query}`)).body
const ids = async (client: TestClient, query = ''): Promise<string[]> => (await list(client, query)).items.map(({ id }) => id)
const facets = async (client: TestClient, query = ''): Promise<Facets> => (await client.get<Facets>(`/api/projects/facets?${query}`)).body
const make = async (client: TestClient, body: Record<string, unknown>): Promise<Listed> => {
  const { status, body: made } = await client.post<Listed>('/api/projects', body)
  if (status !== 201) throw new Error(JSON.stringify(made))
  return made
}
const me = async (client: TestClient): Promise<string> => (await client.get<{ user: { id: string } }>('/api/auth/me')).body.user.id
const makeGroup = async (name: string, userId: string): Promise<string> => {
  const { body } = await admin.post<{ id: string }>('/api/iam/groups', { name })
  await admin.put(`/api/iam/groups/${body.id}/members/${userId}`, { role: 'member' })
  return body.id
}

describe('what someone has just written', () => {
  it('is in the list at once: new, changed, shared, hidden and deleted', async () => {
    const project = await make(ann, { title: 'Ozone over Zürich', visibility: 'private' })
    expect(await ids(ann, 'q=ozone')).toEqual([project.id])
    expect(await ids(bob, 'q=ozone')).toEqual([])
    await ann.patch(`/api/projects/${project.id}`, {
      revision: 1,
      title: 'Nitrogen over Zürich',
      licence: 'CC-BY-4.0',
      frameworks: ['JAX'],
    })
    expect(await ids(ann, 'q=ozone')).toEqual([])
    expect(await ids(ann, 'q=nitro%20jax&licence=CC-BY-4.0')).toEqual([project.id])
    const bobId = await me(bob)
    await ann.put(`/api/projects/${project.id}/members/user/${bobId}`, { role: 'viewer' })
    expect(await ids(bob, 'q=nitro')).toEqual([project.id])
    await ann.delete(`/api/projects/${project.id}/members/user/${bobId}`)
    expect(await ids(bob, 'q=nitro')).toEqual([])
    await ann.put(`/api/projects/${project.id}/visibility`, { visibility: 'public', revision: 4 })
    expect(await ids(portal.anonymous(), 'q=nitro')).toEqual([project.id])
    await ann.delete(`/api/projects/${project.id}`)
    expect(await list(ann, 'q=nitro')).toEqual({ items: [], nextCursor: null, total: 0 })
  })

  it('reaches another replica, also what was deleted there', async () => {
    const other = await startApp({ spec: import.meta.filename, env })
    try {
      const sync = other.app.get(CatalogueSync, { strict: false })
      const there = other.anonymous()
      there.cookie = ann.cookie
      const stays = await make(ann, { title: 'Replica one' })
      const goes = await make(ann, { title: 'Replica two' })
      await ann.put(`/api/projects/${stays.id}/star`, {})
      await ann.put(`/api/projects/${stays.id}/card`, { revision: 1, section: 'usage', content: textOf('Perseverance') })
      await sync.poll()
      expect((await ids(there, 'q=replica')).sort()).toEqual([stays.id, goes.id].sort())
      expect((await list(there, 'q=persever')).items).toMatchObject([{ id: stays.id, stars: 1, starred: true }])
      await ann.delete(`/api/projects/${goes.id}`)
      await sync.poll()
      expect(await list(there, 'q=replica')).toMatchObject({ total: 1, items: [{ id: stays.id }] })
    } finally {
      await other.stop()
    }
  })
})

describe('facets', () => {
  it('count what one may read, without their own filter, by names that people know', async () => {
    const [annId, bobId] = [await me(ann), await me(bob)]
    const lab = await makeGroup('vision-lab', annId)
    const one = await make(ann, { title: 'facetword one', task: 'other', tags: ['red', 'blue'] })
    const two = await make(bob, { title: 'facetword two', task: 'translation', tags: ['red'] })
    await make(bob, { title: 'facetword three', tags: ['red'], visibility: 'private' })
    await ann.put(`/api/projects/${one.id}/members/group/${lab}`, { role: 'editor' })
    expect(await facets(ann, 'q=facetword')).toEqual({
      total: 2,
      facets: {
        task: [
          { value: 'other', label: 'other', count: 1 },
          { value: 'translation', label: 'translation', count: 1 },
        ],
        tag: [
          { value: 'red', label: 'red', count: 2 },
          { value: 'blue', label: 'blue', count: 1 },
        ],
        framework: [],
        licence: [],
        owner: expect.arrayContaining([
          { value: annId, label: 'ann', count: 1 },
          { value: bobId, label: 'bob', count: 1 },
        ]) as unknown,
        group: [{ value: lab, label: 'vision-lab', count: 1 }],
        hasApp: [{ value: 'false', label: 'false', count: 2 }],
      },
    })
    const narrowed = await facets(ann, 'q=facetword&tag=blue&tag=green&task=other')
    expect(narrowed.total).toBe(1)
    expect(narrowed.facets['tag']).toEqual([
      { value: 'blue', label: 'blue', count: 1 },
      { value: 'red', label: 'red', count: 1 },
      { value: 'green', label: 'green', count: 0 },
    ])
    expect(narrowed.facets['task']).toEqual([{ value: 'other', label: 'other', count: 1 }])
    expect(await ids(ann, 'q=facetword&tag=blue&tag=red&task=translation')).toEqual([two.id])
    expect(await ids(ann, `q=facetword&group=${lab}`)).toEqual([one.id])
    expect(await ids(ann, `q=facetword&owner=${bobId}`)).toEqual([two.id])
  })

  it('say nothing of members to someone without an account', async () => {
    const lab = await makeGroup('hidden-lab', await me(ann))
    const project = await make(ann, { title: 'openword', visibility: 'public' })
    await ann.put(`/api/projects/${project.id}/members/group/${lab}`, { role: 'viewer' })
    const nobody = portal.anonymous()
    expect(await facets(nobody, 'q=openword')).toMatchObject({ total: 1, facets: { group: [] } })
    expect(await ids(nobody, `q=openword&group=${lab}`)).toEqual([])
    for (const scope of ['mine', 'drafts', 'shared', 'starred']) expect(await ids(nobody, `q=openword&scope=${scope}`)).toEqual([])
  })

  it.each(['tag[$ne]=x', 'task=cooking', 'hasApp=maybe', 'scope=theirs', 'sort=title', 'updated=decade', 'tag='])(
    'refuse ?%s',
    async (query) => {
      const answer = await ann.get(`/api/projects/facets?${query}`)
      expect([answer.status, answer.body.code]).toEqual([400, 'validation-failed'])
    },
  )
})

it('shows mine, drafts, shared and starred, and what changed lately', async () => {
  const draft = await make(ann, { title: 'scopeword draft' })
  const published = await make(ann, { title: 'scopeword published' })
  const theirs = await make(bob, { title: 'scopeword theirs' })
  const shared = await make(bob, { title: 'scopeword shared', visibility: 'private' })
  await bob.put(`/api/projects/${shared.id}/members/user/${await me(ann)}`, { role: 'viewer' })
  await portal.app.get(ProjectRepository, { strict: false }).publish(published.id, 1, new Date())
  await ann.put(`/api/projects/${theirs.id}/star`, {})
  const found = async (query: string) => (await ids(ann, `q=scopeword&${query}`)).sort()
  expect(await found('scope=mine')).toEqual([draft.id, published.id].sort())
  expect(await found('scope=drafts')).toEqual([draft.id])
  expect(await found('scope=shared')).toEqual([shared.id])
  expect(await found('scope=starred')).toEqual([theirs.id])
  expect(await found('updated=week')).toHaveLength(4)
  const open = await make(ann, { title: 'scopeword open', visibility: 'public' })
  const restore = setClock(() => new Date(Date.now() + 8 * 86_400_000))
  try {
    // Without an account: a session would have ended by then.
    expect(await ids(portal.anonymous(), 'q=scopeword')).toEqual([open.id])
    expect(await ids(portal.anonymous(), 'q=scopeword&updated=week')).toEqual([])
  } finally {
    restore()
  }
})

it('pages by each order neither repeat nor skip while projects are added', async () => {
  const made: string[] = []
  for (let i = 0; i < 7; i++) made.push((await make(ann, { title: `pageword ${i}` })).id)
  for (const id of [made[2], made[5]]) await ann.put(`/api/projects/${id}/star`, {})
  for (const sort of ['new', 'updated', 'stars', 'viewed']) {
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await list(ann, `q=pageword&sort=${sort}&limit=3${cursor === '' ? '' : `&cursor=${cursor}`}`)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      if (cursor !== null) await make(ann, { title: 'pageword later' })
    }
    if (sort === 'stars') expect(seen.slice(0, 2)).toEqual([made[5], made[2]])
    expect(new Set(seen).size).toBe(seen.length)
    expect(made.filter((id) => !seen.includes(id))).toEqual([])
  }
  const { nextCursor } = await list(ann, 'q=pageword&sort=new&limit=1')
  expect((await ann.get(`/api/projects?q=pageword&sort=stars&cursor=${nextCursor}`)).body.code).toBe('invalid-cursor')
})

it('a token for one project finds that one only', async () => {
  const one = await make(ann, { title: 'tokenword one' })
  await make(ann, { title: 'tokenword two' })
  const token = await ann.post<{ token: string }>('/api/iam/tokens', { name: 'x', scopes: ['projects:read'], projectId: one.id })
  const client = portal.anonymous()
  client.bearer = token.body.token
  expect(await ids(client, 'q=tokenword')).toEqual([one.id])
  expect((await facets(client, 'q=tokenword')).total).toBe(1)
  expect((await client.get<Hits>('/api/search?q=tokenword')).body.items.map(({ id }) => id)).toEqual([one.id])
})

describe('stars', () => {
  it('are one of each person, counted right when many give and take them at once', async () => {
    const project = await make(ann, { title: 'starword' })
    const people = await Promise.all(Array.from({ length: 6 }, async (_, i) => (await makeUser(portal, `fan-${i}`)).client))
    const star = `/api/projects/${project.id}/star`
    await Promise.all(people.flatMap((client) => [client.put(star, {}), client.put(star, {}), client.put(star, {})]))
    expect((await list(ann, 'q=starword')).items).toMatchObject([{ stars: 6, starred: false }])
    await Promise.all(people.slice(0, 2).flatMap((client) => [client.delete(star), client.delete(star)]))
    expect((await ann.put<Listed>(star, {})).body).toEqual({ stars: 5, starred: true })
    expect((await ann.get<Listed>(`/api/projects/${project.id}`)).body).toMatchObject({ stars: 5, starred: true })
    const refused = await portal.anonymous().put(star, {})
    expect([refused.status, refused.body.code]).toEqual([401, 'not-signed-in'])
  })

  it('go with the account, and outlive a restart', async () => {
    const project = await make(ann, { title: 'staying stars' })
    const { client } = await makeUser(portal, 'leaver')
    const leaver = await me(client)
    await client.put(`/api/projects/${project.id}/star`, {})
    await bob.put(`/api/projects/${project.id}/star`, {})
    expect((await list(ann, 'q=staying')).items).toMatchObject([{ stars: 2 }])
    expect((await admin.delete(`/api/iam/users/${leaver}`)).status).toBe(204)
    expect((await list(ann, 'q=staying')).items).toMatchObject([{ stars: 1 }])
    const connection = await mongoose.createConnection(mongoUri).asPromise()
    try {
      // As a crash between a star and its count leaves it.
      await connection.collection<{ _id: string }>('projectFigures').updateOne({ _id: project.id }, { $set: { stars: 7 } })
      const again = await startApp({ spec: import.meta.filename, env })
      try {
        const there = again.anonymous()
        there.cookie = bob.cookie
        expect((await list(there, 'q=staying')).items).toMatchObject([{ stars: 1, starred: true }])
      } finally {
        await again.stop()
      }
      await ann.delete(`/api/projects/${project.id}`)
      await until(async () => expect(await connection.collection('stars').countDocuments({ projectId: project.id })).toBe(0))
    } finally {
      await connection.close()
    }
  })
})

it('counts a view once a visitor and day, keeps nothing that says who it was, and forgets that when the day ends', async () => {
  const project = await make(ann, { title: 'viewword', visibility: 'public' })
  const look = async (userAgent: string): Promise<number> =>
    (await portal.anonymous().fetch(`/api/projects/${project.id}/view`, { method: 'POST', headers: { 'user-agent': userAgent } })).status
  const views = async () => (await list(portal.anonymous(), 'q=viewword')).items[0]?.views
  const connection = await mongoose.createConnection(mongoUri).asPromise()
  try {
    await Promise.all([look(BROWSER), look(BROWSER), look(BROWSER)])
    expect(await look('Mozilla/5.0 (compatible; Googlebot/2.1)')).toBe(204)
    expect(await views()).toBe(1)
    await look(`${BROWSER} other`)
    expect(await views()).toBe(2)
    const kept = await connection.collection('views').find().toArray()
    expect(kept).toHaveLength(2)
    for (const each of kept) expect(Object.keys(each).sort()).toEqual(['_id', 'day'])
    const audit = await connection.collection('audit').countDocuments({ action: 'project:view' })
    expect(audit).toBe(0)
    const restore = setClock(() => new Date(Date.now() + 86_400_000))
    try {
      await look(BROWSER)
      expect(await views()).toBe(3)
      const later = await startApp({ spec: import.meta.filename, env })
      const today = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
      await until(async () => expect(await connection.collection('views').countDocuments({ day: { $ne: today } })).toBe(0))
      expect((await connection.collection('viewSalts').find().toArray()).map(({ _id }) => String(_id))).toEqual([today])
      expect((await list(later.anonymous(), 'q=viewword')).items[0]?.views).toBe(3)
      await later.stop()
    } finally {
      restore()
    }
  } finally {
    await connection.close()
  }
  const hidden = await make(ann, { title: 'not seen', visibility: 'private' })
  expect((await bob.post(`/api/projects/${hidden.id}/view`)).status).toBe(404)
})

it('knows the best phase of the apps of a project, without previews', async () => {
  const project = await make(ann, { title: 'appword' })
  const engines = portal.app.get(EngineRepository, { strict: false })
  const bus = portal.app.get(EventBus)
  const add = async (name: string, phase: 'Failed' | 'Idle' | 'Running', preview = false) => {
    const engine = makeEngine({ projectId: project.id, name, host: `${name}-${project.slug}` })
    const lease = preview ? { expiresAt: new Date(Date.now() + 86_400_000) } : null
    await engines.insert({ ...engine, lease, status: { ...engine.status, phase } })
    bus.publish('engine.status-changed', { engineId: engine.id, projectId: project.id, phase })
  }
  expect((await list(ann, 'q=appword')).items).toMatchObject([{ app: null }])
  await add('one', 'Failed')
  await until(async () => expect((await list(ann, 'q=appword')).items).toMatchObject([{ app: { phase: 'Failed' } }]))
  await add('preview', 'Running', true)
  await add('two', 'Idle')
  await until(async () => expect((await list(ann, 'q=appword')).items).toMatchObject([{ app: { phase: 'Idle' } }]))
  expect(await ids(ann, 'q=appword&hasApp=true')).toEqual([project.id])
  expect(await ids(ann, 'q=appword&hasApp=false')).toEqual([])
})

describe('search everywhere', () => {
  const hits = async (client: TestClient, q: string) => (await client.get<Hits>(`/api/search?q=${encodeURIComponent(q)}`)).body.items

  it('finds projects, data sets and people, of what one may know', async () => {
    const project = await makeProject(ann, { title: 'Quasar survey' })
    const dataset = await makeDataset(ann, { projectId: project.id, name: 'quasar spectra' })
    const secret = await make(bob, { title: 'Quasar secrets', visibility: 'private' })
    const hiddenSet = await makeDataset(bob, { projectId: secret.id, name: 'quasar hidden' })
    await makeUser(portal, 'quasar-person')
    await until(async () => expect((await hits(bob, 'quasar')).map(({ id }) => id)).toContain(hiddenSet.id))
    await until(async () =>
      expect(await hits(ann, 'QUAS')).toMatchObject([
        { kind: 'project', id: project.id, title: 'Quasar survey', url: `/p/${project.slug}`, projectTitle: null },
        { kind: 'dataset', id: dataset.id, title: 'quasar spectra', url: `/p/${project.slug}/data`, projectTitle: 'Quasar survey' },
        { kind: 'person', title: 'quasar-person' },
      ]),
    )
    expect(await hits(portal.anonymous(), 'quasar')).toEqual([])
    expect(await hits(ann, ' .* ')).toEqual([])
    const content = textOf('Redshifts of forty blazars')
    const report = await ann.post<{ id: string }>(`/api/projects/${project.id}/reports`, { title: 'Quasar report', content })
    await until(async () =>
      expect(await hits(ann, 'quasar rep')).toMatchObject([
        // By the words of its report.
        { kind: 'project', id: project.id },
        { kind: 'report', id: report.body.id, url: `/p/${project.slug}/reports/${report.body.id}`, projectTitle: 'Quasar survey' },
      ]),
    )
    expect((await hits(bob, 'blazars')).map(({ id }) => id)).toEqual([project.id])
    await ann.delete(`/api/datasets/${dataset.id}`)
    await until(async () => expect((await hits(ann, 'spectra')).map(({ kind }) => kind)).toEqual([]))
  })
})

const textOf = (text: string) => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] })
