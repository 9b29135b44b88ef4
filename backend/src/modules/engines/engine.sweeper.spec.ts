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
import type { ProjectsService } from '../projects/projects.service.js'
import { EngineDeployer } from './engine.deployer.js'
import { ProjectNamespaces } from './project-namespaces.js'
import { EngineSweeper } from './engine.sweeper.js'

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

beforeEach(() => {
  engines = new MemoryEngineRepository()
  fake = new FakeCluster()
  projects = new Set()
  const cleanup = { register: (_: string, cleaner: ProjectCleaner) => (clean = cleaner) } as unknown as ProjectCleanup
  const known = { find: async (id: string) => (projects.has(id) ? { id } : null) } as unknown as ProjectsService
  const manifests = new Manifests(config)
  const quotas = { valuesOf: async () => SAMPLE_PROJECT }
  const namespaces = new ProjectNamespaces(config, manifests, fake.cluster, quotas, { dockerConfig: async () => null })
  const deployer = new EngineDeployer(config, manifests, fake.cluster, fake.monitor, fake.watch, namespaces, {
    isClosed: async () => false,
  })
  sweeper = new EngineSweeper(engines, known, deployer, new EventBus(), cleanup)
})

const minute = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, n))
const deletions = (): string[] => fake.calls.filter((call) => call.startsWith('delete'))

function inCluster(engine: ReturnType<typeof makeEngine>): void {
  fake.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: engine.namespace, labels: { [LABEL.project]: engine.projectId } } })
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
    for (const n of [0, 5, 10]) await sweeper.sweep(minute(n))
    expect(deletions()).toEqual([])
  })

  it('removes what has none, though only after a grace', async () => {
    const engine = makeEngine()
    projects.add(engine.projectId)
    inCluster(engine)
    await sweeper.sweep(minute(0))
    expect(deletions()).toEqual([])
    await sweeper.sweep(minute(2))
    expect(deletions()).toEqual([`delete Service ${engine.namespace}/${engine.host}`])
  })

  it('removes every part of what another driver made of it', async () => {
    fake.has('gateway')
    const { projectId, namespace, host, id } = makeEngine()
    projects.add(projectId)
    const labels = { [LABEL.engine]: id, [LABEL.project]: projectId, [LABEL.runtime]: 'deployment' }
    const put = (apiVersion: string, kind: string, name: string) =>
      fake.put({ apiVersion, kind, metadata: { name, namespace, labels }, spec: { template: { metadata: { labels } } } })
    put('apps/v1', 'Deployment', host)
    put('v1', 'Service', `${host}-app`)
    put('gateway.networking.k8s.io/v1', 'HTTPRoute', host)
    await sweeper.sweep(minute(0))
    await sweeper.sweep(minute(2))
    expect(deletions().sort()).toEqual([
      `delete Deployment ${namespace}/${host}`,
      `delete HTTPRoute ${namespace}/${host}`,
      `delete Service ${namespace}/${host}-app`,
    ])
    expect([...fake.objects.keys()]).toEqual([])
  })

  it('counts the grace anew when a record was there in between', async () => {
    const engine = makeEngine()
    projects.add(engine.projectId)
    inCluster(engine)
    await sweeper.sweep(minute(0))
    await engines.insert(engine)
    await sweeper.sweep(minute(2))
    engines.engines.clear()
    await sweeper.sweep(minute(4))
    expect(deletions()).toEqual([])
  })

  it('removes the namespace of a project that is gone', async () => {
    const engine = makeEngine()
    inCluster(engine)
    await sweeper.sweep(minute(0))
    await sweeper.sweep(minute(2))
    expect(deletions()).toContain(`delete Namespace /${engine.namespace}`)
  })

  it('does nothing while the cluster is away, and nothing when the records cannot be read', async () => {
    const engine = makeEngine()
    inCluster(engine)
    await sweeper.sweep(minute(0))
    fake.enter('unreachable')
    await sweeper.sweep(minute(2))
    fake.enter('ready')
    engines.findAllIds = () => Promise.reject(new Error('the database is away'))
    await expect(sweeper.sweep(minute(4))).rejects.toThrow('database')
    expect(deletions()).toEqual([])
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
