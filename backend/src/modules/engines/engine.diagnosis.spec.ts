import { describe, expect, it } from 'vitest'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import type { Condition, ContainerStatus, Pod } from '../../platform/kubernetes/kube-objects.js'
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

  it.each([
    ['unreachable', 'connection refused'],
    ['conflict', 'the object has been modified'],
    ['forbidden', 'unable to create new content in namespace x because it is being terminated'],
  ] as const)('%s is nothing that the app could help: %s', (kind, message) =>
    expect(diagnoseRefusal(wanted, new KubeError(kind, message))).toBeNull(),
  )
})

it('every cause belongs to a step', () => {
  for (const code of CAUSE_CODES) expect(STEP_NAMES).toContain(stepOf(code))
})
