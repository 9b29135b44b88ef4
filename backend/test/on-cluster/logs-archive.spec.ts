import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { LogHub } from '../../src/modules/logs/log-hub.js'
import { LogRetention } from '../../src/modules/logs/retention/log-retention.js'
import { setClock } from '../../src/common/clock.js'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { askApp, testCluster, wireTo, type WiredCluster } from '../cluster.js'
import { makeProject } from '../factories/datasets.js'
import { TcpProxy } from '../fakes/tcp-proxy.js'
import { testServices } from '../services.js'

interface Entry {
  kind: string
  ts: string
  text: string
  pod: string | null
  what: string | null
}

interface EngineBody {
  id: string
  url: string
  status: { phase: string; message: string }
}

const cluster = testCluster()
const prefix = `${cluster.namespacePrefix}-a${randomBytes(2).toString('hex')}`
const LONG = { timeout: 90_000, interval: 200 }

let wired: WiredCluster
let storeWire: TcpProxy
let portal: TestApp
let client: TestClient
let projectId = ''
let engine: EngineBody

const start = (env: Record<string, string> = {}): Promise<TestApp> =>
  startApp({
    spec: import.meta.filename,
    env: {
      KUBECONFIG: wired.kubeconfig,
      VITRINE_KUBE_CONTEXT: cluster.context,
      VITRINE_NAMESPACE_PREFIX: prefix,
      VITRINE_APPS_URL: cluster.appsUrl,
      S3_ENDPOINT: storeWire.through(testServices(import.meta.filename).s3.endpoint),
      ...env,
    },
  })

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)
const tag = (): string => randomBytes(4).toString('hex')

async function deploy(name: string, env: { name: string; value: string }[] = []): Promise<EngineBody> {
  const answer = await client.post<EngineBody>('/api/engines', { projectId, name, image: cluster.helloImage, port: 8080, env })
  expect(answer.status).toBe(202)
  return answer.body
}

const isRunning = (id: string): Promise<void> =>
  vi.waitFor(async () => {
    const { body } = await client.get<EngineBody>(`/api/engines/${id}`)
    expect(body.status.phase, body.status.message).toBe('Running')
  }, LONG)

/** The whole log, by the download. */
async function download(id: string, query = ''): Promise<Entry[]> {
  const answer = await client.fetch(`/api/engines/${id}/logs/download?format=ndjson${query}`)
  expect(answer.status).toBe(200)
  const text = await answer.text()
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Entry)
}

const emitted = (entries: Entry[], name: string): number[] =>
  entries.flatMap(({ text }) => {
    const [, found, number] = /^emit (\S+) (\d+)\//.exec(text) ?? []
    return found === name ? [Number(number)] : []
  })

const has = (id: string, name: string, n: number): Promise<void> =>
  vi.waitFor(async () => expect(emitted(await download(id, `&text=emit%20${name}`), name)).toEqual(count(n)), LONG)

const emit = async (query: string): Promise<void> => {
  expect((await askApp(engine.url, `/emit?${query}`)).status).toBeLessThan(300)
}

const podsOf = async (id: string): Promise<string[]> =>
  (
    await cluster.kubectl(
      'get',
      'pods',
      '-A',
      '-l',
      `vitrine.dev/engine=${id}`,
      '-o',
      'jsonpath={range .items[*]}{.metadata.namespace}/{.metadata.name} {end}',
    )
  )
    .trim()
    .split(' ')
    .filter(Boolean)

/** The portal dies as by kill -9: nothing more is stored. */
async function killAndRestart(env: Record<string, string> = {}): Promise<void> {
  await portal.app.get(LogHub).kill()
  await portal.stop()
  portal = await start(env)
  client = await portal.signedIn()
}

beforeAll(async () => {
  wired = await wireTo(cluster)
  await wired.write()
  storeWire = await TcpProxy.to(testServices(import.meta.filename).s3.endpoint)
  portal = await start()
  client = await portal.signedIn()
  ;({ id: projectId } = await makeProject(client))
  await vi.waitFor(async () => {
    const { body } = await client.get<{ cluster: { state: string; message: string } }>('/api/system/capabilities')
    expect(body.cluster.state, body.cluster.message).toBe('ready')
  }, LONG)
  engine = await deploy('kept')
  await isRunning(engine.id)
})
afterAll(async () => {
  const namespaces = await cluster.kubectl('get', 'namespaces', '-l', `vitrine.dev/instance=${prefix}`, '-o', 'name')
  for (const name of namespaces.trim().split('\n').filter(Boolean)) await cluster.kubectl('delete', '--wait=false', name)
  await portal.remove()
  await wired.remove()
  await storeWire.cut()
})

describe('a log that outlives its pods', () => {
  it('is there after its pod was deleted and the portal was restarted', async () => {
    const name = tag()
    await emit(`n=300&every=1&wait=1&tag=${name}`)
    const [place = ''] = await podsOf(engine.id)
    const [namespace = '', pod = ''] = place.split('/')
    await has(engine.id, name, 300)
    // At once: Knative's proxy would stay for another half minute.
    await cluster.kubectl('delete', 'pod', pod, '-n', namespace, '--grace-period=1', '--wait=true')
    await has(engine.id, name, 300)
    await portal.stop()
    portal = await start()
    client = await portal.signedIn()
    await has(engine.id, name, 300)
    const { body } = await client.get<{ items: Entry[]; nextCursor: string | null }>(
      `/api/engines/${engine.id}/logs/lines?order=asc&limit=100&text=emit%20${name}`,
    )
    expect(emitted(body.items, name)).toEqual(count(100))
    const next = await client.get<{ items: Entry[] }>(
      `/api/engines/${engine.id}/logs/lines?order=asc&limit=100&text=emit%20${name}&cursor=${encodeURIComponent(body.nextCursor ?? '')}`,
    )
    expect(emitted(next.body.items, name)).toEqual(count(200).slice(100))
    const newest = await client.get<{ items: Entry[]; nextCursor: string }>(
      `/api/engines/${engine.id}/logs/lines?limit=10&text=emit%20${name}`,
    )
    const read = emitted(newest.body.items, name)
    expect(read).toEqual(count(300).reverse().slice(0, read.length))
    expect(read.length).toBeGreaterThan(5)
    const older = await client.get<{ items: Entry[] }>(
      `/api/engines/${engine.id}/logs/lines?limit=10&text=emit%20${name}&cursor=${encodeURIComponent(newest.body.nextCursor)}`,
    )
    expect(emitted(older.body.items, name)).toEqual(
      count(300)
        .reverse()
        .slice(read.length, read.length + 10),
    )
    await isRunning(engine.id)
  })

  it('loses and doubles nothing when the portal is killed while the app writes', async () => {
    const name = tag()
    await vi.waitFor(async () => expect((await askApp(engine.url)).status).toBe(200), LONG)
    const writing = emit(`n=6000&every=1&wait=1&tag=${name}`)
    for (let round = 0; round < 3; round++) {
      await vi.waitFor(
        async () => expect(emitted(await download(engine.id, `&text=emit%20${name}`), name).length).toBeGreaterThan(800 * round),
        LONG,
      )
      await killAndRestart()
    }
    await writing
    await has(engine.id, name, 6_000)
  })

  it('keeps what comes while the object store is away', async () => {
    const name = tag()
    await storeWire.cut()
    await emit(`n=2000&every=0&bytes=1000&wait=1&tag=${name}`)
    // It is read from memory, although it cannot be stored.
    await vi.waitFor(async () => {
      const { body } = await client.get<{ items: Entry[] }>(`/api/engines/${engine.id}/logs/lines?limit=1`)
      expect(body.items[0]?.text).toContain(`emit ${name} 2000/`)
    }, LONG)
    await storeWire.mend()
    await portal.stop()
    portal = await start()
    client = await portal.signedIn()
    await has(engine.id, name, 2_000)
  })

  it('has the lines of before each crash', async () => {
    const words = `last words ${tag()}`
    const crashing = await deploy('crashing', [{ name: 'CRASH', value: words }])
    await vi.waitFor(async () => {
      const entries = await download(crashing.id)
      expect(entries.filter(({ text }) => text === words).length).toBeGreaterThanOrEqual(2)
      expect(entries.filter(({ what }) => what === 'crashed').length).toBeGreaterThanOrEqual(2)
      // What Kubernetes says of it stands between the lines.
      expect(entries.filter(({ kind }) => kind === 'event').map(({ what }) => what)).toEqual(
        expect.arrayContaining(['Scheduled', 'BackOff']),
      )
    }, LONG)
    // What was missed while nobody was there is read from the run before.
    await killAndRestart()
    await vi.waitFor(async () => {
      const entries = await download(crashing.id)
      const starts = entries.filter(({ what }) => what === 'started').length
      const lines = entries.filter(({ text }) => text === words).length
      expect(lines).toBeGreaterThanOrEqual(2)
      expect(Math.abs(starts - lines)).toBeLessThanOrEqual(1)
      // Each run once: the time of the node is in each line.
      const times = entries.filter(({ text }) => text === words).map(({ ts }) => ts)
      expect(new Set(times).size).toBe(times.length)
    }, LONG)
    expect((await client.delete(`/api/engines/${crashing.id}`)).status).toBe(202)
  })

  it('filters by pod and time, and writes text', async () => {
    const [early, late] = [tag(), tag()]
    await emit(`n=3&every=1&wait=1&tag=${early}`)
    await new Promise((resolve) => setTimeout(resolve, 1_100))
    const between = new Date().toISOString()
    await emit(`n=3&every=1&wait=1&tag=${late}`)
    await has(engine.id, late, 3)
    const after = await download(engine.id, `&from=${between}`)
    expect(emitted(after, early)).toEqual([])
    expect(emitted(after, late)).toEqual(count(3))
    expect(emitted(await download(engine.id, `&to=${between}&text=EMIT`), late)).toEqual([])
    expect(emitted(await download(engine.id, '&pod=another'), late)).toEqual([])
    const text = await (await client.fetch(`/api/engines/${engine.id}/logs/download?text=emit%20${late}`)).text()
    // A gap passes every filter: it says that something may be missing.
    expect(
      text
        .trim()
        .split('\n')
        .filter((each) => !each.includes(' --- ')),
    ).toHaveLength(3)
    expect(text).toMatch(new RegExp(`^\\S+Z \\S+ emit ${late} 1/3`, 'm'))
    expect((await client.get(`/api/engines/${engine.id}/logs/lines?from=yesterday`)).status).toBe(400)
    expect((await client.get(`/api/engines/${engine.id}/logs/lines?cursor=nonsense`)).body.code).toBe('invalid-cursor')
    for (const path of ['lines', 'download']) {
      expect((await portal.anonymous().get(`/api/engines/${engine.id}/logs/${path}`)).status).toBe(401)
      expect((await client.get(`/api/engines/01aaaaaaaaaaaaaaaaaaaaaaaa/logs/${path}`)).status).toBe(404)
    }
  })

  it('is there when the app sleeps at zero', async () => {
    // The shortest that Knative takes, so that nobody waits for minutes; the last pod stays for another half.
    const { revision } = (await client.get<{ revision: number }>(`/api/engines/${engine.id}`)).body
    const scaled = await client.patch(`/api/engines/${engine.id}`, { revision, scaling: { min: 0, windowSeconds: 6 } })
    expect(scaled.status).toBe(202)
    await isRunning(engine.id)
    const name = tag()
    await emit(`n=20&every=1&wait=1&tag=${name}`)
    await vi.waitFor(async () => expect(await podsOf(engine.id)).toEqual([]), { timeout: 240_000, interval: 1_000 })
    await vi.waitFor(async () => {
      const entries = await download(engine.id)
      expect(emitted(entries, name)).toEqual(count(20))
      expect(entries.at(-1)?.what).toBe('zero')
    }, LONG)
    await killAndRestart()
    const entries = await download(engine.id)
    expect(emitted(entries, name)).toEqual(count(20))
    expect(entries.filter(({ what }) => what === 'zero').length).toBeGreaterThanOrEqual(1)
  }, 300_000)

  it('goes when it is too old, but for the newest segment', async () => {
    const before = (await download(engine.id)).length
    expect(before).toBeGreaterThan(0)
    const restore = setClock(() => new Date(Date.now() + 31 * 24 * 3_600_000))
    try {
      await portal.app.get(LogRetention).sweep()
    } finally {
      restore()
    }
    await killAndRestart()
    const left = await download(engine.id)
    expect(left.length).toBeLessThan(before)
  })

  it('goes with the app', async () => {
    expect((await client.delete(`/api/engines/${engine.id}`)).status).toBe(202)
    await vi.waitFor(async () => expect((await client.get(`/api/engines/${engine.id}`)).status).toBe(404), LONG)
    await portal.app.get(LogRetention).sweep()
    const { LogSegmentRepository } = await import('../../src/modules/logs/log-segment.repository.js')
    await vi.waitFor(async () => expect(await portal.app.get(LogSegmentRepository).engineIds()).not.toContain(engine.id), LONG)
  })
})
