import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineDto } from '../../src/modules/engines/engines.dto.js'
import { EventBus } from '../../src/modules/events/event-bus.js'
import type { EnginePhase } from '../../src/modules/engines/engine.js'
import { PodFeed } from '../../src/platform/kubernetes/pod-feed.js'
import { startApp, type TestApp } from '../app.js'
import type { Answer, ProblemBody, TestClient } from '../client.js'
import { askApp, testCluster, wireTo, type WiredCluster } from '../cluster.js'

const cluster = testCluster()
// Each run has an instance of its own: its sweep removes nothing of another, and its hosts are nobody else's.
const run = randomBytes(2).toString('hex')
const prefix = `${cluster.namespacePrefix}-e${run}`

let wired: WiredCluster
let portal: TestApp
let client: TestClient
let projectId: string
let namespace: string
let silent: EngineDto

const start = (): Promise<TestApp> =>
  startApp({
    spec: import.meta.filename,
    env: {
      KUBECONFIG: wired.kubeconfig,
      VITRINE_KUBE_CONTEXT: cluster.context,
      VITRINE_NAMESPACE_PREFIX: prefix,
      VITRINE_APPS_URL: cluster.appsUrl,
    },
  })

async function makeProject(title: string): Promise<string> {
  const { body } = await client.post<{ id: string }>('/api/projects', { title: `${title} ${run}`, summary: '', task: '', tags: [] })
  return body.id
}

async function deploy(name: string, change: Record<string, unknown> = {}): Promise<EngineDto> {
  const answer = await client.post<EngineDto>('/api/engines', { projectId, name, image: cluster.helloImage, port: 8080, ...change })
  expect(answer.status, JSON.stringify(answer.body)).toBe(202)
  return answer.body
}

const read = (id: string): Promise<Answer<EngineDto>> => client.get<EngineDto>(`/api/engines/${id}`)
async function becomes(id: string, phase: EnginePhase, timeout = 45_000): Promise<EngineDto> {
  return vi.waitFor(
    async () => {
      const { body } = await read(id)
      expect(body.status.phase, JSON.stringify(body.status)).toBe(phase)
      return body
    },
    { timeout, interval: 250 },
  )
}

const isGone = (id: string): Promise<void> =>
  vi.waitFor(async () => expect((await read(id)).status).toBe(404), { timeout: 60_000, interval: 250 })

const inCluster = async (kind: string, namespaceOf = namespace): Promise<string[]> =>
  (await cluster.kubectl('get', kind, '-n', namespaceOf, '-o', 'name')).split('\n').filter((line) => line !== '')

const ready = (app: TestApp): Promise<void> =>
  vi.waitFor(async () => {
    const { body } = await (await app.signedIn()).get<{ cluster: { state: string } }>('/api/system/capabilities')
    expect(body.cluster.state).toBe('ready')
  }, 15_000)

beforeAll(async () => {
  wired = await wireTo(cluster)
  await wired.write()
  portal = await start()
  client = await portal.signedIn()
  await ready(portal)
  projectId = await makeProject('Engines')
  namespace = `${prefix}-engines-${run}-${projectId.slice(-6)}`
  // Knative gives it a minute and a half, in which the others are tested.
  silent = await deploy('silent', { projectId: await makeProject('Silent'), port: 9999, env: { LISTEN_PORT: '8080' } })
})
afterAll(async () => {
  await portal.remove()
  const namespaces = (await cluster.kubectl('get', 'namespaces', '-l', `vitrine.dev/instance=${prefix}`, '-o', 'name'))
    .split('\n')
    .filter(Boolean)
  if (namespaces.length > 0) await cluster.kubectl('delete', '--wait=false', ...namespaces)
  await wired.remove()
})

describe('an app', () => {
  it('is accepted at once, runs in a namespace that isolates it, and answers on its own host', async () => {
    const accepted = await deploy('main', { env: { MESSAGE: 'a & b: "c" <%= d %>' } })
    expect(accepted).toMatchObject({ name: 'main', generation: 1, revision: 1, digest: null, status: { phase: 'Pending' } })
    expect(accepted.url).toBe(cluster.appsUrl.replace('{app}', `main-engines-${run}`))

    const running = await becomes(accepted.id, 'Running')
    expect(running).toMatchObject({
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string,
      status: { replicas: 1, cause: null, steps: ['scheduling', 'pulling', 'starting', 'ready'].map((name) => ({ name, state: 'done' })) },
    })
    expect(await vi.waitFor(() => askApp(running.url), 10_000)).toMatchObject({
      status: 200,
      body: expect.stringContaining('a & b: "c" <%= d %>') as string,
    })

    const labels = await cluster.kubectl('get', 'namespace', namespace, '-o', 'jsonpath={.metadata.labels}')
    expect(JSON.parse(labels)).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted', 'vitrine.dev/instance': prefix })
    expect(await inCluster('resourcequota,limitrange,networkpolicy')).toHaveLength(7)
    const pod = JSON.parse(
      await cluster.kubectl('get', 'pods', '-n', namespace, '-l', `vitrine.dev/engine=${accepted.id}`, '-o', 'jsonpath={.items[0].spec}'),
    ) as {
      volumes?: { projected?: unknown }[]
      serviceAccountName: string
    }
    expect(pod.serviceAccountName).toBe('vitrine-app')
    expect(JSON.stringify(pod.volumes ?? []), 'no token').not.toContain('serviceAccountToken')

    const feed = portal.app.get(PodFeed)
    expect(feed.podsOf(accepted.id)).toMatchObject([
      { namespace, revision: `main-engines-${run}-00001`, deleted: false, containers: [{ started: true }, { started: true }] },
    ])
  })

  it('is announced each time its status changes', async () => {
    const announced: { engineId: string; phase: EnginePhase }[] = []
    const end = portal.app.get(EventBus).on('engine.status-changed', (event) => announced.push(event))
    const { id } = await deploy('announced')
    await becomes(id, 'Running')
    end()
    const phases = announced.filter(({ engineId }) => engineId === id).map(({ phase }) => phase)
    expect(phases[0]).toBe('Pending')
    expect(phases).toContain('Deploying')
    expect(phases.at(-1)).toBe('Running')
  })

  it('is listed, by project and page by page', async () => {
    const first = await client.get<{ items: EngineDto[]; nextCursor: string | null }>(`/api/engines?projectId=${projectId}&limit=1`)
    expect(first.body.items.map(({ name }) => name)).toEqual(['announced'])
    const next = await client.get<{ items: EngineDto[]; nextCursor: string | null }>(
      `/api/engines?projectId=${projectId}&limit=1&cursor=${first.body.nextCursor}`,
    )
    expect(next.body).toMatchObject({ items: [{ name: 'main' }], nextCursor: null })
  })

  it('keeps its name for itself', async () => {
    const answer = await client.post('/api/engines', { projectId, name: 'main', image: cluster.helloImage, port: 8080 })
    expect(answer).toMatchObject({ status: 409, body: { code: 'engine-name-taken' } })
  })

  it('needs a project', async () => {
    const answer = await client.post('/api/engines', { projectId: '01jd0000000000000000000000', name: 'x', image: 'a', port: 1 })
    expect(answer).toMatchObject({ status: 404, body: { code: 'project-not-found' } })
    expect(await client.get('/api/engines/01jd0000000000000000000000')).toMatchObject({ status: 404, body: { code: 'engine-not-found' } })
  })

  it('says every mistake of a deploy at once', async () => {
    const answer = await client.post<ProblemBody>('/api/engines', {
      projectId,
      name: 'No_Label',
      image: 'a b',
      port: 0,
      env: { PORT: '1' },
      command: 'x',
    })
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation-failed' } })
    expect(new Set(answer.body.errors?.map(({ path }) => path))).toEqual(new Set(['name', 'image', 'port', 'env', 'command']))
  })
})

describe('an app that does not start says why', () => {
  it.each([
    ['an image that does not exist', 'no-image', { image: `${cluster.registry}/vitrine-test/none:1` }, 'image-not-found', 'image'],
    ['a tag that does not exist', 'no-tag', { image: `${cluster.helloImage}-none` }, 'image-not-found', 'image'],
    ['a registry that does not exist', 'no-registry', { image: 'registry.invalid/a/b:1' }, 'image-unresolved', 'image'],
    ['a crash at once', 'crash', { env: { CRASH: 'boom: no model' } }, 'app-crashed', 'env'],
  ])('%s', async (_, name, change, code, field) => {
    const { id } = await deploy(name, change)
    const failed = await becomes(id, 'Failed', 30_000)
    expect(failed.status.cause).toMatchObject({ code, field })
    expect(failed.status.cause?.evidence).not.toBe('')
    if (code === 'app-crashed')
      expect(failed.status.cause).toMatchObject({ title: 'The app ended with exit code 1', evidence: 'boom: no model' })
    expect((await client.delete(`/api/engines/${id}`)).status).toBe(202)
  })
})

describe('a change', () => {
  it('of a stale revision is refused', async () => {
    const { id } = await deploy('changing')
    const answer = await client.patch(`/api/engines/${id}`, { revision: 7, port: 80 })
    expect(answer).toMatchObject({ status: 409, body: { code: 'engine-revision-conflict' } })
    await becomes(id, 'Running')
  })

  it('that does not start leaves the previous version answering, and the next one repairs it', async () => {
    const { items } = (await client.get<{ items: EngineDto[] }>(`/api/engines?projectId=${projectId}`)).body
    const { id, revision, url } = items.find(({ name }) => name === 'changing') as EngineDto
    await client.patch(`/api/engines/${id}`, { revision, env: { CRASH: 'the new one' } })
    const degraded = await becomes(id, 'Degraded')
    expect(degraded.status.cause).toMatchObject({ code: 'app-crashed', evidence: 'the new one' })
    expect(await askApp(url)).toMatchObject({ status: 200 })
    await client.patch(`/api/engines/${id}`, { revision: degraded.revision, env: { MESSAGE: 'third' } })
    await becomes(id, 'Running')
    await vi.waitFor(async () => expect((await askApp(url)).body).toContain('third'), { timeout: 15_000, interval: 250 })
  })
})

describe('the cluster', () => {
  it('loses an app to someone else: it is put back', async () => {
    const phases: EnginePhase[] = []
    const { items } = (await client.get<{ items: EngineDto[] }>(`/api/engines?projectId=${projectId}`)).body
    const { id, url } = items.find(({ name }) => name === 'announced') as EngineDto
    const end = portal.app.get(EventBus).on('engine.status-changed', ({ engineId, phase }) => engineId === id && phases.push(phase))
    await cluster.kubectl('delete', 'services.serving.knative.dev', '-n', namespace, `announced-engines-${run}`)
    await vi.waitFor(() => expect(phases).toContain('Missing'), 15_000)
    await becomes(id, 'Running')
    end()
    await vi.waitFor(async () => expect((await askApp(url)).status).toBe(200), { timeout: 15_000, interval: 250 })
  })

  it('is away: a deploy is accepted and happens when it is back, and so is a deletion', async () => {
    const { items } = (await client.get<{ items: EngineDto[] }>(`/api/engines?projectId=${projectId}`)).body
    const old = items.find(({ name }) => name === 'announced') as EngineDto
    await wired.wire.cut()
    await vi.waitFor(async () => {
      const { body } = await client.get<{ cluster: { state: string } }>('/api/system/capabilities')
      expect(body.cluster.state).toBe('unreachable')
    }, 15_000)
    const { id, status } = await deploy('later')
    expect(status).toMatchObject({ phase: 'Pending', message: expect.stringContaining('when the cluster is back') as string })
    expect((await client.delete<EngineDto>(`/api/engines/${old.id}`)).body.status.phase).toBe('Deleting')
    const taken = await client.post('/api/engines', { projectId, name: 'announced', image: cluster.helloImage, port: 8080 })
    expect(taken, 'the name is free only when it is gone').toMatchObject({ status: 409, body: { code: 'engine-deleting' } })
    expect(await client.get('/readyz'), 'the portal itself is well').toMatchObject({ status: 200 })

    await wired.wire.mend()
    await becomes(id, 'Running')
    await isGone(old.id)
  })

  it('loses a whole namespace to someone else: it is made again with all that isolates it', async () => {
    const other = await makeProject('Lost')
    const lost = `${prefix}-lost-${run}-${other.slice(-6)}`
    // Without a pod, whose end would be waited for, the namespace is gone in seconds.
    const { id } = await deploy('lost', { projectId: other, image: 'registry.invalid/a/b:1' })
    await becomes(id, 'Failed')
    const uid = (): Promise<string> => cluster.kubectl('get', 'namespace', lost, '--ignore-not-found', '-o', 'jsonpath={.metadata.uid}')
    const before = await uid()
    await cluster.kubectl('delete', 'namespace', lost)
    await vi.waitFor(async () => expect(['', before]).not.toContain(await uid()), { timeout: 30_000, interval: 250 })
    await vi.waitFor(async () => expect(await inCluster('networkpolicy,resourcequota,limitrange', lost)).toHaveLength(7), {
      timeout: 30_000,
      interval: 250,
    })
    await becomes(id, 'Failed')
    expect(await inCluster('services.serving.knative.dev', lost)).toHaveLength(1)
  }, 150_000)
})

describe('an app on whose port nobody listens', () => {
  it('says so, and runs once it has the right one', async () => {
    const { id } = silent
    const failed = await becomes(id, 'Failed', 100_000)
    expect(failed.status.cause).toMatchObject({ code: 'port-not-answering', field: 'port', title: 'Nothing answers on port 9999' })
    const repaired = await client.patch<EngineDto>(`/api/engines/${id}`, { revision: failed.revision, port: 8080, env: {} })
    expect(repaired).toMatchObject({ status: 202, body: { generation: 2, status: { phase: 'Pending', cause: null } } })
    await becomes(id, 'Running')
    await client.delete(`/api/engines/${id}`)
  }, 150_000)
})

describe('an app that nobody asks', () => {
  it('sleeps at zero, is never woken by the portal, and wakes on a request', async () => {
    const { items } = (await client.get<{ items: EngineDto[] }>(`/api/engines?projectId=${projectId}`)).body
    const { id, url } = items.find(({ name }) => name === 'main') as EngineDto
    const idle = await becomes(id, 'Idle', 150_000)
    expect(idle.status.steps.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done'])
    await vi.waitFor(async () => expect((await read(id)).body.status.replicas).toBe(0), { timeout: 60_000, interval: 500 })
    expect(await askApp(url)).toMatchObject({ status: 200 })
    await becomes(id, 'Running', 15_000)
  }, 240_000)
})

describe('a portal that is ended in the middle', () => {
  it('goes on where it was: what was asked for happens, what was to go is gone', async () => {
    const { items } = (await client.get<{ items: EngineDto[] }>(`/api/engines?projectId=${projectId}`)).body
    const going = items.find(({ name }) => name === 'later') as EngineDto
    const coming = await deploy('coming')
    await client.delete(`/api/engines/${going.id}`)
    await portal.stop()
    portal = await start()
    client = await portal.signedIn()
    await becomes(coming.id, 'Running')
    await isGone(going.id)
    expect(await inCluster('services.serving.knative.dev')).not.toContain(`service.serving.knative.dev/later-engines-${run}`)
  })
})

describe('an end', () => {
  it('of an app removes it from the cluster, then the record, and frees its name', async () => {
    const { items } = (await client.get<{ items: EngineDto[] }>(`/api/engines?projectId=${projectId}`)).body
    const { id, url } = items.find(({ name }) => name === 'coming') as EngineDto
    expect(await client.delete<EngineDto>(`/api/engines/${id}`)).toMatchObject({ status: 202, body: { status: { phase: 'Deleting' } } })
    await isGone(id)
    expect(await inCluster('services.serving.knative.dev')).not.toContain(`service.serving.knative.dev/coming-engines-${run}`)
    await vi.waitFor(async () => expect((await askApp(url, '/', 2_000)).status).toBe(404), { timeout: 30_000, interval: 250 })
    expect((await deploy('coming', { image: 'registry.invalid/a/b:1' })).url).toBe(url)
  })

  it('of a project removes its apps and its namespace', async () => {
    const other = await makeProject('Ending')
    const ending = `${prefix}-ending-${run}-${other.slice(-6)}`
    const { id } = await deploy('ending', { projectId: other, image: 'registry.invalid/a/b:1' })
    await becomes(id, 'Failed')
    expect((await client.delete(`/api/projects/${other}`)).status).toBe(204)
    await vi.waitFor(async () => expect(await cluster.kubectl('get', 'namespace', ending, '--ignore-not-found', '-o', 'name')).toBe(''), {
      timeout: 100_000,
      interval: 500,
    })
    expect(await client.get(`/api/engines?projectId=${other}`)).toMatchObject({ status: 404, body: { code: 'project-not-found' } })
    expect(await client.get(`/api/engines/${id}`)).toMatchObject({ status: 404, body: { code: 'engine-not-found' } })
  }, 120_000)
})
