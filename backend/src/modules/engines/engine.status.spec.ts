import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { ContainerState, ContainerStatus, KnativeRevision, KnativeService, Pod } from '../../platform/kubernetes/kube-objects.js'
import { knativeDriver } from './drivers/knative.driver.js'
import { DEFAULT_HEALTH, FORMER_RESOURCES, FORMER_SIZE } from './engine-spec.js'
import {
  deletingStatus,
  ENGINE_PHASES,
  missingStatus,
  pausedStatus,
  pendingStatus,
  STEP_NAMES,
  waitingSteps,
  type EnginePhase,
  type EngineStatus,
} from './engine.js'
import { sameStatus, type Derived, type Desired } from './engine.status.js'

/** Objects of the real cluster: Kubernetes 1.36, Knative Serving 1.15, as they were at that time. */
interface Seen {
  service: KnativeService | undefined
  revisions: KnativeRevision[]
  pods: Pod[]
}
interface Recording extends Seen {
  at: string
  service: KnativeService
}
const deriveStatus = (desired: Desired, { service, revisions, pods }: Seen, at: Date): Derived =>
  knativeDriver.derive(desired, { objects: [...(service ? [service] : []), ...revisions], pods }, at)

const recording = (name: string): Recording =>
  JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8')) as Recording

const deployed = new Date('2026-11-21T02:00:00Z')
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
const derive = (name: string, changes: Partial<Desired> = {}, at?: Date) => {
  const seen = recording(name)
  return deriveStatus(desired(changes), seen, at ?? new Date(seen.at))
}
const states = ({ steps }: EngineStatus): string => steps.map(({ state }) => state).join(' ')

it('counts the copies that requests are led to, not those of a former revision that are still there', () => {
  const seen = recording('running')
  const [pod] = seen.pods
  if (!pod) throw new Error('the recording has no pod')
  const former = {
    ...pod,
    metadata: { ...pod.metadata, name: 'former', labels: { ...pod.metadata.labels, 'serving.knative.dev/revision': 'former' } },
  }
  expect(deriveStatus(desired(), { ...seen, pods: [pod, former] }, new Date(seen.at)).status.replicas).toBe(1)
})

it('runs again after a crash, though Knative goes on saying how it has ended', () => {
  const seen = recording('running')
  const revisions = seen.revisions.map((revision) => ({
    ...revision,
    status: {
      ...revision.status,
      conditions: revision.status?.conditions?.map((condition) =>
        ['Ready', 'ContainerHealthy'].includes(condition.type)
          ? { ...condition, status: 'False', reason: 'ExitCode3', message: 'bye' }
          : condition,
      ),
    },
  })) as KnativeRevision[]
  const phaseWith = (pods: Pod[]): EnginePhase => deriveStatus(desired(), { ...seen, revisions, pods }, new Date(seen.at)).status.phase
  expect([phaseWith(seen.pods), phaseWith([])]).toEqual(['Running', 'Failed'])
})

describe('what the real cluster shows', () => {
  it.each([
    ['running', 1, 'Running', null, 'done done done done'],
    ['going-idle', 1, 'Idle', null, 'done done done done'],
    ['idle', 1, 'Idle', null, 'done done done done'],
    ['waking', 1, 'Waking', null, 'done done done done'],
    ['no-repository', 1, 'Failed', 'image-not-found', 'waiting failed waiting waiting'],
    ['no-tag', 1, 'Failed', 'image-not-found', 'waiting failed waiting waiting'],
    ['no-registry', 1, 'Failed', 'image-unresolved', 'waiting failed waiting waiting'],
    ['no-digest', 1, 'Failed', 'image-not-found', 'done failed waiting waiting'],
    ['crash', 1, 'Failed', 'app-crashed', 'done done failed waiting'],
    ['oom', 1, 'Failed', 'out-of-memory', 'done done failed waiting'],
    ['nocommand', 1, 'Failed', 'bad-command', 'done done failed waiting'],
    ['silent-port', 1, 'Failed', 'port-not-answering', 'done done failed waiting'],
    ['quota', 1, 'Failed', 'quota-exceeded', 'failed waiting waiting waiting'],
    ['policy', 1, 'Failed', 'policy-refused', 'failed waiting waiting waiting'],
    ['ceiling', 1, 'Failed', 'size-refused', 'failed waiting waiting waiting'],
    ['unschedulable', 1, 'Failed', 'unschedulable-cpu', 'failed waiting waiting waiting'],
    ['degraded-crash', 2, 'Degraded', 'app-crashed', 'done done failed waiting'],
    ['degraded-image', 2, 'Degraded', 'image-not-found', 'waiting failed waiting waiting'],
  ] as const)('%s of generation %i is %s (%s)', (name, generation, phase, code, steps) => {
    const { status } = derive(name, { generation })
    expect(status).toMatchObject({ phase, cause: code === null ? null : { code } })
    expect(states(status)).toBe(steps)
    expect(status.message).not.toBe('')
    expect(`${status.message} ${status.cause?.title} ${status.cause?.fix}`, 'every placeholder is filled').not.toMatch(/\{\w+\}/)
  })

  it('shows what the app said before it ended', () => {
    expect(derive('crash').status.cause).toMatchObject({ title: 'The app ended with exit code 1', evidence: 'boom: no model' })
  })

  it('keeps the digest that the tag stood for', () => {
    const digest = 'sha256:3de8d906289f2a3d2d0b9a2445bff5d19ca8df1b63e66fd0fa687ac54bc1148a'
    expect(derive('running').digest).toBe(digest)
    expect(derive('no-tag', { digest }).digest, 'of before, when there is no newer').toBe(digest)
  })

  it('counts the pods that answer', () => {
    expect(derive('running').status.replicas).toBe(1)
    expect(derive('idle').status.replicas).toBe(0)
    expect(derive('degraded-crash', { generation: 2 }).status.replicas, 'the previous version').toBe(1)
  })

  it('takes the times of the steps from the pod', () => {
    const [scheduling, pulling, starting, ready] = derive('running').status.steps
    expect(scheduling?.startedAt).toEqual(new Date('2026-11-21T02:05:33Z'))
    expect(pulling?.finishedAt).toEqual(starting?.startedAt)
    expect(starting?.startedAt).toEqual(new Date('2026-11-21T02:05:33Z'))
    expect(ready?.finishedAt?.getTime()).toBeGreaterThan(starting?.startedAt?.getTime() ?? 0)
  })
})

describe('what only time shows', () => {
  it('is patient with an app that does not listen yet, and says when to look again', () => {
    const { status, recheckMs } = derive('silent-port', {}, new Date('2026-11-21T02:05:51Z'))
    expect(status).toMatchObject({ phase: 'Deploying', cause: null, message: 'The app is starting; nothing answers on port 8080 yet.' })
    expect(states(status)).toBe('done done active waiting')
    expect(recheckMs).toBe(40_000)
  })

  it('is patient with a pod for which there is no room yet', () => {
    const { status, recheckMs } = derive('unschedulable', {}, new Date('2026-11-21T02:21:20Z'))
    expect(status.phase).toBe('Deploying')
    expect(recheckMs).toBeGreaterThan(0)
    expect(recheckMs).toBeLessThanOrEqual(15_000)
  })
})

describe('from one status to the next', () => {
  it('keeps since when a phase lasts, and renews it when the phase changes', () => {
    const running = derive('running').status
    expect(running.since).toEqual(new Date(recording('running').at))
    const later = derive('running', { status: running }, new Date('2026-11-21T03:00:00Z')).status
    expect(sameStatus(later, running)).toBe(true)
  })

  it('is the same when nothing changed, whatever the time', () => {
    for (const name of ['crash', 'no-tag', 'idle', 'quota', 'degraded-crash']) {
      const first = derive(name, { generation: name.startsWith('degraded') ? 2 : 1 }).status
      const second = derive(
        name,
        { generation: name.startsWith('degraded') ? 2 : 1, status: first },
        new Date('2026-11-21T04:00:00Z'),
      ).status
      expect(sameStatus(first, second), name).toBe(true)
    }
  })

  it('keeps the steps of the start when the app sleeps', () => {
    const { status } = derive('running')
    const asleep = derive('idle', { status }).status
    expect(asleep.steps).toEqual(status.steps)
  })

  it('remembers why a generation failed when Knative has given it up and removed its pods', () => {
    const crashed = derive('crash').status
    const seen = recording('crash')
    const givenUp: Seen = {
      ...seen,
      pods: [],
      revisions: seen.revisions.map((revision) => ({
        ...revision,
        status: {
          conditions: [
            {
              type: 'ResourcesAvailable',
              status: 'False',
              reason: 'ProgressDeadlineExceeded',
              message: 'Initial scale was never achieved',
            },
          ],
        },
      })),
    }
    const { status } = deriveStatus(desired({ status: crashed }), givenUp, new Date('2026-11-21T02:20:00Z'))
    expect(sameStatus(status, crashed)).toBe(true)
    expect(deriveStatus(desired(), givenUp, deployed).status.cause?.code, 'not known before').toBe('start-timeout')
  })

  it('does not flicker while a crashed app is started again', () => {
    const seen = recording('oom')
    const restarted = seen.pods.map((pod) => ({
      ...pod,
      status: {
        ...pod.status,
        containerStatuses: pod.status?.containerStatuses?.map((container) =>
          container.name === 'user-container'
            ? { ...container, lastState: container.state ?? {}, state: { running: { startedAt: '2026-11-21T02:22:10Z' } } }
            : container,
        ),
      },
    })) as Pod[]
    const { status } = deriveStatus(desired(), { ...seen, pods: restarted }, new Date('2026-11-21T02:22:12Z'))
    expect(status).toMatchObject({ phase: 'Failed', cause: { code: 'out-of-memory' } })
  })
})

describe('between the apply and the first pod', () => {
  const { service } = recording('running')
  const fresh: KnativeService = { ...service, status: {} }

  it.each<[string, Seen]>([
    ['nothing is seen of it', { service: undefined, revisions: [], pods: [] }],
    ['the service has no status', { service: fresh, revisions: [], pods: [] }],
    ['only an earlier generation is there', recording('running')],
  ])('it is deploying when %s', (_, observed) => {
    const { status } = deriveStatus(desired({ generation: 7 }), observed, deployed)
    expect(status).toMatchObject({ phase: 'Deploying', cause: null })
    expect(status.steps).toEqual(waitingSteps())
  })

  it('does not blame a new generation for what the service says of the last one', () => {
    const seen = recording('no-tag')
    const service: KnativeService = { ...seen.service, metadata: { ...seen.service.metadata, generation: 2 } }
    expect(deriveStatus(desired({ generation: 2 }), { ...seen, service }, deployed).status.phase).toBe('Deploying')
  })

  it('says why there is no revision at all', () => {
    const service: KnativeService = {
      ...recording('running').service,
      status: {
        observedGeneration: recording('running').service.metadata.generation ?? 1,
        conditions: [
          { type: 'ConfigurationsReady', status: 'False', reason: 'RevisionFailed', message: 'could not parse reference: Bad//' },
        ],
      },
    }
    expect(deriveStatus(desired(), { service, revisions: [], pods: [] }, deployed).status).toMatchObject({
      phase: 'Failed',
      cause: { code: 'image-invalid', field: 'image' },
    })
  })

  it('is not running before requests reach it', () => {
    const seen = recording('running')
    const conditions =
      seen.service.status?.conditions?.map((each) => (each.type === 'RoutesReady' ? { ...each, status: 'Unknown' } : each)) ?? []
    const { status } = deriveStatus(
      desired(),
      { ...seen, service: { ...seen.service, status: { ...seen.service.status, conditions } } },
      deployed,
    )
    expect(status).toMatchObject({ phase: 'Deploying', message: 'The app runs; its address is being set up.' })
  })

  it('says that nothing leads to it when the ingress does not take the route for a minute', () => {
    const seen = recording('running')
    const conditions =
      seen.service.status?.conditions?.map((each) =>
        each.type === 'RoutesReady'
          ? { ...each, status: 'Unknown', reason: 'IngressNotConfigured', message: 'Ingress has not yet been reconciled.' }
          : each,
      ) ?? []
    const observed = { ...seen, service: { ...seen.service, status: { ...seen.service.status, conditions } } }
    const early = deriveStatus(desired(), observed, new Date('2026-11-21T02:06:00Z'))
    expect(early.status.phase).toBe('Deploying')
    expect(early.recheckMs).toBeGreaterThan(0)
    expect(early.recheckMs).toBeLessThanOrEqual(60_000)
    expect(deriveStatus(desired(), observed, new Date('2026-11-21T02:08:00Z')).status).toMatchObject({
      phase: 'Degraded',
      cause: { code: 'route-not-ready', evidence: 'IngressNotConfigured: Ingress has not yet been reconciled.' },
    })
  })

  it('ignores pods that are on their way out', () => {
    const seen = recording('crash')
    const pods = seen.pods.map((pod) => ({ ...pod, metadata: { ...pod.metadata, deletionTimestamp: '2026-11-21T02:06:00Z' } }))
    const revisions = seen.revisions.map((revision) => ({ ...revision, status: {} }))
    expect(deriveStatus(desired(), { ...seen, pods, revisions }, deployed).status).toMatchObject({
      phase: 'Deploying',
      cause: null,
      replicas: 0,
    })
  })
})

describe('an app that was well', () => {
  it('is degraded while it crashes again and again', () => {
    const seen = recording('running')
    const pods = seen.pods.map((pod) => ({
      ...pod,
      status: {
        conditions: [{ type: 'PodScheduled', status: 'True' }],
        containerStatuses: [
          {
            name: 'user-container',
            restartCount: 3,
            state: { waiting: { reason: 'CrashLoopBackOff' } },
            lastState: { terminated: { exitCode: 139 } },
          },
        ],
      },
    }))
    expect(deriveStatus(desired(), { ...seen, pods }, deployed).status).toMatchObject({
      phase: 'Degraded',
      cause: { code: 'app-crashed', title: 'The app ended with exit code 139 (signal 11)' },
    })
  })

  it('has failed when it cannot be woken', () => {
    const seen = recording('waking')
    const pods = seen.pods.map((pod) => ({
      ...pod,
      status: {
        containerStatuses: [
          {
            name: 'user-container',
            state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "a": ErrImagePull: manifest unknown' } },
          },
        ],
      },
    }))
    expect(deriveStatus(desired(), { ...seen, pods }, deployed).status).toMatchObject({
      phase: 'Failed',
      cause: { code: 'image-not-found', evidence: 'manifest unknown' },
    })
  })
})

describe('the phases', () => {
  const at = new Date('2026-11-21T02:10:00Z')
  const running = derive('running').status
  const reached: Record<EnginePhase, () => EngineStatus> = {
    Pending: () => pendingStatus('', at),
    Deploying: () => derive('silent-port', {}, new Date('2026-11-21T02:05:51Z')).status,
    Running: () => running,
    Idle: () => derive('idle').status,
    Waking: () => derive('waking', { status: derive('idle').status }).status,
    Degraded: () => derive('degraded-crash', { generation: 2 }).status,
    Failed: () => derive('crash').status,
    Paused: () => pausedStatus(running, true, at),
    Missing: () => missingStatus(running, at),
    Deleting: () => deletingStatus(at),
  }

  it.each(ENGINE_PHASES)('%s is reached, and says so', (phase) => {
    const status = reached[phase]()
    expect(status.phase).toBe(phase)
    expect(status.steps.map(({ name }) => name)).toEqual(STEP_NAMES)
    if (phase !== 'Pending') expect(status.message).toMatch(/\.$/)
  })

  it('of an app that sleeps, wakes and sleeps again keep the steps of its start, and no cause', () => {
    const idle = derive('idle', { status: running }).status
    const waking = derive('waking', { status: idle }).status
    expect(waking).toMatchObject({ phase: 'Waking', cause: null, since: new Date(recording('waking').at) })
    expect(derive('going-idle', { status: waking }).status).toMatchObject({ phase: 'Idle', cause: null })
  })
})

describe('the steps of a deploy', () => {
  /** The pod of an app that starts, at a moment of its start. */
  const stepsAt = (status: Pod['status']): EngineStatus['steps'] => {
    const seen = recording('silent-port')
    const pods = seen.pods.map((pod) => ({ ...pod, ...(status === undefined ? {} : { status }) }))
    return deriveStatus(desired(), { ...seen, pods }, new Date('2026-11-21T02:05:45Z')).status.steps
  }
  const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: '2026-11-21T02:05:34Z' }
  const container = (state: ContainerState): ContainerStatus[] => [{ name: 'user-container', state }]

  it.each<[string, Pod['status'], string]>([
    ['has no node yet', { conditions: [] }, 'active waiting waiting waiting'],
    [
      'fetches its image',
      { conditions: [scheduled], containerStatuses: container({ waiting: { reason: 'ContainerCreating' } }) },
      'done active waiting waiting',
    ],
    [
      'starts',
      { conditions: [scheduled], containerStatuses: container({ running: { startedAt: '2026-11-21T02:05:40Z' } }) },
      'done done active waiting',
    ],
  ])('of a pod that %s', (_, status, expected) => {
    const steps = stepsAt(status)
    expect(steps.map(({ state }) => state).join(' ')).toBe(expected)
    for (const { state, startedAt, finishedAt } of steps) {
      expect(startedAt !== null, 'what has begun says when').toBe(state !== 'waiting')
      expect(finishedAt !== null, 'what is done says when').toBe(state === 'done')
    }
  })
})
