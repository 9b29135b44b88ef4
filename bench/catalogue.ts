// Is a catalogue of 10,000 projects instant on the embedded database, which has no index for such questions? A search with facets, as the page sends it (the
// list and the counts at the same time), for someone in 20 groups and for a visitor, at 1,000 and at 10,000 projects; how long a start takes and how much
// memory the index needs. On a portal and databases of its own.
import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { VitrineClient } from '../tools/client/client.ts'
import { root } from '../tools/stack/paths.ts'
import { buildPortal } from '../tools/stack/portal.ts'
import { Progress } from '../tools/stack/progress.ts'
import { startStack, type Stack } from '../tools/stack/stack.ts'
import { withoutCluster } from './own-portal.ts'
import { median, quantile, verdict } from './stats.ts'

const SIZES = [1_000, 10_000]
const GROUPS = 60
const MINE = 20
const OWNERS = 40
const ROUNDS = 40
const WARM_UP = 3
const TEXT_WORDS = 300
const VOCABULARY = 20_000
const BATCH = 500
const TARGET_MS = 150
const TASKS = ['image-classification', 'tabular-regression', 'translation', 'time-series-forecasting', 'anomaly-detection', 'other']
const FRAMEWORKS = ['PyTorch', 'JAX', 'scikit-learn', 'TensorFlow', 'XGBoost']
const LICENCES = ['MIT', 'Apache-2.0', 'CC-BY-4.0', '']
const VISIBILITIES = ['private', 'internal', 'public'] as const

/** What a page asks for when someone searches. */
const SEARCHES = [
  '',
  'q=series',
  'q=w12+ser',
  'q=w7',
  'sort=viewed&tag=tag-3',
  'sort=stars&task=translation&task=other',
  'sort=updated&updated=year&framework=JAX&licence=MIT',
  'q=w1&tag=tag-1&tag=tag-2&hasApp=false',
]

interface Identified {
  id: string
}
interface Seeded {
  _id: string
  index: number
  visibility: (typeof VISIBILITIES)[number]
  groupId: string
  ownerId: string
}
/** What the bench needs of the driver, which is the backend's. */
interface Connection {
  collection: (name: string) => {
    insertMany: (documents: Record<string, unknown>[]) => Promise<unknown>
    find: (filter: Record<string, unknown>) => { toArray: () => Promise<unknown[]> }
  }
  close: () => Promise<void>
}
/** What the bench needs of the index. */
interface Index {
  size: number
  put: (project: object) => void
  setTexts: (id: string, texts: object) => void
  setFigures: (id: string, figures: object) => void
}

const progress = new Progress()
await buildPortal(progress)
const ofBackend = createRequire(join(root, 'backend/package.json'))
const stack = await startStack({ profile: 'services', progress, withoutCluster: true })
try {
  const p95: Record<string, number[]> = {}
  for (const size of SIZES) {
    for (const [who, figures] of Object.entries(await measure(stack, size))) {
      const value = quantile(figures, 0.95)
      p95[who] = [...(p95[who] ?? []), value]
      console.log(
        `${size} projects, ${who}: p50 ${median(figures).toFixed(1)} ms, p95 ${value.toFixed(1)} ms of ${figures.length} searches with facets`,
      )
      if (size === SIZES.at(-1)) verdict(value <= TARGET_MS, `${who}: p95 ${value.toFixed(1)} ms, at most ${TARGET_MS} ms`)
    }
    console.log(`load average ${loadavg()[0]?.toFixed(1)}`)
  }
  for (const [who, [few = Number.NaN, many = Number.NaN]] of Object.entries(p95))
    console.log(`${who}: ten times the projects take × ${(many / few).toFixed(2)} of the time (p95)`)
  await measureMemory(SIZES.at(-1) ?? 0)
} finally {
  await stack.stop()
}

/** Milliseconds of each search, by who asks. */
async function measure(stack: Stack, size: number): Promise<Record<string, number[]>> {
  const settings = {
    VITRINE_PUBLIC_ACCESS: 'on',
    VITRINE_RATE_LIMIT_ACCOUNT: '0',
    VITRINE_RATE_LIMIT_TOKEN: '0',
    VITRINE_RATE_LIMIT_ADDRESS: '0',
  }
  return withoutCluster(stack, settings, async (portal) => {
    const { url, mongoUri } = portal
    const empty = await portal.start()
    const admin = await VitrineClient.signIn(portal.credentials())
    const { reader, groups, owners } = await progress.step(`a reader in ${MINE} of ${GROUPS} groups`, () => makePeople(url, admin))
    await portal.stop()
    const seeded = await progress.step(`${size} projects`, () => seed(mongoUri, size, groups, owners))
    const full = await portal.start()
    const built = /the catalogue has (\d+) projects, read in (\d+) ms/g
    const [, found, ms] = [...readFileSync(portal.log, 'utf8').matchAll(built)].at(-1) ?? []
    if (Number(found) !== size) throw new Error(`the index has ${found} projects`)
    console.log(
      `${size} projects: the index is built in ${ms} ms of a start of ${Math.round(full)} ms, ${Math.round(empty)} ms without projects`,
    )

    const anyone = { get: <T>(path: string) => getAnonymously<T>(url + path) }
    const mine = new Set(groups.slice(0, MINE))
    await requireTotal(reader, seeded.filter(({ visibility, groupId }) => visibility !== 'private' || mine.has(groupId)).length)
    await requireTotal(anyone, seeded.filter(({ visibility }) => visibility === 'public').length)
    const figures: Record<string, number[]> = { 'someone in 20 groups': [], 'a visitor': [] }
    for (let round = -WARM_UP; round < ROUNDS; round++)
      for (const query of SEARCHES)
        for (const [who, client] of [['someone in 20 groups', reader] as const, ['a visitor', anyone] as const]) {
          const from = performance.now()
          await Promise.all([client.get(`/api/projects?limit=24&${query}`), client.get(`/api/projects/facets?${query}`)])
          if (round >= 0) figures[who]?.push(performance.now() - from)
        }
    const polls = await measurePolls(mongoUri)
    console.log(
      `${size} projects: a look for what other replicas wrote takes ${median(polls).toFixed(1)} ms (p95 ${quantile(polls, 0.95).toFixed(1)} ms)`,
    )
    return figures
  })
}

async function getAnonymously<T>(address: string): Promise<T> {
  const answer = await fetch(address)
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`)
  return (await answer.json()) as T
}

async function requireTotal(client: { get: <T>(path: string) => Promise<T> }, wanted: number): Promise<void> {
  const { total } = await client.get<{ total: number }>('/api/projects?limit=1')
  if (total !== wanted) throw new Error(`${total} projects are found, not ${wanted}`)
}

/** Someone who belongs to the first groups, with a token; the ids of all groups, and of those who own projects. */
async function makePeople(url: string, admin: VitrineClient): Promise<{ reader: VitrineClient; groups: string[]; owners: string[] }> {
  const password = `bench ${randomBytes(12).toString('hex')}`
  const { user } = await admin.post<{ user: Identified }>('/api/iam/users', { username: 'reader', password })
  const groups: string[] = []
  for (let i = 0; i < GROUPS; i++) {
    const { id } = await admin.post<Identified>('/api/iam/groups', { name: `group-${i}` })
    if (i < MINE) await admin.put(`/api/iam/groups/${id}/members/${user.id}`, { role: 'member' })
    groups.push(id)
  }
  const owners: string[] = []
  for (let i = 0; i < OWNERS; i++)
    owners.push((await admin.post<{ user: Identified }>('/api/iam/users', { username: `owner-${i}`, displayName: `Owner ${i}` })).user.id)
  // The first password has to be changed; that ends the session which changed it and opens another.
  const newPassword = `bench ${randomBytes(12).toString('hex')}`
  const first = await VitrineClient.signIn({ url, username: 'reader', password })
  await first.post('/api/auth/password', { currentPassword: password, newPassword })
  const session = await VitrineClient.signIn({ url, username: 'reader', password: newPassword })
  const { token } = await session.post<{ token: string }>('/api/iam/tokens', { name: 'bench', scopes: ['projects:read'] })
  return { reader: VitrineClient.withToken(url, token), groups, owners }
}

/** Writes projects as the portal stores them, a third of them private and shared with one group each, all with the words of their texts. */
async function seed(mongoUri: string, size: number, groups: string[], owners: string[]): Promise<Seeded[]> {
  return withDatabase(mongoUri, async (connection) => {
    const seeded = Array.from({ length: size }, (_, index): Seeded => {
      const visibility = VISIBILITIES[index % VISIBILITIES.length] ?? 'private'
      return { _id: idOf(index), index, visibility, groupId: groups[index % GROUPS] ?? '', ownerId: owners[index % OWNERS] ?? '' }
    })
    for (let from = 0; from < size; from += BATCH) {
      const batch = seeded.slice(from, from + BATCH)
      await connection.collection('projects').insertMany(batch.map((project) => ({ _id: project._id, ...fieldsOf(project) })))
      await connection
        .collection('searchTexts')
        .insertMany(
          batch.map(({ _id, index }) => ({ _id, words: wordsOf(index).join(' '), things: [], revision: 1, updatedAt: dateOf(index) })),
        )
      await connection
        .collection('projectFigures')
        .insertMany(
          batch.map(({ _id, index }) => ({ _id, stars: 0, views: (index * 7919) % 1_000, revision: 1, updatedAt: dateOf(index) })),
        )
    }
    return seeded
  })
}

/** What a portal asks every few seconds, to learn what other replicas wrote: milliseconds of each time. */
async function measurePolls(mongoUri: string): Promise<number[]> {
  return withDatabase(mongoUri, async (connection) => {
    const figures: number[] = []
    for (let round = 0; round < 20; round++) {
      const since = { updatedAt: { $gte: new Date(Date.now() + 1_000) } }
      const from = performance.now()
      for (const name of ['projects', 'projectFigures', 'searchTexts']) await connection.collection(name).find(since).toArray()
      figures.push(performance.now() - from)
    }
    return figures
  })
}

async function withDatabase<T>(mongoUri: string, use: (connection: Connection) => Promise<T>): Promise<T> {
  const mongoose = ofBackend('mongoose') as { createConnection: (uri: string) => { asPromise: () => Promise<Connection> } }
  const connection = await mongoose.createConnection(mongoUri).asPromise()
  try {
    return await use(connection)
  } finally {
    await connection.close()
  }
}

function fieldsOf({ index, visibility, groupId, ownerId }: Seeded): Record<string, unknown> {
  const isPrivate = visibility === 'private'
  const owner = `user:${ownerId}`
  const read = [owner, ...(isPrivate ? [`group:${groupId}`] : ['account']), ...(visibility === 'public' ? ['anyone'] : [])]
  return {
    slug: `series-${index}`,
    title: `Series ${index} w${index % 97}`,
    summary: `${wordsOf(index).slice(0, 25).join(' ')}.`,
    task: TASKS[index % TASKS.length],
    tags: [`tag-${index % 10}`, `tag-${index % 47}`, `tag-${index % 89}`].filter((tag, i, all) => all.indexOf(tag) === i),
    frameworks: [FRAMEWORKS[index % FRAMEWORKS.length]],
    licence: LICENCES[index % LICENCES.length],
    contacts: [{ name: 'Somebody', email: 'somebody@example.org', url: 'https://example.org/somebody' }],
    links: [{ title: 'Paper', url: 'https://example.org/paper' }],
    cover: null,
    publishedVersion: index % 4 === 0 ? 1 : null,
    publishedAt: index % 4 === 0 ? dateOf(index) : null,
    ownerId,
    visibility,
    members: isPrivate ? [{ kind: 'group', id: groupId, role: 'viewer' }] : [],
    access: { read, edit: [owner], deploy: [owner], manage: [owner], own: [owner] },
    deletedAt: null,
    createdAt: dateOf(index),
    updatedAt: dateOf(index),
    revision: 1,
  }
}

/** Heap and buffers of the index, measured in this process on the portal's own class. */
async function measureMemory(size: number): Promise<void> {
  const { CatalogueIndex } = (await import(join(root, 'backend/dist/modules/catalogue/catalogue-index.js'))) as {
    CatalogueIndex: new () => Index
  }
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const used = (): number => {
    collect()
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    return heapUsed + arrayBuffers
  }
  const before = used()
  const index = new CatalogueIndex()
  for (let i = 0; i < size; i++) {
    const project = {
      _id: idOf(i),
      index: i,
      visibility: VISIBILITIES[i % 3] ?? 'private',
      groupId: `g${i % GROUPS}`,
      ownerId: `o${i % OWNERS}`,
    }
    index.put({ ...fieldsOf(project), id: project._id })
    index.setTexts(project._id, { words: wordsOf(i), things: [], revision: 1 })
    index.setFigures(project._id, { stars: 0, views: i, revision: 1 })
  }
  const bytes = used() - before
  // Asked for its size after it was measured: what nobody uses any more is not there to be measured.
  if (index.size !== size) throw new Error(`the index has ${index.size} projects`)
  console.log(
    `the index of ${size} projects with ${TEXT_WORDS} words of text each: ${(bytes / 2 ** 20).toFixed(1)} MiB, ${Math.round(bytes / size)} bytes a project`,
  )
}

function idOf(index: number): string {
  return `01k${String(index).padStart(23, '0')}`
}

function dateOf(index: number): Date {
  return new Date(Date.now() - (index % 700) * 86_400_000 - index)
}

/** Different words, a few of which are in most texts. */
function wordsOf(index: number): string[] {
  const words = new Set<string>()
  for (let i = 0; words.size < TEXT_WORDS; i++) words.add(`w${(index * 31 + i * i * 17 + i) % (i < 60 ? 200 : VOCABULARY)}`)
  return [...words]
}
