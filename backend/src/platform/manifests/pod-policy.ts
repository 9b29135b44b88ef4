import type { Manifest } from '../kubernetes/kube-objects.js'
import { all, integer, is, keysMatching, listOf, matching, objectWith, refuse, text, type Check } from './shape.js'

/** What is an app's own, besides what every app has. */
export interface AppScope {
  /** Name of the one Secret that its pods may read. */
  secret: string
  /** How the cluster calls a GPU: the one resource beyond those of every machine that may be asked for. */
  gpuResource: string
}

const SECCOMP: Check = objectWith({ type: is('RuntimeDefault', 'Localhost') }, { localhostProfile: text })

const NUMBERS = {
  initialDelaySeconds: integer(0),
  periodSeconds: integer(0),
  timeoutSeconds: integer(0),
  successThreshold: integer(0),
  failureThreshold: integer(0),
}
// Neither a command in the container nor a request to another host: the kubelet would make it, past every network policy.
const PROBE: Check = objectWith(
  {},
  { ...NUMBERS, tcpSocket: objectWith({ port: integer() }), httpGet: objectWith({ port: integer(), path: text }, { scheme: is('HTTP') }) },
)

// A sign, so that the API server says that there is nothing below zero.
const AMOUNT = matching(/^-?\d+(?:\.\d+)?(?:m|[KMGT]i?)?$/, 'an amount')

const resourcesFor = (gpuResource: string): Check => {
  const usual = { cpu: AMOUNT, memory: AMOUNT }
  const more = { 'ephemeral-storage': AMOUNT, [gpuResource]: AMOUNT }
  return objectWith({ limits: objectWith(usual, more) }, { requests: objectWith({}, { ...usual, ...more }) })
}

const CONTAINER_SECURITY: Check = objectWith(
  {
    allowPrivilegeEscalation: is(false),
    runAsNonRoot: is(true),
    runAsUser: integer(1),
    runAsGroup: integer(1),
    capabilities: objectWith({ drop: listOf(is('ALL'), { least: 1, most: 1 }) }),
    seccompProfile: SECCOMP,
  },
  { readOnlyRootFilesystem: is(true, false), privileged: is(false), procMount: is('Default') },
)

const POD_SECURITY: Check = objectWith(
  {},
  {
    runAsNonRoot: is(true),
    runAsUser: integer(1),
    runAsGroup: integer(1),
    fsGroup: integer(1),
    fsGroupChangePolicy: is('OnRootMismatch', 'Always'),
    supplementalGroups: listOf(integer(1)),
    seccompProfile: SECCOMP,
  },
)

const envOf = ({ secret: own }: AppScope): Check => {
  const secret = objectWith({ secretKeyRef: objectWith({ name: is(own), key: text }, { optional: is(true, false) }) })
  return (value, field) =>
    typeof value === 'object' && value !== null && 'valueFrom' in value
      ? objectWith({ name: text, valueFrom: secret })(value, field)
      : objectWith({ name: text, value: text })(value, field)
}

const volumeOf = ({ secret }: AppScope): Check =>
  all(
    objectWith(
      { name: text },
      {
        emptyDir: objectWith({ sizeLimit: AMOUNT }, { medium: is('', 'Memory') }),
        secret: objectWith({ secretName: is(secret) }, { defaultMode: integer(0), optional: is(true, false) }),
      },
    ),
    (value, field) => (Object.keys(value ?? {}).length === 2 ? [] : refuse(field, 'must be an emptyDir or the Secret of the app')),
  )

// Where the runtime and Kubernetes put what is theirs.
const MOUNT_PATH = matching(
  /^(?!\/(?:proc|sys|dev|etc|var\/run|run)(?:\/|$))(?!.*\/\.\.?(?:\/|$))(?!.*\/\/)\/[^:]+$/,
  'a path of the app: not /, nor below /proc, /sys, /dev, /etc, /run or /var/run',
)

const containerOf = (app: AppScope): Check =>
  objectWith(
    {
      name: is('user-container'),
      image: text,
      ports: listOf(objectWith({ containerPort: integer() }, { name: text, protocol: is('TCP') }), { least: 1, most: 1 }),
      resources: resourcesFor(app.gpuResource),
      securityContext: CONTAINER_SECURITY,
    },
    {
      imagePullPolicy: is('Always', 'IfNotPresent'),
      command: listOf(text),
      args: listOf(text),
      env: listOf(envOf(app)),
      readinessProbe: PROBE,
      startupProbe: PROBE,
      livenessProbe: PROBE,
      lifecycle: objectWith({ preStop: objectWith({ sleep: objectWith({ seconds: integer(0) }) }) }),
      terminationMessagePolicy: is('File', 'FallbackToLogsOnError'),
      volumeMounts: listOf(objectWith({ name: text, mountPath: MOUNT_PATH }, { readOnly: is(true, false) })),
    },
  )

const specOf = (app: AppScope): Record<string, Check> => ({
  serviceAccountName: is('vitrine-app'),
  automountServiceAccountToken: is(false),
  // Otherwise every Service of the project would be told to every app, as variables.
  enableServiceLinks: is(false),
  containers: listOf(containerOf(app), { least: 1, most: 1 }),
})

const moreOf = (app: AppScope): Record<string, Check> => ({
  securityContext: POD_SECURITY,
  volumes: listOf(volumeOf(app)),
})

const DEPLOYED: Record<string, Check> = {
  terminationGracePeriodSeconds: integer(0),
  restartPolicy: is('Always'),
  dnsPolicy: is('ClusterFirst'),
}
const OF_KNATIVE: Record<string, Check> = {
  containerConcurrency: integer(0),
  timeoutSeconds: integer(0),
  responseStartTimeoutSeconds: integer(0),
  idleTimeoutSeconds: integer(0),
}

const LABELS = keysMatching(/^(?:vitrine\.dev|app\.kubernetes\.io)\/|^networking\.knative\.dev\/visibility$/)
const ANNOTATIONS = keysMatching(
  /^(?:vitrine\.dev|autoscaling\.knative\.dev)\/|^serving\.knative\.dev\/(?:progress-deadline|rollout-duration)$|^queue\.sidecar\.serving\.knative\.dev\/[a-z-]+-resource-(?:request|limit)$/,
)

const podSpec = (app: AppScope, more: Record<string, Check>): Check => objectWith(specOf(app), { ...moreOf(app), ...more })

const MARKS = { labels: LABELS, annotations: ANNOTATIONS }

/** An object with that specification, and nothing besides: no owners, no finalizers, no status. */
const objectOf = (spec: Check): Check =>
  objectWith({ apiVersion: text, kind: text, metadata: objectWith({ name: text, namespace: text }, MARKS), spec })

/** A specification with a pod's in its template; the rest is its kind's. */
const templateOf =
  (pod: Check): Check =>
  (value, field) =>
    objectWith({ metadata: objectWith({}, MARKS), spec: pod })(
      typeof value === 'object' && value !== null && 'template' in value ? value.template : undefined,
      `${field}.template`,
    )

/** How kinds that make pods are looked into, by `apiVersion kind`. */
const MAKES_PODS = new Map<string, (app: AppScope) => Check>([
  ['v1 Pod', (app) => objectOf(podSpec(app, DEPLOYED))],
  ['apps/v1 Deployment', (app) => objectOf(templateOf(podSpec(app, DEPLOYED)))],
  ['serving.knative.dev/v1 Service', (app) => objectOf(templateOf(podSpec(app, OF_KNATIVE)))],
])

/**
 * What of a rendered manifest would give its pods more than an app may have: the profile `restricted` of the Pod Security Standards, and besides no account
 * but the one without rights, no token, no files but scratch space and the app's own Secret, no values from elsewhere, no say in where or how it is scheduled.
 * It is a list of what is allowed; a field that is not on it is refused. Pure. Manifests that make no pods are not looked into.
 * @returns a sentence for each field, as in `spec.template.spec.hostNetwork is not allowed`; none when all is as it must be
 */
export function podViolations(manifest: Manifest, app: AppScope): string[] {
  return MAKES_PODS.get(`${manifest.apiVersion} ${manifest.kind}`)?.(app)(manifest, '') ?? []
}
