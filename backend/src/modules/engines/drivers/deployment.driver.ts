import { specOf, type DriverName } from '../../../platform/kubernetes/drivers.js'
import {
  conditionOf,
  KIND,
  LABEL,
  type Condition,
  type Deployment,
  type KubeObject,
  type Pod,
  type ReplicaSet,
} from '../../../platform/kubernetes/kube-objects.js'
import { APP_CONTAINER, diagnose, routeNotReady } from '../engine.diagnosis.js'
import { assemble, dateOf, isAlive, isReady, lowerFirst, newest, notYet, remember, type Desired, type Verdict } from '../engine.status.js'
import { only, type EngineDriver, type Observed } from './engine-driver.js'
import { httpRouteState, ingressState, mappingState, type RouteState } from './routes.js'

/** What a route says of itself; `undefined` while it is not there. */
type ReadRoute = (observed: Observed, at: Date) => RouteState

/** A driver that runs an app as a Deployment behind a Service. `readRoute` knows the object that leads requests to it. */
function deploymentDriver(name: DriverName, readRoute: ReadRoute, isPrivate = false): EngineDriver {
  return {
    name,
    spec: specOf(name, isPrivate),
    isPrivate,

    derive(desired, observed, at) {
      const replicaSets = only(observed, KIND.replicaSet)
      const generation = String(desired.generation)
      const current = newest(replicaSets.filter(({ metadata }) => metadata.labels?.[LABEL.generation] === generation))
      const alive = observed.pods.filter(isOurs)
      const own = alive.filter(({ metadata }) => metadata.labels?.[LABEL.generation] === generation)
      const [deployment] = only(observed, KIND.deployment)
      return assemble(
        desired,
        {
          verdict: decide(
            desired,
            { deployment, replicaSets, current, observed: { ...observed, pods: own } },
            () => readRoute(observed, at),
            at,
          ),
          startedAt: dateOf(current?.metadata.creationTimestamp),
          pod: newest(own),
          replicas: alive.filter(isReady).length,
          digest: digestOf(own),
        },
        at,
      )
    },

    isServing: (observed) => observed.pods.some((pod) => isOurs(pod) && isReady(pod)),

    isClear: (observed) => observed.objects.length === 0 && !observed.pods.some(isOurs),
  }
}

/** Pods of a Deployment, that are not ending; one that Knative has made may still be there after a change of the driver. */
const isOurs = (pod: Pod): boolean => isAlive(pod) && pod.metadata.labels?.[LABEL.runtime] !== undefined

interface Seen {
  deployment: Deployment | undefined
  replicaSets: ReplicaSet[]
  /** The one of the wanted generation. */
  current: ReplicaSet | undefined
  /** With the pods of the wanted generation alone. */
  observed: Observed
}

function decide(desired: Desired, { deployment, replicaSets, current, observed }: Seen, route: () => RouteState, at: Date): Verdict {
  const isFresh = deployment !== undefined && (deployment.status?.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  const progress = isFresh ? conditionOf(deployment, 'Progressing') : undefined
  const troubles = [failureOf(current), isFresh && current === undefined ? failureOf(deployment) : undefined, stalled(progress)]
  const diagnosis = remember(
    desired.status.cause,
    diagnose(desired, { ...observed, troubles: troubles.filter((each) => each !== undefined) }, at),
  )
  // The controller says this of a generation once all of it has been ready, and goes on saying it.
  const wasReady = current !== undefined && progress?.reason === 'NewReplicaSetAvailable'
  if (!wasReady) {
    if (!current && !diagnosis) return { phase: 'Deploying', message: 'The cluster is preparing the app.' }
    return notYet(
      diagnosis,
      replicaSets.some((each) => each !== current && (each.status?.readyReplicas ?? 0) > 0),
    )
  }
  if (observed.pods.some(isReady)) return decideRouted(desired, route())
  if (diagnosis && 'cause' in diagnosis)
    return {
      phase: 'Degraded',
      message: `The app was running and does not answer now: ${lowerFirst(diagnosis.cause.title)}.`,
      cause: diagnosis.cause,
    }
  return { phase: 'Degraded', message: 'The app was running and does not answer now; it is being started again.', ...(diagnosis ?? {}) }
}

function decideRouted(desired: Desired, route: RouteState): Verdict {
  if (route.is === 'serving') return { phase: 'Running', message: 'The app runs.' }
  if (route.is === 'unsaid') return { phase: 'Running', message: 'The app runs. Whether its address is served, the cluster does not say.' }
  if (route.is === 'waiting') return { phase: 'Deploying', message: 'The app runs; its address is being set up.', inMs: route.inMs }
  const cause = routeNotReady(desired, route.evidence)
  return { phase: 'Degraded', message: 'The app runs, but its address is not served.', cause }
}

/** Why no pod could be made: a quota, or a rule of the cluster. */
function failureOf(object: (KubeObject & { status?: { conditions?: Condition[] } }) | undefined): Condition | undefined {
  const condition = conditionOf(object, 'ReplicaFailure')
  return condition?.status === 'True' ? condition : undefined
}

const stalled = (progress: Condition | undefined): Condition | undefined => (progress?.status === 'False' ? progress : undefined)

function digestOf(pods: readonly Pod[]): string | null {
  const app = newest([...pods])?.status?.containerStatuses?.find(({ name }) => name === APP_CONTAINER)
  return /@(sha256:[0-9a-f]{64})$/.exec(app?.imageID ?? '')?.[1] ?? null
}

/** Deployment and Service alone: nothing from outside leads there but the gateway, which asks for no route. */
export const privateDeploymentDriver = (name: DriverName): EngineDriver => deploymentDriver(name, () => ({ is: 'serving' }), true)

/** Deployment, Service and an HTTPRoute that attaches to the configured Gateway. */
export const gatewayDriver = deploymentDriver('gateway', (observed, at) => httpRouteState(only(observed, KIND.httpRoute)[0], at))

/** Deployment, Service and a neutral Ingress. */
export const ingressDriver = deploymentDriver('ingress', (observed) => ingressState(only(observed, KIND.ingress)[0]))

/** Deployment, Service and a Mapping of Emissary. */
export const emissaryDriver = deploymentDriver('emissary', (observed) => mappingState(only(observed, KIND.mapping)[0]))
