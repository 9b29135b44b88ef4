/** The labels by which the portal finds its objects in the cluster again. */
export const LABEL = {
  /** Which portal made it: several may share a cluster. */
  instance: 'vitrine.dev/instance',
  project: 'vitrine.dev/project',
  /** On namespaces: which database has the records of what is in it. */
  database: 'vitrine.dev/database',
  engine: 'vitrine.dev/engine',
  generation: 'vitrine.dev/generation',
  /** Set to `deployment` on all that is made of a Deployment, so that it is told from what Knative makes of an app of its own accord. */
  runtime: 'vitrine.dev/runtime',
} as const

/** What every object of Kubernetes says of itself, as far as the portal reads it. */
export interface ObjectMeta {
  name: string
  namespace?: string
  uid?: string
  /** Raised by the API server with each change of the specification. */
  generation?: number
  resourceVersion?: string
  creationTimestamp?: string
  deletionTimestamp?: string
  labels?: Record<string, string>
  annotations?: Record<string, string>
}

/** Any object of Kubernetes. */
export interface KubeObject {
  apiVersion: string
  kind: string
  metadata: ObjectMeta
}

/** An object that is to be applied: whatever its kind needs beside the head. */
export type Manifest = KubeObject & Record<string, unknown>

/** Names one object. */
export interface ObjectRef {
  apiVersion: string
  kind: string
  namespace?: string
  name: string
}

/** One condition of a status, of Kubernetes or Knative. */
export interface Condition {
  type: string
  status: string
  reason?: string
  message?: string
  lastTransitionTime?: string
  observedGeneration?: number
}

/** A Knative service (`serving.knative.dev/v1`), as far as phases need it. */
export interface KnativeService extends KubeObject {
  status?: {
    observedGeneration?: number
    latestCreatedRevisionName?: string
    latestReadyRevisionName?: string
    conditions?: Condition[]
  }
}

/** A Knative revision (`serving.knative.dev/v1`): one generation of an app. */
export interface KnativeRevision extends KubeObject {
  status?: {
    conditions?: Condition[]
    containerStatuses?: { name?: string; imageDigest?: string }[]
  }
}

/** A Deployment (`apps/v1`), as far as phases need it. */
export interface Deployment extends KubeObject {
  status?: {
    observedGeneration?: number
    conditions?: Condition[]
  }
}

/** A ReplicaSet (`apps/v1`): one generation of an app. */
export interface ReplicaSet extends KubeObject {
  status?: {
    readyReplicas?: number
    conditions?: Condition[]
  }
}

/** An HTTPRoute (`gateway.networking.k8s.io/v1`); each controller reports for each Gateway that it was asked to attach to. */
export interface HttpRoute extends KubeObject {
  status?: { parents?: { controllerName?: string; conditions?: Condition[] }[] }
}

/** An Ingress (`networking.k8s.io/v1`); some controllers never say where they serve it. */
export interface Ingress extends KubeObject {
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } }
}

/** A Mapping (`getambassador.io/v3alpha1`). */
export interface Mapping extends KubeObject {
  status?: { state?: string; reason?: string }
}

/** What a namespace may use in all, and uses: amounts by the name of the resource, as in `requests.cpu: 250m`. */
export interface ResourceQuota extends KubeObject {
  status?: { hard?: Record<string, string>; used?: Record<string, string> }
}

/** What a container does: exactly one of the three is set. */
export interface ContainerState {
  waiting?: { reason?: string; message?: string }
  running?: { startedAt?: string }
  terminated?: { exitCode?: number; signal?: number; reason?: string; message?: string; startedAt?: string; finishedAt?: string }
}

export interface ContainerStatus {
  name: string
  ready?: boolean
  restartCount?: number
  image?: string
  imageID?: string
  state?: ContainerState
  lastState?: ContainerState
}

export interface Pod extends KubeObject {
  status?: {
    phase?: string
    reason?: string
    message?: string
    conditions?: Condition[]
    containerStatuses?: ContainerStatus[]
  }
}

/** The condition of that type, if the status has it. */
export const conditionOf = (object: { status?: { conditions?: Condition[] } } | undefined, type: string): Condition | undefined =>
  object?.status?.conditions?.find((condition) => condition.type === type)

/** A kind of object; `T` is what the portal reads of one. */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly apiVersion: string
  readonly kind: string
  /** How the API server names it in paths. */
  readonly plural: string
  readonly namespaced: boolean
  /** Never set: it only carries the type. */
  readonly object?: T
}

const kindOf = <T extends KubeObject>(apiVersion: string, kind: string, plural: string, namespaced = true): Kind<T> => ({
  apiVersion,
  kind,
  plural,
  namespaced,
})

/** The kinds that the portal touches, and where the API server keeps them. Anything else is refused before a request is made. */
export const KIND = {
  namespace: kindOf('v1', 'Namespace', 'namespaces', false),
  serviceAccount: kindOf('v1', 'ServiceAccount', 'serviceaccounts'),
  resourceQuota: kindOf<ResourceQuota>('v1', 'ResourceQuota', 'resourcequotas'),
  limitRange: kindOf('v1', 'LimitRange', 'limitranges'),
  pod: kindOf<Pod>('v1', 'Pod', 'pods'),
  service: kindOf('v1', 'Service', 'services'),
  /** Only ever written: the portal has no right to read one. */
  secret: kindOf('v1', 'Secret', 'secrets'),
  networkPolicy: kindOf('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  knativeService: kindOf<KnativeService>('serving.knative.dev/v1', 'Service', 'services'),
  knativeRevision: kindOf<KnativeRevision>('serving.knative.dev/v1', 'Revision', 'revisions'),
  deployment: kindOf<Deployment>('apps/v1', 'Deployment', 'deployments'),
  replicaSet: kindOf<ReplicaSet>('apps/v1', 'ReplicaSet', 'replicasets'),
  httpRoute: kindOf<HttpRoute>('gateway.networking.k8s.io/v1', 'HTTPRoute', 'httproutes'),
  ingress: kindOf<Ingress>('networking.k8s.io/v1', 'Ingress', 'ingresses'),
  mapping: kindOf<Mapping>('getambassador.io/v3alpha1', 'Mapping', 'mappings'),
} as const

/** Whether an object is of that kind. */
export const isOf = <T extends KubeObject>(object: KubeObject, { apiVersion, kind }: Kind<T>): object is T =>
  object.kind === kind && object.apiVersion === apiVersion

/**
 * The path of an object at the API server; without a name, of the list of its kind (in all namespaces when none is given).
 * @throws Error when the portal has no business with the kind, or a namespaced object has no namespace
 */
export function pathOf({ apiVersion, kind, namespace, name }: Omit<ObjectRef, 'name'> & { name?: string }): string {
  const known = Object.values<Kind>(KIND).find((each) => each.kind === kind && each.apiVersion === apiVersion)
  if (!known) throw new Error(`the portal does not handle ${apiVersion} ${kind}`)
  if (known.namespaced && name !== undefined && !namespace) throw new Error(`${kind} ${name} has no namespace`)
  const inside = known.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${groupPath(apiVersion)}${inside}/${known.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

/** The path below which the API server keeps a group's version. */
export const groupPath = (apiVersion: string): string => (apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`)

/** The reference to an object. */
export const refOf = ({ apiVersion, kind, metadata }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
})
