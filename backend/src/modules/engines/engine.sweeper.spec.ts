import { Logger } from '@nestjs/common'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeEngine } from '../../../test/factories/engines.js'
import { FakeCluster } from '../../../test/fakes/fake-cluster.js'
import { MemoryEngineRepository } from '../../../test/fakes/memory-engines.js'
import { LABEL } from '../../platform/kubernetes/kube-objects.js'
import { parseConfig } from '../../config/config.js'
import { Manifests, SAMPLE_PROJECT } from '../../platform/manifests/manifests.js'
import { EventBus } from '../events/event-bus.js'
import type { ProjectCleaner, ProjectCleanup } from '../projects/project-cleanup.js'
import type { AuditChange } from '../../common/auth-context/audit-trail.js'
import { EngineCleanup } from './engine.cleanup.js'
import { EngineDeployer } from './engine.deployer.js'
import { ProjectNamespaces } from './project-namespaces.js'
import { EngineSweeper } from './engine.sweeper.js'
import { OrphanFinder } from './sweep/orphan-finder.js'

const config = parseConfig({
  VITRINE_SECRET: 'only-for-tests-0123456789abcdefghijklmnop',
  MONGODB_URI: 'mongodb://127.0.0.1/none',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_ACCESS_KEY: 'none',
  S3_SECRET_KEY: 'none',
  VITRINE_NAMESPACE_PREFIX: 'test',
  VITRINE_TEMPLATES_DIR: new URL('../../../../manifests-templates', import.meta.url).pathname,
})
Logger.overrideLogger(false)

let engines: MemoryEngineRepository
let fake: FakeCluster
let projects: Set<string>
let clean: ProjectCleaner
let sweeper: EngineSweeper
let finder: OrphanFinder
let instanceId: string
let audited: AuditChange[]
let told: string[]

beforeEach(() => {
  engines = new MemoryEngineRepository()
  fake = new FakeCluster()
  projects = new Set()
  instanceId = 'here'
  const cleanup = { register: (_: string, cleaner: ProjectCleaner) => (clean = cleaner) } as unknown as ProjectCleanup
  const known = { stillThere: async (ids: string[]) => new Set(ids.filter((id) => projects.has(id))) }
  const manifests = new Manifests(config)
  const quotas = { valuesOf: async () => SAMPLE_PROJECT }
  const instance = { id: async () => instanceId }
  const namespaces = new ProjectNamespaces(config, manifests, fake.cluster, quotas, { dockerConfig: async () => null }, instance)
  const deployer = new EngineDeployer(config, manifests, fake.cluster, fake.monitor, fake.watch, namespaces, {
    isClosed: async () => false,
  })
  const bus = new EventBus()
  new EngineCleanup(engines, deployer, bus, cleanup)
  finder = new OrphanFinder(engines, known, deployer, instance)
  audited = []
  sweeper = new EngineSweeper(finder, engines, deployer, bus, { system: async () => undefined })
  told = []
  bus.on('engine.status-changed', ({ engineId }) => told.push(engineId))
})

const minute = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, n))
const sweep = (at: Date) => sweeper.sweep(at, (change) => audited.push(change))
const deletions = (): string[] => fake.calls.filter((call) => call.startsWith('delete'))

/** @param mark of the namespace: null for one from before there were any */
function inCluster(engine: ReturnType<typeof makeEngine>, mark: string | null = 'here'): void {
  const marked = { [LABEL.project]: engine.projectId, ...(mark === null ? {} : { [LABEL.database]: mark }) }
  fake.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: engine.namespace, labels: marked } })
  fake.put({
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name: engine.host, namespace: engine.namespace, labels: { [LABEL.engine]: engine.id, [LABEL.project]: engine.projectId } },
  })
}

describe('the sweep', () => {
  it('leaves alone what has a record', async () => {
    const engine = makeEngine()
    await engines.insert(engine)
    projects.add(engine.projectId)
    inCluster(engine)
    for (const n of [0, 5, 10]) await sweep(minute(n))
    expect(deletions()).toEqual([])
  })

  it('removes what has none, though only after a grace', async () => {
    const engine = makeEngine()
    projects.add(engine.projectId)
    inCluster(engine)
    await sweep(minute(0))
    expect(deletions()).toEqual([])
    await sweep(minute(2))
    expect(deletions()).toEqual([`delete Service ${engine.namespace}/${engine.host}`])
  })

  it('removes every part of what another driver made of it', async () => {
    fake.has('gateway')
    const { projectId, namespace, host, id } = makeEngine()
    projects.add(projectId)
    fake.put({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { [LABEL.project]: projectId, [LABEL.database]: 'here' } },
    })
    const labels = { [LABEL.engine]: id, [LABEL.project]: projectId, [LABEL.runtime]: 'deployment' }
    const put = (apiVersion: string, kind: string, name: string) =>
      fake.put({ apiVersion, kind, metadata: { name, namespace, labels }, spec: { template: { metadata: { labels } } } })
    put('apps/v1', 'Deployment', host)
    put('v1', 'Service', `${host}-app`)
    put('gateway.networking.k8s.io/v1', 'HTTPRoute', host)
    await sweep(minute(0))
    await sweep(minute(2))
    expect(deletions().sort()).toEqual([
      `delete Deployment ${namespace}/${host}`,
      `delete HTTPRoute ${namespace}/${host}`,
      `delete Service ${namespace}/${host}-app`,
    ])
    expect([...fake.objects.keys()]).toEqual([`Namespace /${namespace}`])
  })

  it('counts the grace anew when a record was there in between', async () => {
    const engine = makeEngine()
    projects.add(engine.projectId)
    inCluster(engine)
    await sweep(minute(0))
    await engines.insert(engine)
    await sweep(minute(2))
    engines.engines.clear()
    await sweep(minute(4))
    expect(deletions()).toEqual([])
  })

  it('removes the namespace of a project that is gone', async () => {
    const engine = makeEngine()
    inCluster(engine)
    await sweep(minute(0))
    await sweep(minute(2))
    expect(deletions()).toContain(`delete Namespace /${engine.namespace}`)
  })

  it('does nothing while the cluster is away, and nothing when the records cannot be read', async () => {
    const engine = makeEngine()
    inCluster(engine)
    await sweep(minute(0))
    fake.enter('unreachable')
    await sweep(minute(2))
    fake.enter('ready')
    engines.findAllIds = () => Promise.reject(new Error('the database is away'))
    await expect(sweep(minute(4))).rejects.toThrow('database')
    expect(deletions()).toEqual([])
  })
})

describe('what is not of these records', () => {
  const reasons = async (at: Date) =>
    (await finder.look(at)).orphans.map(({ object, reason, removable }) => [object.kind, reason, removable])

  it('is never swept: a portal on an emptied database finds everything foreign', async () => {
    const engine = makeEngine()
    inCluster(engine)
    instanceId = 'emptied'
    for (const n of [0, 2, 4]) await sweep(minute(n))
    expect(deletions()).toEqual([])
    expect(await reasons(minute(5))).toEqual([['Namespace', 'foreign', false]])
  })

  it('is left alone as well when the database is emptied under a portal that runs', async () => {
    const engine = makeEngine()
    await engines.insert(engine)
    projects.add(engine.projectId)
    inCluster(engine)
    await sweep(minute(0))
    engines.engines.clear()
    projects.clear()
    instanceId = 'new'
    for (const n of [2, 4, 6]) await sweep(minute(n))
    expect(deletions()).toEqual([])
  })

  it('is told and not removed where nothing says whose it is', async () => {
    inCluster(makeEngine(), null)
    for (const n of [0, 2]) await sweep(minute(n))
    expect(deletions()).toEqual([])
    expect(await reasons(minute(3))).toEqual([['Namespace', 'unmarked', false]])
  })

  it('an app without a record in a namespace of a known project is removed only where that namespace is ours', async () => {
    const [ours, foreign, unmarked] = [makeEngine(), makeEngine(), makeEngine()]
    for (const { projectId } of [ours, foreign, unmarked]) projects.add(projectId)
    inCluster(ours)
    inCluster(foreign, 'there')
    inCluster(unmarked, null)
    await sweep(minute(0))
    expect(await reasons(minute(2))).toEqual([
      ['Service', 'app-gone', true],
      ['Service', 'foreign', false],
      ['Service', 'unmarked', false],
    ])
    await sweep(minute(3))
    expect(deletions()).toEqual([`delete Service ${ours.namespace}/${ours.host}`])
    expect(audited).toEqual([
      {
        resource: { type: 'engine', id: ours.id, name: ours.host },
        before: { kind: 'Service', namespace: ours.namespace, name: ours.host, reason: 'app-gone' },
      },
    ])
  })

  it('looking removes nothing, and counts as the first of the two looks', async () => {
    const engine = makeEngine()
    projects.add(engine.projectId)
    inCluster(engine)
    expect(await reasons(minute(0))).toEqual([['Service', 'app-gone', false]])
    expect(await reasons(minute(2))).toEqual([['Service', 'app-gone', true]])
    expect(deletions()).toEqual([])
  })

  it('is left alone when it has become an app between the look and the removal', async () => {
    const engine = makeEngine()
    projects.add(engine.projectId)
    inCluster(engine)
    await sweep(minute(0))
    fake.showing = false
    inCluster({ ...engine, id: 'another' })
    const { orphans } = await sweep(minute(2))
    expect([orphans.size, deletions(), audited]).toEqual([0, [], []])
  })
})

describe('the lease of a preview', () => {
  const preview = (expiresAt: Date) => makeEngine({ lease: { expiresAt }, name: 'preview', host: 'preview' })

  it('that has run out is swept, with a word to the audit log; whatever else there is stays', async () => {
    const [old, fresh, app] = [preview(minute(0)), { ...preview(minute(9)), id: 'fresh', name: 'fresh', host: 'fresh' }, makeEngine()]
    for (const engine of [old, fresh, app]) await engines.insert(engine)
    const { expired } = await sweep(minute(1))
    expect([...expired]).toEqual([old.id])
    expect(engines.engines.get(old.id)).toMatchObject({ deletedAt: minute(1), status: { phase: 'Deleting' } })
    for (const { id } of [fresh, app]) expect(engines.engines.get(id)).toMatchObject({ deletedAt: null })
    expect(told).toEqual([old.id])
    expect(audited).toMatchObject([{ resource: { type: 'engine', id: old.id, name: 'preview' } }])
    expect((await sweep(minute(2))).expired.size, 'once').toBe(0)
  })

  it('is swept while the cluster is away, but not when it was extended or promoted in the last moment', async () => {
    const [extended, promoted] = [preview(minute(0)), { ...preview(minute(0)), id: 'p', name: 'p', host: 'p' }]
    await engines.insert(extended)
    await engines.insert(promoted)
    fake.enter('unreachable')
    const found = engines.findExpired.bind(engines)
    engines.findExpired = async (at) => {
      const expired = await found(at)
      Object.assign(engines.engines.get(extended.id) ?? {}, { lease: { expiresAt: minute(60) } })
      Object.assign(engines.engines.get(promoted.id) ?? {}, { lease: null })
      return expired
    }
    const { expired, findings } = await sweep(minute(1))
    expect([findings.expired.length, expired.size, findings.observedAt]).toEqual([2, 0, null])
    for (const { deletedAt } of engines.engines.values()) expect(deletedAt).toBeNull()
  })
})

describe('a project that is being deleted', () => {
  it('loses its apps first, then its namespace, and is not done before', async () => {
    const engine = makeEngine()
    await engines.insert(engine)
    inCluster(engine)
    await expect(clean(engine.projectId)).rejects.toThrow('apps are still being removed')
    expect(engines.engines.get(engine.id)).toMatchObject({ status: { phase: 'Deleting' } })
    expect(deletions(), 'that is the reconciler’s').toEqual([])
    engines.engines.clear()
    fake.deletesAtOnce = false
    await expect(clean(engine.projectId)).rejects.toThrow('namespace is still being removed')
    await expect(clean(engine.projectId)).rejects.toThrow('namespace is still being removed')
    expect(deletions(), 'asked for once').toEqual([`delete Namespace /${engine.namespace}`])
    fake.finishDeletions()
    await clean(engine.projectId)
  })

  it('waits for a cluster that is away, and needs none where none is configured', async () => {
    fake.enter('unreachable')
    await expect(clean('p')).rejects.toThrow('away')
    fake.enter('absent')
    await clean('p')
  })
})
