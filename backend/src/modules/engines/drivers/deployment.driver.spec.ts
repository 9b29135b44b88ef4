import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { KIND, type Deployment, type KubeObject, type Pod } from '../../../platform/kubernetes/kube-objects.js'
import { DEFAULT_HEALTH, FORMER_RESOURCES, FORMER_SIZE } from '../engine-spec.js'
import { pendingStatus, type EngineStatus } from '../engine.js'
import { sameStatus, type Desired } from '../engine.status.js'
import { emissaryDriver, gatewayDriver, ingressDriver } from './deployment.driver.js'
import { only, type Observed } from './engine-driver.js'

/** Objects of the real cluster: Kubernetes 1.36, Traefik 3.6, as they were at that time. */
interface Recording extends Observed {
  at: string
  objects: KubeObject[]
  pods: Pod[]
}

const recording = (name: string): Recording =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as Recording

const deployed = new Date('2026-11-21T05:49:30Z')
const desired = (changes: Partial<Desired> = {}): Desired => ({
  image: '10.200.0.1:5000/vitrine-test/hello:1',
  port: 8080,
  command: [],
  size: FORMER_SIZE,
  resources: FORMER_RESOURCES,
  health: DEFAULT_HEALTH,
  generation: 1,
  digest: null,
  status: pendingStatus('', deployed),
  ...changes,
})
const driverOf = (name: string) => (name === 'ingress' ? ingressDriver : gatewayDriver)
const derive = (name: string, changes: Partial<Desired> = {}, at?: Date) => {
  const seen = recording(name)
  return driverOf(name).derive(desired(changes), seen, at ?? new Date(seen.at))
}
const states = ({ steps }: EngineStatus): string => steps.map(({ state }) => state).join(' ')

describe('what the real cluster shows of a Deployment', () => {
  it.each([
    ['running', 1, 'Running', null, 'done done done done', 1],
    ['rolled', 2, 'Running', null, 'done done done done', 1],
    ['ingress', 1, 'Running', null, 'done done done done', 1],
    ['starting', 1, 'Deploying', null, 'done done active waiting', 0],
    ['no-tag', 1, 'Failed', 'image-not-found', 'done failed waiting waiting', 0],
    ['crash', 1, 'Failed', 'app-crashed', 'done done failed waiting', 0],
    ['quota', 1, 'Failed', 'quota-exceeded', 'failed waiting waiting waiting', 0],
    ['deadline', 1, 'Failed', 'port-not-answering', 'done done failed waiting', 0],
    ['degraded', 2, 'Degraded', 'app-crashed', 'done done failed waiting', 1],
    ['crashed-later', 1, 'Degraded', 'app-crashed', 'done done failed waiting', 0],
    ['no-gateway', 1, 'Degraded', 'route-not-ready', 'done done done failed', 1],
    ['foreign-host', 1, 'Degraded', 'route-not-ready', 'done done done failed', 1],
  ] as const)('%s of generation %i is %s (%s)', (name, generation, phase, code, steps, replicas) => {
    const { status } = derive(name, { generation })
    expect(status, JSON.stringify(status)).toMatchObject({ phase, replicas, cause: code === null ? null : { code } })
    expect(states(status)).toBe(steps)
    expect(status.message).not.toBe('')
    expect(`${status.message} ${status.cause?.title} ${status.cause?.fix}`, 'every placeholder is filled').not.toMatch(/\{\w+\}/)
  })

  it('shows what the app said before it ended, and what the gateway says', () => {
    expect(derive('crash').status.cause?.evidence).toBe('boom: no model')
    expect(derive('foreign-host').status.cause?.evidence).toBe('Accepted: NoMatchingListenerHostname')
    expect(derive('degraded', { generation: 2 }).status.message).toContain('the previous one still answers')
  })

  it('takes the digest from the pod of the generation', () => {
    expect(derive('running').digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    const digest = `sha256:${'1'.repeat(64)}`
    expect(derive('no-tag', { digest }).digest, 'of before, when there is no newer').toBe(digest)
  })

  it('is the same when nothing changed, whatever the time', () => {
    for (const name of ['running', 'crash', 'no-tag', 'quota', 'crashed-later', 'foreign-host', 'ingress']) {
      const first = derive(name).status
      expect(sameStatus(first, derive(name, { status: first }, new Date('2026-11-21T07:00:00Z')).status), name).toBe(true)
    }
  })

  it('knows what still answers, and when nothing is left', () => {
    expect(gatewayDriver.isServing(recording('degraded'))).toBe(true)
    expect(gatewayDriver.isServing(recording('crash'))).toBe(false)
    expect(gatewayDriver.isClear(recording('running'))).toBe(false)
    const ending = recording('rolled').pods.filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
    expect(ending).not.toEqual([])
    expect(gatewayDriver.isClear({ objects: [], pods: ending })).toBe(true)
  })
})

describe('a Deployment in between', () => {
  const without = (seen: Recording, ...kinds: string[]): Observed => ({
    ...seen,
    objects: seen.objects.filter(({ kind }) => !kinds.includes(kind)),
  })

  it.each<[string, () => Observed]>([
    ['nothing is seen of it', () => ({ objects: [], pods: [] })],
    ['only the Deployment is there', () => without(recording('running'), 'ReplicaSet', 'Service', 'HTTPRoute')],
    ['only an earlier generation is there', () => recording('running')],
  ])('is deploying when %s', (_, observed) => {
    const { status } = gatewayDriver.derive(desired({ generation: 7 }), observed(), deployed)
    expect(status).toMatchObject({ phase: 'Deploying', cause: null })
  })

  it('does not take what the controller said of the last generation for this one', () => {
    const seen = recording('rolled')
    const [deployment] = only(seen, KIND.deployment) as [Deployment]
    const stale = { ...deployment, metadata: { ...deployment.metadata, generation: (deployment.metadata.generation ?? 0) + 1 } }
    const observed = { ...seen, objects: [stale, ...without(seen, 'Deployment').objects] }
    expect(gatewayDriver.derive(desired({ generation: 2 }), observed, deployed).status.phase).toBe('Deploying')
  })

  it('waits for its route, and says when to look again', () => {
    const { status, recheckMs } = derive('no-gateway', {}, new Date('2026-11-21T05:49:40Z'))
    expect(status).toMatchObject({ phase: 'Deploying', message: 'The app runs; its address is being set up.', cause: null })
    expect(recheckMs).toBeGreaterThan(0)
  })

  it('is degraded while a pod that went is made anew, without a cause', () => {
    const seen = recording('running')
    const { status } = gatewayDriver.derive(desired(), { ...seen, pods: [] }, new Date(seen.at))
    expect(status).toMatchObject({ phase: 'Degraded', cause: null, replicas: 0 })
    expect(status.message).toContain('started again')
  })

  it('ignores the pods of another driver that are not gone yet', () => {
    const seen = recording('starting')
    const knative = recording('running').pods.map((pod) => {
      const { ['vitrine.dev/runtime']: _, ...labels } = pod.metadata.labels ?? {}
      return { ...pod, metadata: { ...pod.metadata, labels } }
    })
    const { status } = gatewayDriver.derive(desired(), { ...seen, pods: [...seen.pods, ...knative] }, new Date(seen.at))
    expect(status).toMatchObject({ phase: 'Deploying', replicas: 0 })
  })
})

describe('what only the route shows', () => {
  it('runs, with a word on it, where an Ingress or a Mapping says nothing', () => {
    const seen = recording('ingress')
    const silent = { ...seen, objects: seen.objects.map((object) => (object.kind === 'Ingress' ? { ...object, status: {} } : object)) }
    for (const driver of [ingressDriver, emissaryDriver]) {
      const { status } = driver.derive(desired(), silent, new Date(seen.at))
      expect(status).toMatchObject({ phase: 'Running', cause: null })
      expect(status.message).toBe('The app runs. Whether its address is served, the cluster does not say.')
    }
    expect(derive('ingress').status.message).toBe('The app runs.')
  })
})
