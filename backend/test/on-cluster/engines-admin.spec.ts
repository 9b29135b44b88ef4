import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/common/ids.js'
import type { EngineDto } from '../../src/modules/engines/engines.dto.js'
import type { SweepDto } from '../../src/modules/engines/sweep/sweep.dto.js'
import { InstanceService } from '../../src/modules/instance/instance.service.js'
import type { QuotaDto } from '../../src/modules/quotas/quotas.dto.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { askApp, testCluster, wireTo, type WiredCluster } from '../cluster.js'

const cluster = testCluster()
const run = randomBytes(2).toString('hex')
const prefix = `${cluster.namespacePrefix}-q${run}`
const LIMITS = { apps: 2, cpuMillis: 100, memoryMiB: 1_024, gpus: 0 }

let wired: WiredCluster
let portal: TestApp
let admin: TestClient
let projectId: string
let namespace: string

const deploy = (name: string) =>
  admin.post<EngineDto & ProblemBody>('/api/engines', {
    projectId,
    name,
    image: cluster.helloImage,
    port: 8080,
    scaling: { min: 1, max: 1, metric: 'concurrency', target: 50, windowSeconds: 60, scaleDownDelaySeconds: 0 },
  })
const read = async (id: string): Promise<EngineDto> => (await admin.get<EngineDto>(`/api/engines/${id}`)).body
const becomes = (id: string, phase: string, timeout = 60_000): Promise<EngineDto> =>
  vi.waitFor(
    async () => {
      const engine = await read(id)
      expect(engine.status.phase, JSON.stringify(engine.status)).toBe(phase)
      return engine
    },
    { timeout, interval: 250 },
  )
const quota = async (): Promise<QuotaDto> => (await admin.get<QuotaDto>(`/api/projects/${projectId}/quota`)).body
const used = async (): Promise<Record<string, number>> => Object.fromEntries((await quota()).bars.map((bar) => [bar.resource, bar.used]))
const hard = async (): Promise<Record<string, string>> => {
  const text = await cluster.kubectl('get', 'resourcequota', 'vitrine', '-n', namespace, '-o', 'jsonpath={.spec.hard}')
  return JSON.parse(text) as Record<string, string>
}

beforeAll(async () => {
  wired = await wireTo(cluster)
  await wired.write()
  portal = await startApp({
    spec: import.meta.filename,
    env: {
      KUBECONFIG: wired.kubeconfig,
      VITRINE_KUBE_CONTEXT: cluster.context,
      VITRINE_NAMESPACE_PREFIX: prefix,
      VITRINE_APPS_URL: cluster.appsUrl,
    },
  })
  admin = await portal.signedIn()
  await vi.waitFor(async () => {
    const { body } = await admin.get<{ cluster: { state: string } }>('/api/system/capabilities')
    expect(body.cluster.state).toBe('ready')
  }, 15_000)
  projectId = (await admin.post<{ id: string }>('/api/projects', { title: `Quotas ${run}` })).body.id
  namespace = `${prefix}-quotas-${run}-${projectId.slice(-6)}`
})
afterAll(async () => {
  await portal.remove()
  const namespaces = await cluster.kubectl('get', 'namespaces', '-l', `vitrine.dev/instance=${prefix}`, '-o', 'name')
  for (const name of namespaces.split('\n').filter(Boolean)) await cluster.kubectl('delete', name, '--wait=false')
  await wired.remove()
})

describe('the quota of a project', () => {
  it('is enforced: an app beyond it is refused with the reason, and runs once there is room; the bars move', async () => {
    expect((await admin.put(`/api/projects/${projectId}/quota`, LIMITS)).status).toBe(200)
    const first = (await deploy('first')).body
    await becomes(first.id, 'Running')
    expect(await hard()).toMatchObject({
      'requests.cpu': '100m',
      'requests.memory': '1Gi',
      'requests.nvidia.com/gpu': '0',
      'count/services.serving.knative.dev': '12',
    })
    // The app's own 50 and 25 of Knative's container beside it.
    await vi.waitFor(async () => expect(await used()).toEqual({ apps: 1, cpu: 75, memory: 192, gpus: 0 }), { timeout: 20_000 })
    expect((await quota()).observedAt).not.toBeNull()

    const second = (await deploy('second')).body
    const refused = await vi.waitFor(
      async () => {
        const engine = await read(second.id)
        expect(engine.status.cause?.code, JSON.stringify(engine.status)).toBe('quota-exceeded')
        return engine
      },
      { timeout: 45_000, interval: 250 },
    )
    expect(refused.status.cause?.evidence).toMatch(/requests\.cpu/)
    const third = await deploy('third')
    expect([third.status, third.body.code]).toEqual([409, 'quota-apps-exceeded'])
    expect(third.body.detail).toContain('2 of 2 apps')

    const began = performance.now()
    await admin.put(`/api/projects/${projectId}/quota`, { ...LIMITS, cpuMillis: 1_000 })
    await vi.waitFor(async () => expect((await hard())['requests.cpu']).toBe('1'), { timeout: 10_000, interval: 100 })
    const carried = performance.now() - began
    await becomes(second.id, 'Running', 120_000)
    expect((await askApp(second.url)).status).toBe(200)
    process.stdout.write(
      `a raised quota was in the cluster after ${Math.round(carried)} ms, the app ran after ${Math.round(performance.now() - began)} ms\n`,
    )
    await vi.waitFor(async () => expect(await used()).toEqual({ apps: 2, cpu: 150, memory: 384, gpus: 0 }), { timeout: 20_000 })
  })
})

describe('the sweep', () => {
  it('lists what another portal made and removes none of it; what is ours carries our mark', async () => {
    const mark = await cluster.kubectl('get', 'namespace', namespace, '-o', 'jsonpath={.metadata.labels.vitrine\\.dev/database}')
    expect(mark).toBe(await portal.app.get(InstanceService, { strict: false }).id())
    const foreign = `${prefix}-foreign`
    await cluster.kubectl('create', 'namespace', foreign)
    await cluster.kubectl(
      ...['label', 'namespace', foreign, `vitrine.dev/instance=${prefix}`],
      ...[`vitrine.dev/project=${newId()}`, `vitrine.dev/database=${newId()}`],
    )
    const found = await vi.waitFor(
      async () => {
        const { body } = await admin.get<SweepDto>('/api/engines/orphans')
        expect(body.items.map(({ name }) => name)).toEqual([foreign])
        return body
      },
      { timeout: 10_000, interval: 250 },
    )
    expect(found.items[0]).toMatchObject({ kind: 'Namespace', removable: false, removed: false })
    const swept = await admin.post<SweepDto>('/api/engines/sweep', { dryRun: false })
    expect([swept.status, swept.body.items.map(({ removed }) => removed)]).toEqual([200, [false]])
    expect(await cluster.kubectl('get', 'namespace', foreign, '-o', 'jsonpath={.status.phase}')).toBe('Active')
  })
})
