import { DRIVER_SPECS } from '../../../platform/kubernetes/drivers.js'
import {
  conditionOf,
  KIND,
  LABEL,
  type Condition,
  type KnativeRevision,
  type KnativeService,
  type Pod,
} from '../../../platform/kubernetes/kube-objects.js'
import { APP_CONTAINER, diagnose, diagnoseService, routeNotReady, type Diagnosis } from '../engine.diagnosis.js'
import { assemble, dateOf, isAlive, isReady, lowerFirst, newest, notYet, remember, type Desired, type Verdict } from '../engine.status.js'
import { only, type EngineDriver, type Observed } from './engine-driver.js'

const REVISION_LABEL = 'serving.knative.dev/revision'
// So long the ingress of Knative may take to serve a route.
const ROUTE_MS = 60_000

/** Knative Serving: one Service, of which Knative makes a revision a generation. It scales to zero, and says most of what there is to say itself. */
export const knativeDriver: EngineDriver = {
  name: 'knative',
  spec: DRIVER_SPECS.knative,
  isPrivate: false,

  derive(desired, observed, at) {
    const [service] = only(observed, KIND.knativeService)
    const revisions = only(observed, KIND.knativeRevision)
    const revision = newest(revisions.filter(({ metadata }) => metadata.labels?.[LABEL.generation] === String(desired.generation)))
    const alive = observed.pods.filter(isAlive)
    const own = alive.filter((pod) => revision !== undefined && revisionOf(pod) === revision.metadata.name)
    return assemble(
      desired,
      {
        verdict: decide(desired, service, revision, revisions, { ...observed, pods: own }, at),
        startedAt: dateOf(revision?.metadata.creationTimestamp),
        pod: newest(own),
        // Copies of former revisions stay for a while after the last request has left them.
        replicas: alive.filter((pod) => isReady(pod) && revisionOf(pod) === service?.status?.latestReadyRevisionName).length,
        digest: digestOf(revision),
      },
      at,
    )
  },

  isServing: (observed) => only(observed, KIND.knativeService)[0]?.status?.latestReadyRevisionName !== undefined,

  isClear: (observed) => observed.objects.length === 0 && !observed.pods.some(isAlive),
}

const revisionOf = ({ metadata }: Pod): string | undefined => metadata.labels?.[REVISION_LABEL]

function decide(
  desired: Desired,
  service: KnativeService | undefined,
  revision: KnativeRevision | undefined,
  revisions: KnativeRevision[],
  observed: Observed,
  at: Date,
): Verdict {
  const others = revisions.filter((each) => each !== revision)
  if (!revision) {
    const seen = service?.status?.observedGeneration === service?.metadata.generation
    const cause = service && seen ? diagnoseService(desired, service) : null
    return cause ? notYet({ cause }, isStillServing(service, others)) : { phase: 'Deploying', message: 'The cluster is preparing the app.' }
  }
  const diagnosis = remember(desired.status.cause, diagnose(desired, { ...observed, troubles: troublesOf(revision) }, at))
  if (conditionOf(revision, 'Ready')?.status !== 'True') {
    // Of a container that was started again after a crash Knative may go on saying how it has ended.
    const serves = service?.status?.latestReadyRevisionName === revision.metadata.name && observed.pods.some(isReady)
    if (serves) return { phase: 'Running', message: 'The app runs.' }
    return notYet(diagnosis, isStillServing(service, others))
  }
  return decideReady(desired, service, revision, observed.pods, diagnosis, at)
}

/** What Knative says is wrong with a revision. */
const troublesOf = (revision: KnativeRevision): Condition[] =>
  ['ContainerHealthy', 'ResourcesAvailable'].flatMap((type) => {
    const condition = conditionOf(revision, type)
    return condition?.status === 'False' ? [condition] : []
  })

/** Whether Knative still sends requests to an earlier generation. */
const isStillServing = (service: KnativeService | undefined, others: KnativeRevision[]): boolean =>
  others.some(({ metadata }) => metadata.name === service?.status?.latestReadyRevisionName)

/** Of a revision that was ready: it answers, sleeps, wakes, or has got into trouble since. */
function decideReady(
  desired: Desired,
  service: KnativeService | undefined,
  revision: KnativeRevision,
  pods: Observed['pods'],
  diagnosis: Diagnosis,
  at: Date,
): Verdict {
  if (!isRouted(service, revision)) return decideUnrouted(desired, service, revision, at)
  const active = conditionOf(revision, 'Active')?.status
  if (active === 'False') return { phase: 'Idle', message: 'The app sleeps. The next request wakes it.' }
  const cause = !pods.some(isReady) && diagnosis && 'cause' in diagnosis ? diagnosis.cause : null
  if (active === 'Unknown') {
    if (cause) return { phase: 'Failed', message: `The app cannot be woken: ${lowerFirst(cause.title)}.`, cause }
    return { phase: 'Waking', message: 'The app is being woken.', ...(diagnosis && 'inMs' in diagnosis ? diagnosis : {}) }
  }
  if (cause) return { phase: 'Degraded', message: `The app was running and does not answer now: ${lowerFirst(cause.title)}.`, cause }
  return { phase: 'Running', message: 'The app runs.' }
}

/** Of a revision that is ready before requests reach it: the ingress takes its time, or does not take the route at all. */
function decideUnrouted(desired: Desired, service: KnativeService | undefined, revision: KnativeRevision, at: Date): Verdict {
  const route = conditionOf(service, 'RoutesReady')
  const settingUp: Verdict = { phase: 'Deploying', message: 'The app runs; its address is being set up.' }
  if (!route || route.status === 'True') return settingUp
  // What the route says may be as old as the service; it can only have been at fault since there was something to lead to.
  const since = [route, conditionOf(revision, 'Ready')].map((condition) => Date.parse(condition?.lastTransitionTime ?? ''))
  const inMs = ROUTE_MS - (at.getTime() - Math.max(...since.filter(Number.isFinite), 0))
  if (inMs > 0) return { ...settingUp, inMs }
  const evidence = [route.reason, route.message].filter(Boolean).join(': ')
  return { phase: 'Degraded', message: 'The app runs, but its address is not served.', cause: routeNotReady(desired, evidence) }
}

/** Whether requests reach this revision. */
function isRouted(service: KnativeService | undefined, revision: KnativeRevision): boolean {
  const { status, metadata } = service ?? {}
  return (
    status?.latestReadyRevisionName === revision.metadata.name &&
    status.observedGeneration === metadata?.generation &&
    conditionOf(service, 'RoutesReady')?.status === 'True'
  )
}

function digestOf(revision: KnativeRevision | undefined): string | null {
  const statuses = revision?.status?.containerStatuses ?? []
  const image = (statuses.find(({ name }) => name === APP_CONTAINER) ?? statuses[0])?.imageDigest
  return image?.split('@')[1] ?? null
}
