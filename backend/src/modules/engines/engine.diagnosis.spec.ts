import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { BROKEN_APPS } from '../../../test/factories/broken-apps.js'
import type { ClusterEvent } from '../../platform/kubernetes/cluster-event.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import type { Condition, ContainerStatus, Pod, ResourceQuota } from '../../platform/kubernetes/kube-objects.js'
import { CAUSE_CODES, STEP_NAMES } from './engine.js'
import { stepOf } from './engine.causes.js'
import { diagnose, diagnoseRefusal, type Wanted } from './engine.diagnosis.js'
import { DEFAULT_HEALTH, FORMER_RESOURCES, FORMER_SIZE } from './engine-spec.js'

const wanted: Wanted = {
  image: 'ghcr.io/group/app:1',
  port: 7860,
  command: [],
  size: FORMER_SIZE,
  resources: FORMER_RESOURCES,
  health: DEFAULT_HEALTH,
}
const at = new Date('2026-01-01T00:10:00Z')

const podWith = (container: Partial<ContainerStatus>, others: ContainerStatus[] = []): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', creationTimestamp: '2026-01-01T00:00:00Z' },
  status: {
    conditions: [{ type: 'PodScheduled', status: 'True' }],
    containerStatuses: [{ name: 'user-container', ...container }, ...others],
  },
})
const troubleOf = (type: string, reason: string, message: string): Condition => ({ type, status: 'False', reason, message })
const codeOf = (diagnosis: ReturnType<typeof diagnose>): string | null => (diagnosis && 'cause' in diagnosis ? diagnosis.cause.code : null)

describe('a pod says why', () => {
  it.each<[string, Partial<ContainerStatus>, string]>([
    [
      'Docker Hub, missing',
      {
        state: {
          waiting: {
            reason: 'ErrImagePull',
            message: 'failed to resolve reference "docker.io/library/x:1": docker.io/library/x:1: not found',
          },
        },
      },
      'image-not-found',
    ],
    [
      'a registry that hides',
      {
        state: {
          waiting: {
            reason: 'ErrImagePull',
            message:
              'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed',
          },
        },
      },
      'image-private',
    ],
    [
      'ghcr, private',
      {
        state: {
          waiting: {
            reason: 'ImagePullBackOff',
            message:
              'Back-off pulling image "x": ErrImagePull: failed to authorize: failed to fetch anonymous token: unexpected status from GET request: 401 Unauthorized',
          },
        },
      },
      'image-private',
    ],
    [
      'no such host',
      { state: { waiting: { reason: 'ErrImagePull', message: 'dial tcp: lookup registry.invalid: no such host' } } },
      'image-unresolved',
    ],
    [
      'a back-off that lost its reason',
      { state: { waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "x"' } } },
      'image-unresolved',
    ],
    [
      'no platform',
      { state: { waiting: { reason: 'ErrImagePull', message: 'no match for platform in manifest: not found' } } },
      'wrong-architecture',
    ],
    ['invalid', { state: { waiting: { reason: 'InvalidImageName', message: "couldn't parse image name" } } }, 'image-invalid'],
    [
      'config error',
      { state: { waiting: { reason: 'CreateContainerConfigError', message: 'container has runAsNonRoot and image will run as root' } } },
      'not-non-root',
    ],
    [
      'wrong machine',
      {
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 128, reason: 'StartError', message: 'exec format error' } },
      },
      'wrong-architecture',
    ],
    ['crash, just now', { state: { terminated: { exitCode: 1, reason: 'Error', message: 'Traceback' } } }, 'app-crashed'],
    ['crash, waiting', { state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 2 } } }, 'app-crashed'],
    ['ended well', { state: { terminated: { exitCode: 0, reason: 'Completed' } } }, 'app-exited'],
    ['memory', { state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }, 'out-of-memory'],
    ['silent for long', { state: { running: { startedAt: '2026-01-01T00:08:00Z' } } }, 'port-not-answering'],
  ])('%s', (_, container, code) => expect(codeOf(diagnose(wanted, { pods: [podWith(container)], troubles: [] }, at))).toBe(code))

  it('nothing, while it is being made or has just begun', () => {
    expect(diagnose(wanted, { pods: [podWith({ state: { waiting: { reason: 'ContainerCreating' } } })], troubles: [] }, at)).toBeNull()
    expect(diagnose(wanted, { pods: [podWith({ state: { running: { startedAt: '2026-01-01T00:09:30Z' } } })], troubles: [] }, at)).toEqual({
      inMs: 30_000,
    })
  })

  it('nothing of a container that ended once and is ready now', () => {
    const pod = podWith({ state: { running: { startedAt: '2026-01-01T00:00:01Z' } }, lastState: { terminated: { exitCode: 1 } } })
    pod.status?.conditions?.push({ type: 'Ready', status: 'True' })
    expect(diagnose(wanted, { pods: [pod], troubles: [] }, at)).toBeNull()
  })

  it('what is wrong with the container beside the app', () => {
    const pod = podWith({ state: { waiting: { reason: 'PodInitializing' } } }, [
      { name: 'queue-proxy', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } },
    ])
    expect(diagnose(wanted, { pods: [pod], troubles: [] }, at)).toMatchObject({
      cause: { code: 'unknown', evidence: 'queue-proxy: ErrImagePull not found' },
    })
  })

  it('more than a condition, which follows later', () => {
    const trouble = troubleOf('ResourcesAvailable', 'ProgressDeadlineExceeded', 'timed out progressing')
    expect(codeOf(diagnose(wanted, { pods: [podWith({ state: { terminated: { exitCode: 3 } } })], troubles: [trouble] }, at))).toBe(
      'app-crashed',
    )
    expect(
      codeOf(diagnose(wanted, { pods: [podWith({ state: { running: { startedAt: '2026-01-01T00:09:59Z' } } })], troubles: [trouble] }, at)),
    ).toBe('start-timeout')
  })
})

describe('a condition says why', () => {
  it.each([
    [
      'ContainerHealthy',
      'ContainerMissing',
      'Unable to fetch image "x": failed to resolve image to digest: HEAD https://r/v2/x/manifests/1: unexpected status code 404 Not Found',
      'image-not-found',
    ],
    [
      'ContainerHealthy',
      'ContainerMissing',
      'Unable to fetch image "x": failed to resolve image to digest: HEAD https://ghcr.io/v2/x/manifests/1: unexpected status code 403 Forbidden',
      'image-private',
    ],
    [
      'ContainerHealthy',
      'ContainerMissing',
      'Unable to fetch image "x": failed to resolve image to digest: GET https://index.docker.io/v2/x/manifests/1: UNAUTHORIZED: authentication required',
      'image-private',
    ],
    [
      'ContainerHealthy',
      'ContainerMissing',
      'Unable to fetch image "x": failed to resolve image to digest: Get "https://r/v2/": tls: failed to verify certificate: x509: unknown authority',
      'image-unresolved',
    ],
    ['ContainerHealthy', 'ExitCode1', 'Container failed with: boom', 'app-crashed'],
    ['ContainerHealthy', 'ExitCode0', 'Container failed with: bye', 'app-exited'],
    [
      'ContainerHealthy',
      'ExitCode128',
      'Container failed with: failed to create containerd task: OCI runtime create failed',
      'start-failed',
    ],
    ['ResourcesAvailable', 'FailedCreate', 'pods "x" is forbidden: exceeded quota: vitrine, requested: pods=1', 'quota-exceeded'],
    ['ResourcesAvailable', 'FailedCreate', 'pods "x" is forbidden: violates PodSecurity "restricted:latest"', 'policy-refused'],
    ['ResourcesAvailable', 'FailedCreate', 'admission webhook "policy.example.org" denied the request: no', 'policy-refused'],
    ['ResourcesAvailable', 'ProgressDeadlineExceeded', 'ReplicaSet "x" has timed out progressing.', 'start-timeout'],
    ['Progressing', 'ProgressDeadlineExceeded', 'ReplicaSet "x" has timed out progressing.', 'start-timeout'],
    ['ReplicaFailure', 'FailedCreate', 'pods "x" is forbidden: exceeded quota: vitrine, requested: pods=1', 'quota-exceeded'],
    ['ResourcesAvailable', 'Whatever', 'something new', 'unknown'],
  ])('%s %s: %s', (type, reason, message, code) => {
    const diagnosis = diagnose(wanted, { pods: [], troubles: [troubleOf(type, reason, message)] }, at)
    expect(codeOf(diagnosis)).toBe(code)
    expect(diagnosis && 'cause' in diagnosis && diagnosis.cause.evidence).toContain(message.replace('Container failed with: ', ''))
  })

  it('keeps the end of a long evidence', () => {
    const diagnosis = diagnose(
      wanted,
      { pods: [], troubles: [troubleOf('ContainerHealthy', 'ExitCode1', `${'x'.repeat(5_000)} the end`)] },
      at,
    )
    const evidence = diagnosis && 'cause' in diagnosis ? diagnosis.cause.evidence : ''
    expect(evidence).toHaveLength(2_000)
    expect(evidence).toMatch(/^….*the end$/)
  })
})

describe('a refusal of the API server says why', () => {
  it.each([
    [
      'invalid',
      'admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: something about a field',
      'manifest-refused',
    ],
    ['invalid', 'Service.serving.knative.dev "x" is invalid: spec', 'manifest-refused'],
    [
      'invalid',
      `deployments.apps "x" is forbidden: ValidatingAdmissionPolicy 'vitrine-pods' with binding 'vitrine-pods' denied request: an app may not set: hostNetwork`,
      'policy-refused',
    ],
    [
      'forbidden',
      'services.serving.knative.dev "x" is forbidden: exceeded quota: vitrine, requested: count/services.serving.knative.dev=1',
      'quota-exceeded',
    ],
    ['forbidden', 'services.serving.knative.dev is forbidden: User "portal" cannot patch resource', 'not-allowed-in-cluster'],
  ] as const)('%s: %s', (kind, message, code) => {
    const cause = diagnoseRefusal(wanted, new KubeError(kind, message, [{ field: 'spec.x', message: 'is wrong' }]))
    expect(cause).toMatchObject({ code })
    expect(cause?.evidence).toContain('spec.x: is wrong')
  })

  it('and which part of the form it is about', () => {
    const message =
      'admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed: invalid value: 8012 is a reserved port: spec.template.spec.containers[0].ports.containerPort'
    expect(diagnoseRefusal(wanted, new KubeError('invalid', message))).toMatchObject({ code: 'manifest-refused', field: 'port' })
  })

  it.each([
    ['unreachable', 'connection refused'],
    ['conflict', 'the object has been modified'],
    ['forbidden', 'unable to create new content in namespace x because it is being terminated'],
  ] as const)('%s is nothing that the app could help: %s', (kind, message) =>
    expect(diagnoseRefusal(wanted, new KubeError(kind, message))).toBeNull(),
  )
})

describe('the last lines of a crash say why', () => {
  const crashed = (message: string, exitCode = 1) => {
    const diagnosis = diagnose(
      wanted,
      { pods: [podWith({ state: { terminated: { exitCode, reason: 'Error', message } } })], troubles: [] },
      at,
    )
    return diagnosis && 'cause' in diagnosis ? diagnosis.cause : null
  }

  it.each([
    ['Python', "PermissionError: [Errno 13] Permission denied: '/.cache'", 'path-not-writable', '/.cache'],
    ['Python, read-only', "OSError: [Errno 30] Read-only file system: '/opt/models/a b.bin'", 'path-not-writable', null],
    ['Go', 'panic: open /data/x.db: permission denied', 'path-not-writable', '/data/x.db'],
    ['Node', "Error: EACCES: permission denied, mkdir '/app/node_modules/.cache'", 'path-not-writable', '/app/node_modules/.cache'],
    ['a shell', '/entry.sh: line 3: /var/run/app.pid: Permission denied', 'path-not-writable', '/var/run/app.pid'],
    ['mkdir', "mkdir: cannot create directory '/home/app': Read-only file system", 'path-not-writable', '/home/app'],
    [
      'nginx',
      'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)',
      'path-not-writable',
      '/var/cache/nginx/client_temp',
    ],
    ['nginx, port 80', 'nginx: [emerg] bind() to 0.0.0.0:80 failed (13: Permission denied)', 'port-not-allowed', null],
    ['Node, port 80', 'Error: listen EACCES: permission denied 0.0.0.0:80', 'port-not-allowed', null],
    ['a port in use', 'OSError: [Errno 98] error while attempting to bind on address: address already in use', 'port-taken', null],
    ['no memory', 'terminate called after throwing an instance of std::bad_alloc', 'out-of-memory', null],
    ['gunicorn', '[1] [ERROR] Worker (pid:9) was sent SIGKILL! Perhaps out of memory?', 'out-of-memory', null],
    ['no disk', 'OSError: [Errno 28] No space left on device', 'disk-full', null],
    ['a shell without the program', '/bin/sh: uvicorn: not found', 'bad-command', null],
    ['a database', 'psycopg.errors.InsufficientPrivilege: permission denied for table runs', 'app-crashed', null],
    ['a hub', 'requests.HTTPError: 403 Client Error: Permission denied for https://hub.example/api/models', 'app-crashed', null],
  ])('%s: %s', (_, line, code, path) => {
    const cause = crashed(`loading\n${line}\n`)
    expect(cause).toMatchObject({ code })
    expect(cause?.evidence).toBe(`loading\n${line}`)
    if (path !== null) expect(cause?.title).toBe(`The app has no right to use ${path}`)
  })

  it('reads no path that was spoken of long before', () => {
    expect(crashed(`open /x: permission denied\n${'line\n'.repeat(60)}boom`)?.code).toBe('app-crashed')
  })

  it('by a shell, that there is no such program', () => {
    expect(crashed('', 127)).toMatchObject({ code: 'bad-command', field: 'command', evidence: 'It ended with exit code 127.' })
  })

  it('names a variable that it looks for', () => {
    expect(crashed("KeyError: 'MODEL_PATH'")).toMatchObject({
      code: 'app-crashed',
      field: 'env',
      fix: expect.stringContaining('MODEL_PATH') as string,
    })
  })
})

// Texts as Kubernetes writes them, of what neither our templates nor a single healthy node bring about.
describe('made by hand', () => {
  const waiting = (reason: string, message = ''): Partial<ContainerStatus> => ({ state: { waiting: { reason, message } } })
  const event = (reason: string, message: string, minute = 9): ClusterEvent => ({
    uid: `${reason}${minute}`,
    count: 1,
    at: new Date(`2026-01-01T00:0${minute}:00Z`),
    type: 'Warning',
    reason,
    message,
    object: 'Pod/p',
  })
  const causeOf = (pods: Pod[], events: ClusterEvent[] = [], change: Partial<Wanted> = {}) => {
    const diagnosis = diagnose({ ...wanted, ...change }, { pods, troubles: [], events }, at)
    return diagnosis && 'cause' in diagnosis ? diagnosis.cause : diagnosis
  }
  const over = (reason: string, message: string): Pod => ({
    ...podWith({ state: { terminated: { exitCode: 137, finishedAt: '2026-01-01T00:05:00Z' } } }),
    status: { phase: 'Failed', reason, message, conditions: [] },
  })

  it.each([
    ['Evicted', 'The node was low on resource: memory. Threshold quantity: 100Mi, available: 80Mi.', 'evicted'],
    ['Evicted', 'Usage of EmptyDir volume "cache" exceeds the limit "1Gi".', 'disk-full'],
    ['NodeLost', 'Node vitrine which was running pod p is unresponsive', 'evicted'],
    ['Terminated', 'Pod was terminated in response to imminent node shutdown.', 'evicted'],
    ['NodeAffinity', 'Pod was rejected: Predicate NodeAffinity failed', 'evicted'],
  ])('a pod that is over: %s, %s', (reason, message, code) =>
    expect(causeOf([over(reason, message)])).toMatchObject({ code, evidence: message }),
  )

  it('an app that ended in order when its pod was evicted', () => {
    const done = podWith({ state: { terminated: { exitCode: 0, reason: 'Completed' } } })
    expect(causeOf([done], [event('Evicted', 'The node was low on resource: memory.')])).toMatchObject({ code: 'evicted' })
    expect(causeOf([done])).toMatchObject({ code: 'app-exited' })
  })

  it('a pod that was evicted long ago says nothing of the one that starts now', () => {
    const starting: Pod = { ...podWith(waiting('ContainerCreating')), metadata: { name: 'q', creationTimestamp: '2026-01-01T00:09:00Z' } }
    const evicted = over('Evicted', 'The node was low on resource: memory.')
    evicted.status = {
      ...evicted.status,
      containerStatuses: [{ name: 'user-container', state: { terminated: { exitCode: 137, finishedAt: '2026-01-01T00:05:00Z' } } }],
    }
    expect(causeOf([evicted, starting])).toMatchObject({ code: 'evicted' })
    expect(diagnose(wanted, { pods: [evicted, starting], troubles: [] }, new Date('2026-01-01T01:00:00Z'))).toBeNull()
  })

  it.each([
    ['container has runAsNonRoot and image has non-numeric user (root), cannot verify user is non-root', 'not-non-root'],
    ['container has runAsNonRoot and image will run as root', 'not-non-root'],
    ["couldn't find key API_TOKEN in Secret ns/app-env", 'secret-missing'],
    ['context deadline exceeded', 'start-failed'],
  ])('a container that is not made: %s', (message, code) =>
    expect(causeOf([podWith(waiting('CreateContainerConfigError', message))])).toMatchObject({ code }),
  )

  it('a right that the typed command lacks is the command’s, one that the image’s own lacks is the image’s', () => {
    const denied = [podWith(waiting('RunContainerError', 'unable to start container process: exec: "/app/run.sh": permission denied'))]
    expect(causeOf(denied)).toMatchObject({ code: 'not-non-root', field: 'image' })
    expect(causeOf(denied, [], { command: ['/app/run.sh'] })).toMatchObject({ code: 'bad-command', field: 'command' })
  })

  it('a network that cannot be set up, once it has been tried for a while', () => {
    const failed = [event('FailedCreatePodSandBox', 'failed to setup network for sandbox: no IP addresses available')]
    const pod = podWith(waiting('ContainerCreating'))
    expect(causeOf([pod])).toBeNull()
    const since = (time: string): Pod[] => [
      { ...pod, status: { ...pod.status, conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: time }] } },
    ]
    expect(causeOf(since('2026-01-01T00:09:50Z'), failed)).toEqual({ inMs: 20_000 })
    expect(causeOf(since('2026-01-01T00:09:00Z'), failed)).toMatchObject({ code: 'not-prepared', field: null })
  })

  it('a health check that is answered too late, or by nobody, as the last event says', () => {
    const health: Wanted['health'] = { kind: 'http', path: '/up', startupSeconds: 60 }
    const pods = [podWith({ state: { running: { startedAt: '2026-01-01T00:00:00Z' } } })]
    const refused = event(
      'Unhealthy',
      'Readiness probe failed: Get "http://10.1.1.1:7860/up": dial tcp 10.1.1.1:7860: connect: connection refused',
      1,
    )
    const late = event(
      'Unhealthy',
      'Readiness probe failed: Get "http://10.1.1.1:7860/up": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
      5,
    )
    expect(causeOf(pods, [late, refused], { health })).toMatchObject({ code: 'health-failing', field: 'health' })
    expect(causeOf(pods, [refused], { health })).toMatchObject({ code: 'port-not-answering', field: 'port' })
    expect(causeOf(pods, [], { health })).toMatchObject({ code: 'start-timeout', field: 'health' })
  })

  it.each([
    [
      '0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient memory.',
      'unschedulable-memory',
      'No machine has 128 MiB of memory free for the app',
    ],
    [
      '0/3 nodes are available: 1 Insufficient cpu, 2 Insufficient amd.com/gpu.',
      'unschedulable-gpu',
      'No machine has 2 GPUs free for the app',
    ],
    ['0/1 nodes are available: 1 Insufficient ephemeral-storage.', 'unschedulable-disk', 'No machine has enough disk free for the app'],
    [
      '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.',
      'unschedulable',
      'No machine takes the app',
    ],
  ])('%s', (message, code, title) => {
    const pod: Pod = {
      ...podWith({}),
      status: {
        conditions: [
          { type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message, lastTransitionTime: '2026-01-01T00:00:00Z' },
        ],
      },
    }
    expect(causeOf([pod], [], { resources: { ...FORMER_RESOURCES, gpus: 2 } })).toMatchObject({ code, title, evidence: message })
  })
})

describe('what a quota has left', () => {
  const refused =
    'pods "x" is forbidden: exceeded quota: vitrine, requested: requests.cpu=3025m,requests.memory=2Gi, used: requests.cpu=2,requests.memory=3584Mi, limited: requests.cpu=4,requests.memory=4Gi.'
  const causeOf = (message: string, quota?: ResourceQuota) => {
    const diagnosis = diagnose(wanted, { pods: [], troubles: [troubleOf('ReplicaFailure', 'FailedCreate', message)], quota }, at)
    return diagnosis && 'cause' in diagnosis ? diagnosis.cause : null
  }

  it('is reckoned from what the cluster says of the moment of the refusal', () => {
    expect(causeOf(refused)).toMatchObject({
      code: 'quota-exceeded',
      field: 'size',
      title: 'The quota of the project has not enough cpu and memory left',
      evidence: `The app takes 3.025 cpu; 2 of 4 are left.\nThe app takes 2 GiB of memory; 512 MiB of 4 GiB are left.\n${refused}`,
    })
  })

  it('is that of now, where the quota is watched', () => {
    const quota: ResourceQuota = {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'vitrine' },
      status: { hard: { 'requests.cpu': '4' }, used: { 'requests.cpu': '500m' } },
    }
    expect(causeOf(refused, quota)?.evidence).toContain('The app takes 3.025 cpu; 3.5 of 4 are left.')
  })

  it('is no matter of the size where pods or apps are counted', () => {
    const cause = causeOf('exceeded quota: vitrine, requested: pods=1, used: pods=30, limited: pods=30')
    expect(cause).toMatchObject({ field: null, title: 'The quota of the project has not enough pods left' })
    expect(cause?.evidence).toContain('The app takes 1 pods; 0 of 30 are left.')
  })

  it('is left to the text of the cluster where that is another', () => {
    const other =
      'exceeded quota: vitrine, requested: services.loadbalancers=1, used: services.loadbalancers=0, limited: services.loadbalancers=0'
    expect(causeOf(other)).toMatchObject({
      code: 'quota-exceeded',
      title: 'The quota of the project has not enough room left',
      evidence: other,
    })
  })
})

it('every cause is shown by the real cluster, or by hand', () => {
  const here = readFileSync(import.meta.filename, 'utf8') + readFileSync(new URL('engine.status.spec.ts', import.meta.url), 'utf8')
  const shown = new Set(BROKEN_APPS.map(({ code }) => code))
  expect(CAUSE_CODES.filter((code) => !shown.has(code) && !here.includes(`'${code}'`))).toEqual([])
})

it('every cause belongs to a step', () => {
  for (const code of CAUSE_CODES) expect(STEP_NAMES).toContain(stepOf(code))
})
