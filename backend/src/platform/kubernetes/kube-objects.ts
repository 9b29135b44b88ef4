/** The labels by which the portal finds its objects in the cluster again. */
export const LABEL = {
  /** Which portal made it: several may share a cluster. */
  instance: 'vitrine.dev/instance',
  project: 'vitrine.dev/project',
  engine: 'vitrine.dev/engine',
  generation: 'vitrine.dev/generation',
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

interface Resource {
  apiVersion: string
  plural: string
  namespaced: boolean
}

/** The kinds that the portal touches, and where the API server keeps them. Anything else is refused before a request is made. */
const RESOURCES: Record<string, Resource> = {
  Namespace: { apiVersion: 'v1', plural: 'namespaces', namespaced: false },
  ServiceAccount: { apiVersion: 'v1', plural: 'serviceaccounts', namespaced: true },
  ResourceQuota: { apiVersion: 'v1', plural: 'resourcequotas', namespaced: true },
  LimitRange: { apiVersion: 'v1', plural: 'limitranges', namespaced: true },
  Pod: { apiVersion: 'v1', plural: 'pods', namespaced: true },
  NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', plural: 'networkpolicies', namespaced: true },
  Service: { apiVersion: 'serving.knative.dev/v1', plural: 'services', namespaced: true },
  Revision: { apiVersion: 'serving.knative.dev/v1', plural: 'revisions', namespaced: true },
}

/**
 * The path of an object at the API server; without a name, of the list of its kind (in all namespaces when none is given).
 * @throws Error when the portal has no business with the kind, or a namespaced object has no namespace
 */
export function pathOf({ apiVersion, kind, namespace, name }: Omit<ObjectRef, 'name'> & { name?: string }): string {
  const resource = RESOURCES[kind]
  if (!resource || resource.apiVersion !== apiVersion) throw new Error(`the portal does not handle ${apiVersion} ${kind}`)
  if (resource.namespaced && name !== undefined && !namespace) throw new Error(`${kind} ${name} has no namespace`)
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const inside = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${group}${inside}/${resource.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

/** The reference to an object. */
export const refOf = ({ apiVersion, kind, metadata }: KubeObject): ObjectRef => ({
  apiVersion,
  kind,
  name: metadata.name,
  ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
})
