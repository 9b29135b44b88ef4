import { Logger } from '@nestjs/common'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeEngine } from '../../../test/factories/engines.js'
import { FakeCluster } from '../../../test/fakes/fake-cluster.js'
import { MemoryEngineRepository } from '../../../test/fakes/memory-engines.js'
import { parseConfig } from '../../config/config.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import { LABEL } from '../../platform/kubernetes/kube-objects.js'
import { Manifests } from '../../platform/manifests/manifests.js'
import { EventBus } from '../events/event-bus.js'
import { BUILT_IN_QUOTA, quotaValuesOf, type QuotaLimits } from '../quotas/quota.js'
import { EngineDeployer } from './engine.deployer.js'
import { EngineQuotas } from './engine.quotas.js'
import { ProjectNamespaces } from './project-namespaces.js'

const config = parseConfig({
  VITRINE_SECRET: 'only-for-tests-0123456789abcdefghijklmnop',
  MONGODB_URI: 'mongodb://127.0.0.1/none',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_ACCESS_KEY: 'none',
  S3_SECRET_KEY: 'none',
  VITRINE_NAMESPACE_PREFIX: 'test',
  VITRINE_TEMPLATES_DIR: new URL('../../../../manifests-templates', import.meta.url).pathname,
})
const manifests = new Manifests(config)
Logger.overrideLogger(false)

let fake: FakeCluster
let bus: EventBus
let limits: Map<string, QuotaLimits>
let quotas: EngineQuotas

beforeEach(() => {
  fake = new FakeCluster()
  bus = new EventBus()
  limits = new Map()
  const limitsOf = (id: string): QuotaLimits => limits.get(id) ?? BUILT_IN_QUOTA
  const service = {
    countWith: () => undefined,
    limitsOf: async (id: string) => limitsOf(id),
    allLimits: async () => limitsOf,
    valuesOf: async (id: string) => quotaValuesOf(limitsOf(id), 'nvidia.com/gpu', ['knative']),
  }
  const registries = { dockerConfig: async () => null }
  const namespaces = new ProjectNamespaces(config, manifests, fake.cluster, service, registries, { id: async () => 'here' })
  const deployer = new EngineDeployer(config, manifests, fake.cluster, fake.monitor, fake.watch, namespaces, {
    isClosed: async () => false,
  })
  quotas = new EngineQuotas(new MemoryEngineRepository(), service, deployer, bus)
  quotas.onApplicationBootstrap()
})
afterEach(() => quotas.onApplicationShutdown())

function inCluster(labels: Record<string, string> = {}): { projectId: string; namespace: string } {
  const { projectId, namespace } = makeEngine()
  fake.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: { [LABEL.project]: projectId, ...labels } } })
  return { projectId, namespace }
}
const cpuOf = (namespace: string): unknown =>
  (fake.objects.get(`ResourceQuota ${namespace}/vitrine`)?.['spec'] as { hard?: Record<string, string> } | undefined)?.hard?.[
    'requests.cpu'
  ]
const markOf = (namespace: string): unknown => fake.objects.get(`Namespace /${namespace}`)?.metadata.labels?.[LABEL.database]
const applied = (): number => fake.calls.filter((call) => call.startsWith('apply ResourceQuota')).length
const set = (projectId: string, cpuMillis: number) => limits.set(projectId, { ...BUILT_IN_QUOTA, cpuMillis })

describe('a changed quota', () => {
  it('is in the cluster at once, in that project alone', async () => {
    const [one, other] = [inCluster(), inCluster()]
    set(one.projectId, 500)
    bus.publish('project.quota-changed', { projectId: one.projectId })
    await vi.waitFor(() => expect(cpuOf(one.namespace)).toBe('500m'))
    expect(cpuOf(other.namespace)).toBeUndefined()
  })

  it('that nobody told of is found by looking; what is as it was is not applied again', async () => {
    const [one, other] = [inCluster(), inCluster()]
    await quotas.look()
    await vi.waitFor(() => expect([cpuOf(one.namespace), cpuOf(other.namespace)]).toEqual(['8000m', '8000m']))
    set(one.projectId, 500)
    await quotas.look()
    await vi.waitFor(() => expect(cpuOf(one.namespace)).toBe('500m'))
    await vi.waitFor(() => expect(applied()).toBe(3))
    await quotas.look()
    bus.publish('quota.default-changed', {})
    await quotas.look()
    expect(applied()).toBe(3)
  })

  it('is carried when the cluster is back, and tried again when it refuses', async () => {
    const { projectId, namespace } = inCluster()
    fake.enter('unreachable')
    set(projectId, 500)
    bus.publish('project.quota-changed', { projectId })
    await quotas.look()
    expect(fake.calls).toEqual([])
    fake.enter('ready')
    fake.failures.push(new KubeError('unreachable', 'gone again'))
    await quotas.look()
    await vi.waitFor(() => expect(cpuOf(namespace)).toBe('500m'), { timeout: 5_000 })
  })
})

describe('the mark of a namespace', () => {
  it('is put on one from before there were marks, and another database’s is never overwritten', async () => {
    const [old, foreign] = [inCluster(), inCluster({ [LABEL.database]: 'there' })]
    await quotas.look()
    await vi.waitFor(() => expect(applied()).toBe(2))
    expect([markOf(old.namespace), markOf(foreign.namespace)]).toEqual(['here', 'there'])
  })
})
