import { Logger } from '@nestjs/common'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { makeEngine } from '../../../test/factories/engines.js'
import { FakeCluster } from '../../../test/fakes/fake-cluster.js'
import { MemoryEngineRepository } from '../../../test/fakes/memory-engines.js'
import { MemoryRevisionRepository } from '../../../test/fakes/memory-revisions.js'
import { newId } from '../../common/ids.js'
import { parseConfig } from '../../config/config.js'
import type { DriverName } from '../../platform/kubernetes/drivers.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import { LABEL, refOf } from '../../platform/kubernetes/kube-objects.js'
import { Manifests, SAMPLE_PROJECT } from '../../platform/manifests/manifests.js'
import { ManifestRefused } from '../../platform/manifests/parse.js'
import { EventBus } from '../events/event-bus.js'
import { EngineDeployer, engineSeal } from './engine.deployer.js'
import { EngineReconciler } from './engine.reconciler.js'
import { deletingStatus, type Engine, type EnginePhase } from './engine.js'
import { ProjectNamespaces } from './project-namespaces.js'

const settings = {
  VITRINE_SECRET: 'only-for-tests-0123456789abcdefghijklmnop',
  MONGODB_URI: 'mongodb://127.0.0.1/none',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_ACCESS_KEY: 'none',
  S3_SECRET_KEY: 'none',
  VITRINE_NAMESPACE_PREFIX: 'test',
  VITRINE_TEMPLATES_DIR: new URL('../../../../manifests-templates', import.meta.url).pathname,
  VITRINE_GATEWAY: 'traefik/apps',
}
const config = parseConfig(settings)
const manifests = new Manifests(config)
Logger.overrideLogger(false)

let engines: MemoryEngineRepository
let revisions: MemoryRevisionRepository
let fake: FakeCluster
let reconciler: EngineReconciler
let phases: EnginePhase[]
let bus: EventBus
/** Whether apps are private. */
let closed: boolean
/** What the project signs in to, as its namespace has it. */
let signIns: string | null

const changedTo = (status: Engine['status']) => ({ status, deploy: { at: new Date(), by: null, reason: 'changed' as const, from: null } })

/** A portal of its own over what is stored and what is in the cluster: what a restart makes. */
function start(driver = 'auto', rendering = manifests): EngineReconciler {
  bus = new EventBus()
  bus.on('engine.status-changed', ({ phase }) => phases.push(phase))
  const quotas = { valuesOf: async () => SAMPLE_PROJECT }
  const chosen = parseConfig({ ...settings, VITRINE_DRIVER: driver })
  const registries = { dockerConfig: async () => signIns }
  const namespaces = new ProjectNamespaces(chosen, manifests, fake.cluster, quotas, registries, { id: async () => 'instance' })
  const deployer = new EngineDeployer(chosen, rendering, fake.cluster, fake.monitor, fake.watch, namespaces, {
    isClosed: async () => closed,
  })
  const made = new EngineReconciler(engines, revisions, deployer, fake.monitor, fake.watch, bus)
  made.onApplicationBootstrap()
  return made
}

beforeEach(() => {
  engines = new MemoryEngineRepository()
  revisions = new MemoryRevisionRepository()
  fake = new FakeCluster()
  phases = []
  closed = false
  signIns = null
})
afterEach(async () => {
  await reconciler.onApplicationShutdown()
})

async function store(engine: Engine): Promise<Engine> {
  expect(await engines.insert(engine)).toBe('stored')
  return engine
}
const phaseOf = (id: string): EnginePhase | undefined => engines.engines.get(id)?.status.phase
const services = (): string[] => [...fake.objects.keys()].filter((key) => key.startsWith('Service '))
const becomes = (id: string, phase: EnginePhase) => vi.waitFor(() => expect(phaseOf(id)).toBe(phase))

describe('a deploy', () => {
  it('makes the namespace with all that isolates it, then the app, and says that it runs', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    expect(fake.calls[0]).toBe(`apply Namespace /${engine.namespace}`)
    expect(fake.calls.at(-1)).toBe(`apply Service ${engine.namespace}/${engine.host}`)
    expect(fake.calls).toHaveLength(11)
    expect(engines.engines.get(engine.id)).toMatchObject({ appliedGeneration: 1, digest: 'sha256:abc', status: { replicas: 1 } })
    expect(phases.at(-1)).toBe('Running')
  })

  it('makes the namespace once for two apps of a project', async () => {
    const projectId = newId()
    const first = await store(makeEngine({ projectId }))
    const second = await store(makeEngine({ projectId, name: 'second' }))
    reconciler = start()
    await Promise.all([becomes(first.id, 'Running'), becomes(second.id, 'Running')])
    expect(fake.calls.filter((call) => call.includes('Namespace'))).toHaveLength(1)
  })

  it('waits for a cluster that is away, says so, and happens when it is back', async () => {
    fake.enter('unreachable')
    const engine = await store(makeEngine())
    reconciler = start()
    await vi.waitFor(() => expect(engines.engines.get(engine.id)?.status.message).toBe('The cluster cannot be reached.'))
    expect(phaseOf(engine.id)).toBe('Pending')
    expect(fake.calls).toEqual([])
    fake.enter('ready')
    await becomes(engine.id, 'Running')
  })

  it('counts as compared with the cluster once that has answered, and again after an outage', async () => {
    fake.enter('unreachable')
    const engine = await store(makeEngine())
    reconciler = start()
    await vi.waitFor(() => expect(() => reconciler.progress.requireDone()).toThrow('1 of 1'))
    await reconciler.reconcile(engine.id)
    expect(() => reconciler.progress.requireDone()).toThrow('1 of 1')
    fake.failures.push(new KubeError('unreachable', 'connection reset'))
    fake.enter('ready')
    await vi.waitFor(() => expect(() => reconciler.progress.requireDone()).not.toThrow())
    expect(fake.calls.at(-1)).toBe(`apply Service ${engine.namespace}/${engine.host}`)
    fake.enter('unreachable')
    await vi.waitFor(() => expect(() => reconciler.progress.requireDone()).toThrow('1 of 1'))
  })

  it('is tried again when the API server does not answer', async () => {
    fake.failures.push(new KubeError('unreachable', 'connection reset'), new KubeError('conflict', 'try again'))
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
  })

  it('is refused with a cause when the API server refuses it', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    await engines.change(engine.id, 1, { port: 1 }, changedTo(engine.status))
    fake.failures.push(
      new KubeError('invalid', 'Service is invalid', [{ field: 'spec.x', message: 'no' }]),
      new KubeError('invalid', 'Service is invalid'),
    )
    await reconciler.reconcile(engine.id)
    expect(engines.engines.get(engine.id)?.status, 'the previous one still answers').toMatchObject({
      phase: 'Degraded',
      cause: { code: 'manifest-refused', evidence: 'Service is invalid\nspec.x: no' },
    })
  })

  it('is refused before the API server is asked when a template makes what must not be applied', async () => {
    class ChangedTemplates extends Manifests {
      override app(): never {
        throw new ManifestRefused('service of knative', ['spec.template.spec.hostNetwork is not allowed'])
      }
    }
    const engine = await store(makeEngine())
    reconciler = start('auto', new ChangedTemplates(config))
    await becomes(engine.id, 'Failed')
    expect(engines.engines.get(engine.id)?.status.cause).toMatchObject({
      code: 'manifest-refused',
      title: 'The portal refused what its templates make of the app',
      evidence: 'the template service of knative makes what must not be applied: spec.template.spec.hostNetwork is not allowed',
    })
    expect(services()).toEqual([])
  })

  it('does not apply what is as it was applied', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    const calls = fake.calls.length
    for (let i = 0; i < 5; i++) await reconciler.reconcile(engine.id)
    expect(fake.calls).toHaveLength(calls)
  })

  it('puts what images are pulled with into the namespace, and another one as soon as it is set', async () => {
    const pulled = (namespace: string) => fake.objects.get(`Secret ${namespace}/vitrine-pull`)?.['data']
    reconciler = start()
    const { id, namespace, projectId } = await store(makeEngine())
    await reconciler.reconcile(id)
    expect(pulled(namespace)).toEqual({ '.dockerconfigjson': Buffer.from('{"auths":{}}').toString('base64') })
    signIns = '{"auths":{"registry.example.org":{}}}'
    bus.publish('project.registries-changed', { projectId })
    await vi.waitFor(() => expect(pulled(namespace)).toEqual({ '.dockerconfigjson': Buffer.from(String(signIns)).toString('base64') }))
  })

  it('of a new generation is applied again', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    await engines.change(engine.id, 1, { image: 'registry/app:2' }, changedTo(engine.status))
    await reconciler.reconcile(engine.id)
    expect(JSON.stringify([...fake.objects.values()])).toContain('registry/app:2')
    await becomes(engine.id, 'Running')
    expect(engines.engines.get(engine.id)?.appliedGeneration).toBe(2)
  })
})

describe('a pause', () => {
  it('takes the app out of the cluster, and a resume puts the same generation back', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    await engines.amend(engine.id, { paused: true }, new Date())
    await reconciler.reconcile(engine.id)
    await becomes(engine.id, 'Paused')
    expect(made()).toEqual([])
    const calls = fake.calls.length
    await reconciler.reconcile(engine.id)
    expect(fake.calls, 'it is left alone').toHaveLength(calls)
    await engines.amend(engine.id, { paused: false, appliedGeneration: 0 }, new Date())
    phases = []
    await reconciler.reconcile(engine.id)
    await becomes(engine.id, 'Running')
    expect(phases, 'it was not missing').not.toContain('Missing')
    expect(engines.engines.get(engine.id)?.generation).toBe(1)
  })

  it('of an app that someone deletes meanwhile ends with its deletion', async () => {
    const engine = await store(makeEngine({ paused: true }))
    reconciler = start()
    await becomes(engine.id, 'Paused')
    await engines.markDeleted(engine.id, deletingStatus(new Date()), new Date())
    await reconciler.reconcile(engine.id)
    await vi.waitFor(() => expect(engines.engines.size).toBe(0))
  })
})

describe('secrets of an app', () => {
  const seal = engineSeal(config)
  const secret = (name: string, value: string) => ({ name, sealed: seal.seal(value), at: new Date() })
  const stored = ({ namespace, host }: Engine) => fake.objects.get(`Secret ${namespace}/${host}-env`)

  it('are in the cluster before what refers to them, and are removed with the last one', async () => {
    const engine = await store(makeEngine({ secrets: [secret('TOKEN', 'hunter2')] }))
    reconciler = start()
    await becomes(engine.id, 'Running')
    expect(stored(engine)?.['data']).toEqual({ TOKEN: Buffer.from('hunter2').toString('base64') })
    const applied = fake.calls.filter((call) => call.endsWith(engine.host) || call.endsWith('-env'))
    expect(applied).toEqual([`apply Secret ${engine.namespace}/${engine.host}-env`, `apply Service ${engine.namespace}/${engine.host}`])
    await engines.change(engine.id, 1, { secrets: [] }, changedTo(engine.status))
    await reconciler.reconcile(engine.id)
    expect(stored(engine)).toBeUndefined()
  })

  it('go with the app', async () => {
    const engine = await store(makeEngine({ secrets: [secret('TOKEN', 'hunter2')] }))
    reconciler = start()
    await becomes(engine.id, 'Running')
    await engines.markDeleted(engine.id, deletingStatus(new Date()), new Date())
    await reconciler.reconcile(engine.id)
    await vi.waitFor(() => expect(engines.engines.size).toBe(0))
    expect(stored(engine)).toBeUndefined()
  })
})

describe('the generations of an app', () => {
  it('are recorded before they are applied, with what their image turned out to be, and go with the app', async () => {
    const engine = await store(makeEngine())
    fake.showing = false
    reconciler = start()
    await becomes(engine.id, 'Deploying')
    expect(await revisions.find(engine.id, 1)).toMatchObject({ digest: null, spec: { image: engine.image } })
    fake.showing = true
    fake.show()
    await becomes(engine.id, 'Running')
    expect(await revisions.find(engine.id, 1)).toMatchObject({ digest: 'sha256:abc' })
    await engines.change(engine.id, 1, { port: 81 }, changedTo(engine.status))
    await reconciler.reconcile(engine.id)
    await becomes(engine.id, 'Running')
    expect(await revisions.find(engine.id, 2)).toMatchObject({ digest: 'sha256:abc', reason: 'changed', spec: { port: 81 } })
    await engines.markDeleted(engine.id, deletingStatus(new Date()), new Date())
    await reconciler.reconcile(engine.id)
    await vi.waitFor(() => expect(revisions.revisions.size).toBe(0))
  })
})

describe('what someone else does in the cluster', () => {
  it('an app that was removed is said to be missing, and put back', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    phases = []
    fake.remove({ apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: engine.namespace, name: engine.host })
    await vi.waitFor(() => expect(phases).toContain('Running'))
    expect(phases[0]).toBe('Missing')
    expect(services()).toHaveLength(1)
  })

  it('a namespace that was removed is made again with all that isolates it', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    phases = []
    fake.remove({ apiVersion: 'v1', kind: 'Namespace', name: engine.namespace })
    await vi.waitFor(() => expect(phases).toContain('Running'))
    expect([...fake.objects.keys()].filter((key) => key.startsWith('NetworkPolicy'))).toHaveLength(5)
  })

  it('a service that was edited is set right again', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    const service = [...fake.objects.values()].find(({ kind }) => kind === 'Service')
    fake.put({ ...(service as NonNullable<typeof service>), spec: { template: { edited: true } } })
    await vi.waitFor(() => expect(JSON.stringify([...fake.objects.values()])).not.toContain('edited'))
  })

  it('what is not seen yet is not missing', async () => {
    const engine = await store(makeEngine())
    fake.showing = false
    reconciler = start()
    await becomes(engine.id, 'Deploying')
    for (let i = 0; i < 3; i++) await reconciler.reconcile(engine.id)
    expect(phases).not.toContain('Missing')
    fake.showing = true
    fake.show()
    await becomes(engine.id, 'Running')
  })
})

/** What is in the cluster of apps, beside their namespaces and what isolates those, as `kind name`. */
const made = (): string[] =>
  [...fake.objects.values()]
    .filter(({ metadata }) => metadata.labels?.[LABEL.engine] !== undefined)
    .map(({ apiVersion, kind, metadata }) => `${apiVersion.includes('knative') ? 'Knative ' : ''}${kind} ${metadata.name}`)
    .sort()

describe.each(['gateway', 'ingress', 'emissary'] as const)('%s', (driver) => {
  const route = { gateway: 'HTTPRoute', ingress: 'Ingress', emissary: 'Mapping' }[driver]
  beforeEach(() => fake.has(driver))

  it('makes a Deployment, a Service and what leads to them, in this order, and removes them all', async () => {
    const engine = await store(makeEngine())
    reconciler = start(driver)
    await becomes(engine.id, 'Running')
    const { namespace, host } = engine
    expect(fake.calls.slice(-3)).toEqual([
      `apply Deployment ${namespace}/${host}`,
      `apply Service ${namespace}/${host}-app`,
      `apply ${route} ${namespace}/${host}`,
    ])
    expect(engines.engines.get(engine.id)).toMatchObject({ driver, digest: `sha256:${'0'.repeat(64)}`, status: { replicas: 1 } })
    const calls = fake.calls.length
    for (let i = 0; i < 5; i++) await reconciler.reconcile(engine.id)
    expect(fake.calls, 'nothing is applied twice').toHaveLength(calls)

    await engines.markDeleted(engine.id, deletingStatus(new Date()), new Date())
    await reconciler.reconcile(engine.id)
    await vi.waitFor(() => expect(engines.engines.size).toBe(0))
    expect(made()).toEqual([])
  })

  it.each(['Deployment', 'Service', route])('puts a %s back that someone has removed', async (kind) => {
    const engine = await store(makeEngine())
    reconciler = start(driver)
    await becomes(engine.id, 'Running')
    phases = []
    const before = made()
    const object = [...fake.objects.values()].find((each) => each.kind === kind)
    fake.remove(refOf(object as NonNullable<typeof object>))
    await vi.waitFor(() => expect(phases).toContain('Running'))
    expect(phases[0]).toBe('Missing')
    expect(made()).toEqual(before)
  })
})

describe('an app whose project stops being public', () => {
  const change = async (engine: Engine, isClosed: boolean): Promise<void> => {
    closed = isClosed
    bus.publish('project.changed', { projectId: engine.projectId, revision: 2 })
    await vi.waitFor(() => expect(fake.calls.length).toBeGreaterThan(0))
    await reconciler.reconcile(engine.id)
  }

  it.each(['gateway', 'ingress', 'emissary'] as const)('loses its route with %s and gets it back, while its pods go on', async (driver) => {
    fake.has(driver)
    const engine = await store(makeEngine())
    reconciler = start(driver)
    await becomes(engine.id, 'Running')
    const open = made()
    const uid = () => [...fake.objects.values()].find(({ kind }) => kind === 'Deployment')?.metadata.uid
    const before = uid()
    fake.calls.length = 0
    phases = []
    await change(engine, true)
    expect(made()).toEqual(open.filter((name) => !/^(HTTPRoute|Ingress|Mapping)/.test(name)))
    expect(phaseOf(engine.id)).toBe('Running')
    fake.calls.length = 0
    await change(engine, false)
    expect(made()).toEqual(open)
    expect(uid()).toBe(before)
    expect(phases, 'nobody else removed the route').not.toContain('Missing')
  })

  it('is said to be for the cluster alone with Knative, in the same generation', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    const label = () =>
      [...fake.objects.values()].find(({ kind, apiVersion }) => kind === 'Service' && apiVersion.startsWith('serving'))?.metadata.labels?.[
        'networking.knative.dev/visibility'
      ]
    expect(label()).toBeUndefined()
    fake.calls.length = 0
    await change(engine, true)
    expect(label()).toBe('cluster-local')
    expect(engines.engines.get(engine.id)?.generation).toBe(1)
    fake.calls.length = 0
    await change(engine, false)
    expect(label()).toBeUndefined()
  })
})

describe('an instance that changes its driver', () => {
  async function running(driver: DriverName): Promise<Engine> {
    fake.has(driver)
    const engine = await store(makeEngine())
    reconciler = start(driver)
    await becomes(engine.id, 'Running')
    await reconciler.onApplicationShutdown()
    phases = []
    return engine
  }
  const movedTo = (id: string, driver: DriverName) =>
    vi.waitFor(() => expect(engines.engines.get(id)).toMatchObject({ driver, status: { phase: 'Running' } }), { timeout: 5_000 })

  it.each([
    ['knative', 'gateway'],
    ['gateway', 'knative'],
    ['ingress', 'emissary'],
  ] as const)('from %s to %s removes what the first had made, then makes its own', async (from, to) => {
    const engine = await running(from)
    fake.has(to)
    reconciler = start(to)
    await movedTo(engine.id, to)
    expect(phases).toContain('Deploying')
    expect(phases, 'nobody else removed it').not.toContain('Missing')
    const wanted = { knative: ['Knative Revision', 'Knative Service', 'Pod'], other: ['Deployment', 'Pod', 'ReplicaSet', 'Service'] }
    const route = { gateway: ['HTTPRoute'], ingress: ['Ingress'], emissary: ['Mapping'], knative: [] }[to]
    expect(made().map((name) => name.replace(/ \S+$/, ''))).toEqual(
      [...(to === 'knative' ? wanted.knative : [...wanted.other, ...route])].sort(),
    )
  })

  it('keeps the pods when only the route differs', async () => {
    const engine = await running('gateway')
    const uid = () => [...fake.objects.values()].find(({ kind }) => kind === 'Deployment')?.metadata.uid
    const before = uid()
    fake.has('ingress')
    reconciler = start('ingress')
    await movedTo(engine.id, 'ingress')
    expect(uid()).toBe(before)
    expect(made().filter((name) => name.startsWith('HTTPRoute'))).toEqual([])
  })

  it('applies nothing before the former driver’s objects are gone', async () => {
    const engine = await running('knative')
    fake.has('gateway')
    fake.deletesAtOnce = false
    reconciler = start('gateway')
    await vi.waitFor(() => expect(phases).toContain('Deploying'))
    await reconciler.reconcile(engine.id)
    expect(made().filter((name) => name.startsWith('Deployment'))).toEqual([])
    expect(engines.engines.get(engine.id)?.driver).toBe('knative')
    fake.finishDeletions()
    await movedTo(engine.id, 'gateway')
  })

  it('leaves apps where they are when nobody said otherwise, and new ones take what is preferred', async () => {
    const engine = await running('ingress')
    fake.has('knative', 'gateway', 'ingress')
    const second = await store(makeEngine({ projectId: engine.projectId, name: 'second' }))
    reconciler = start('auto')
    await becomes(second.id, 'Running')
    await reconciler.reconcile(engine.id)
    expect(engines.engines.get(engine.id)).toMatchObject({ driver: 'ingress', status: { phase: 'Running' } })
    expect(engines.engines.get(second.id)).toMatchObject({ driver: 'knative' })
  })

  it('moves them when their driver is not in the cluster any more', async () => {
    const engine = await running('knative')
    fake.has('gateway', 'ingress')
    reconciler = start('auto')
    await movedTo(engine.id, 'gateway')
    expect(made().filter((name) => name.startsWith('Knative'))).toEqual([])
  })

  it('can delete an app that was never moved', async () => {
    const engine = await running('knative')
    fake.has('gateway')
    await engines.markDeleted(engine.id, deletingStatus(new Date()), new Date())
    reconciler = start('gateway')
    await vi.waitFor(() => expect(engines.engines.size).toBe(0), { timeout: 5_000 })
    expect(made()).toEqual([])
  })
})

describe('a deletion', () => {
  const mark = async (id: string): Promise<void> => {
    await engines.markDeleted(id, deletingStatus(new Date()), new Date())
    await reconciler.reconcile(id)
  }

  it('removes the app from the cluster, and the record only when it is gone there', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    fake.deletesAtOnce = false
    await mark(engine.id)
    await reconciler.reconcile(engine.id)
    expect(phaseOf(engine.id)).toBe('Deleting')
    expect(fake.calls.filter((call) => call.startsWith('delete'))).toHaveLength(1)
    fake.finishDeletions()
    await vi.waitFor(() => expect(engines.engines.size).toBe(0))
    expect(services()).toEqual([])
  })

  it('waits for a cluster that is away', async () => {
    const engine = await store(makeEngine())
    reconciler = start()
    await becomes(engine.id, 'Running')
    fake.enter('unreachable')
    await mark(engine.id)
    expect(engines.engines.get(engine.id)?.status).toMatchObject({
      phase: 'Deleting',
      message: expect.stringContaining('when the cluster is back') as string,
    })
    fake.enter('ready')
    await vi.waitFor(() => expect(engines.engines.size).toBe(0))
    expect(services()).toEqual([])
  })

  it('needs no cluster for what never reached one', async () => {
    fake.enter('absent')
    const engine = await store(makeEngine())
    reconciler = start()
    await mark(engine.id)
    await vi.waitFor(() => expect(engines.engines.size).toBe(0))
  })

  it('leaves an app of the same name alone that is not this one', async () => {
    const engine = await store(makeEngine({ deletedAt: new Date() }))
    fake.put({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name: engine.host, namespace: engine.namespace, labels: {} },
    })
    reconciler = start()
    await vi.waitFor(() => expect(engines.engines.size).toBe(0))
    expect(services()).toHaveLength(1)
  })
})

describe('kill -9', () => {
  const KILLED = 'killed'

  /** Everything outside of the portal: after the n-th call of either, nothing of this portal happens any more. */
  function dieAfter(calls: number): void {
    let left = calls
    for (const target of [engines, fake.cluster] as object[]) {
      for (const name of Object.getOwnPropertyNames(Object.getPrototypeOf(target)).filter((each) => each !== 'constructor')) {
        const real = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>
        Object.defineProperty(target, name, {
          configurable: true,
          value: (...args: unknown[]) => (left-- > 0 ? real.apply(target, args) : Promise.reject(new Error(KILLED))),
        })
      }
    }
  }

  function revive(): void {
    for (const target of [engines, fake.cluster])
      for (const name of Object.getOwnPropertyNames(target))
        if (typeof Reflect.get(Object.getPrototypeOf(target) as object, name) === 'function') Reflect.deleteProperty(target, name)
  }

  it.each(Array.from({ length: 24 }, (_, calls) => calls))(
    'after %i calls of a move from one driver to another leaves no object of the first',
    async (calls) => {
      const engine = await store(makeEngine())
      reconciler = start()
      await becomes(engine.id, 'Running')
      await reconciler.onApplicationShutdown()
      fake.has('gateway')
      dieAfter(calls)
      reconciler = start('gateway')
      await reconciler.reconcile(engine.id).catch(() => undefined)
      await reconciler.onApplicationShutdown()
      revive()
      reconciler = start('gateway')
      await vi.waitFor(() => expect(engines.engines.get(engine.id)).toMatchObject({ driver: 'gateway', status: { phase: 'Running' } }), {
        timeout: 5_000,
      })
      expect(made().map((name) => name.split(' ')[0])).toEqual(['Deployment', 'HTTPRoute', 'Pod', 'ReplicaSet', 'Service'])
    },
  )

  it.each(Array.from({ length: 16 }, (_, calls) => calls))(
    'after %i calls of a deploy and of a deletion leaves nothing lost and nothing behind',
    async (calls) => {
      const engine = await store(makeEngine())
      dieAfter(calls)
      reconciler = start()
      await reconciler.reconcile(engine.id).catch(() => undefined)
      await reconciler.onApplicationShutdown()
      revive()
      reconciler = start()
      await becomes(engine.id, 'Running')
      expect(services()).toHaveLength(1)

      await engines.markDeleted(engine.id, deletingStatus(new Date()), new Date())
      await reconciler.onApplicationShutdown()
      dieAfter(calls)
      reconciler = start()
      await reconciler.reconcile(engine.id).catch(() => undefined)
      await reconciler.onApplicationShutdown()
      revive()
      reconciler = start()
      await vi.waitFor(() => expect(engines.engines.size).toBe(0))
      expect(services()).toEqual([])
    },
  )
})
