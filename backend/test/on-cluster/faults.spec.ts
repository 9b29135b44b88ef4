import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineDto } from '../../src/modules/engines/engines.dto.js'
import { Churn, LogTail, makeTinySize, VitrineClient } from '../../../tools/client/client.ts'
import { environment } from '../app.js'
import { ClusterProcess } from '../cluster-process.js'
import { askApp, testCluster, wireTo, type WiredCluster } from '../cluster.js'
import { PortalProcess } from '../portal-process.js'

// What is promised: after any of these faults all is as acknowledged within so long.
const CONVERGED_MS = 30_000
const OUTAGE_MS = 30_000
const LINES_PER_SECOND = 20
const LINES = LINES_PER_SECOND * 600
const ASK_MS = 10_000
const LONG = { timeout: 60_000, interval: 200 }

const cluster = testCluster()
const instance = `${cluster.namespacePrefix}-f${randomBytes(2).toString('hex')}`

let wired: WiredCluster
let portal: PortalProcess
let client: VitrineClient
let writer: EngineDto
let tail: LogTail
let churn: Churn
let asking: NodeJS.Timeout
let writingSince = 0

const engine = (id: string): Promise<EngineDto> => client.get<EngineDto>(`/api/engines/${id}`)
const clusterState = async (): Promise<string> =>
  (await client.get<{ cluster: { state: string } }>('/api/system/capabilities')).cluster.state
const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)

/** What the node has of the writer's lines: what it lost itself, as when its container runtime is killed, nobody can show. */
async function onNode(): Promise<Set<number>> {
  const label = `vitrine.dev/engine=${writer.id}`
  const place = await cluster.kubectl('get', 'pods', '-A', '-l', label, '-o', 'jsonpath={.items[0].metadata.namespace}')
  const text = await cluster.kubectl('logs', '-n', place, '-l', label, '-c', 'user-container', '--tail=-1')
  return new Set([...text.matchAll(/^emit all (\d+)\//gm)].map(([, number]) => Number(number)))
}

beforeAll(async () => {
  wired = await wireTo(cluster)
  await wired.write()
  portal = await PortalProcess.start(import.meta.filename, {
    KUBECONFIG: wired.kubeconfig,
    VITRINE_KUBE_CONTEXT: cluster.context,
    VITRINE_NAMESPACE_PREFIX: instance,
    VITRINE_APPS_URL: cluster.appsUrl,
    VITRINE_LOG_LEVEL: 'warn',
  })
  const settings = environment(import.meta.filename)
  const credentials = { username: settings['VITRINE_ADMIN_USERNAME'] ?? '', password: settings['VITRINE_ADMIN_PASSWORD'] ?? '' }
  client = await VitrineClient.signIn({ url: portal.url, ...credentials })
  await vi.waitFor(async () => expect(await clusterState()).toBe('ready'), LONG)
  await makeTinySize(client)
  const [logged, loaded] = await Promise.all(
    ['Log', 'Load'].map((title) => client.post<{ id: string }>('/api/projects', { title: `${title} ${instance}` })),
  )
  writer = await client.post<EngineDto>('/api/engines', { projectId: logged?.id, name: 'writer', image: cluster.helloImage, port: 8080 })
  await vi.waitFor(async () => expect((await engine(writer.id)).status.phase).toBe('Running'), LONG)
  expect((await askApp(writer.url, `/emit?n=${LINES}&every=${1000 / LINES_PER_SECOND}&tag=all`)).status).toBe(202)
  writingSince = performance.now()
  // An app that nobody asks goes to sleep.
  asking = setInterval(() => void askApp(writer.url).catch(() => undefined), ASK_MS)
  tail = new LogTail(client, writer.id, 'all')
  tail.start()
  churn = new Churn({
    client,
    projectId: loaded?.id ?? '',
    image: cluster.helloImage,
    instance,
    kubectl: cluster.kubectl,
    apps: 4,
  })
})
afterEach(async () => {
  await churn.stop()
})
afterAll(async () => {
  clearInterval(asking)
  await tail.stop()
  await portal.remove()
  await wired.remove()
  const namespaces = (await cluster.kubectl('get', 'namespaces', '-l', `vitrine.dev/instance=${instance}`, '-o', 'name')).split('\n')
  await cluster.kubectl('delete', '--wait=false', ...namespaces.filter(Boolean))
})

/** All is as it was acknowledged, in time, and the log is whole. */
async function isWhole(): Promise<void> {
  await churn.stop()
  await churn.converged(CONVERGED_MS)
  expect(churn.lost).toEqual([])
  const written = Math.floor(((performance.now() - writingSince) / 1000) * LINES_PER_SECOND)
  await vi.waitFor(() => expect(tail.numbers.at(-1)).toBeGreaterThanOrEqual(written), LONG)
  const { lost, doubled } = tail.faults(written)
  const kept = lost.length > 0 ? await onNode() : new Set<number>()
  expect(
    lost.filter((number) => kept.has(number)),
    'lines that the node has and the portal has not',
  ).toEqual([])
  expect(doubled).toBe(0)
}

describe('nothing acknowledged is lost, and no line comes twice, when', () => {
  it('the portal is killed three times', async () => {
    churn.start()
    for (const wait of [1_500, 3_000, 500]) {
      const before = churn.acknowledged
      await vi.waitFor(() => expect(churn.acknowledged).toBeGreaterThan(before + 2), LONG)
      await sleep(wait * Math.random())
      await portal.killAndRestart()
    }
    await portal.started()
    await isWhole()
    expect(tail.reconnects).toBeGreaterThan(0)
  }, 120_000)

  it('every connection to the API server is cut every three seconds', async () => {
    churn.start()
    const before = churn.acknowledged
    for (const _ of count(7)) {
      await sleep(3_000)
      await wired.wire.cut()
      await wired.wire.mend()
    }
    expect(churn.acknowledged).toBeGreaterThan(before + 5)
    await isWhole()
  }, 120_000)

  it('the API server stops for thirty seconds', async () => {
    const apiServer = new ClusterProcess('kube-apiserver')
    const reconnects = tail.reconnects
    churn.start()
    const phases = new Set<string>()
    const outage = apiServer.stopFor(OUTAGE_MS)
    let over = false
    void outage.finally(() => (over = true))
    await vi.waitFor(async () => expect(await clusterState()).toBe('unreachable'), { timeout: 12_000, interval: 100 })
    const before = churn.acknowledged
    while (!over) {
      for await (const { status } of client.list<EngineDto>('/api/engines?limit=100')) phases.add(status.phase)
      await sleep(500)
    }
    await outage
    expect(churn.acknowledged, 'deploys are taken meanwhile').toBeGreaterThan(before + 5)
    for (const wrong of ['Failed', 'Missing', 'Degraded']) expect([...phases]).not.toContain(wrong)
    await isWhole()
    expect(tail.reconnects, 'streams of logs stay open').toBe(reconnects)
  }, 150_000)

  it('the container runtime is restarted', async () => {
    const reconnects = tail.reconnects
    churn.start()
    await new ClusterProcess('containerd').restart()
    const before = churn.acknowledged
    await vi.waitFor(() => expect(churn.acknowledged).toBeGreaterThan(before + 5), LONG)
    await isWhole()
    expect(tail.reconnects, 'streams of logs stay open').toBe(reconnects)
  }, 120_000)
})
