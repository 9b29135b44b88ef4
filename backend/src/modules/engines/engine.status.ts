import { isDeepStrictEqual } from 'node:util'
import { conditionOf, LABEL, type KnativeRevision, type KnativeService, type Pod } from '../../platform/kubernetes/kube-objects.js'
import type { Engine, EngineCause, EnginePhase, EngineStatus, EngineStep, StepName } from './engine.js'
import { STEP_NAMES } from './engine.js'
import { APP_CONTAINER, diagnose, diagnoseService, isVague, stepOf, type Diagnosis } from './engine.diagnosis.js'

const REVISION_LABEL = 'serving.knative.dev/revision'

/** What is wanted, and what was known before. */
export type Desired = Pick<Engine, 'image' | 'port' | 'generation' | 'digest' | 'status'>

/** What is in the cluster of one app. */
export interface Observed {
  service: KnativeService | undefined
  revisions: KnativeRevision[]
  pods: Pod[]
}

export interface Derived {
  status: EngineStatus
  digest: string | null
  /** Milliseconds after which time alone may change the status; null when only an event can. */
  recheckMs: number | null
}

interface Verdict {
  phase: EnginePhase
  message: string
  cause?: EngineCause | null
  inMs?: number
}

/**
 * The status of an app that the cluster has taken, from what is watched there. Pure: decides nothing by the time but how long something lasts, and asks
 * the app nothing, which would keep it awake.
 */
export function deriveStatus(desired: Desired, { service, revisions, pods }: Observed, at: Date): Derived {
  const revision = newest(revisions.filter(({ metadata }) => metadata.labels?.[LABEL.generation] === String(desired.generation)))
  const alive = pods.filter(({ metadata }) => !metadata.deletionTimestamp)
  const own = alive.filter(({ metadata }) => revision !== undefined && metadata.labels?.[REVISION_LABEL] === revision.metadata.name)
  const verdict = decide(desired, service, revision, revisions, own, at)
  const steps = stepsOf(desired.status.steps, revision, newest(own), verdict, at)
  return {
    status: {
      phase: verdict.phase,
      since: verdict.phase === desired.status.phase ? desired.status.since : at,
      message: verdict.message || messageOf(steps, desired.port),
      steps,
      replicas: alive.filter(isReady).length,
      cause: verdict.cause ?? null,
    },
    digest: digestOf(revision) ?? desired.digest,
    recheckMs: verdict.inMs ?? null,
  }
}

/** Whether two statuses say the same, in whatever order a store gave their fields back: taken for a change, it would be stored and told without end. */
export const sameStatus = (a: EngineStatus, b: EngineStatus): boolean => isDeepStrictEqual(a, b)

function decide(
  desired: Desired,
  service: KnativeService | undefined,
  revision: KnativeRevision | undefined,
  revisions: KnativeRevision[],
  pods: Pod[],
  at: Date,
): Verdict {
  const others = revisions.filter((each) => each !== revision)
  if (!revision) {
    const seen = service?.status?.observedGeneration === service?.metadata.generation
    const cause = service && seen ? diagnoseService(desired, service) : null
    return cause ? failed(cause, service, others) : { phase: 'Deploying', message: 'The cluster is preparing the app.' }
  }
  const diagnosis = remember(desired.status.cause, diagnose(desired, revision, pods, at))
  if (conditionOf(revision, 'Ready')?.status === 'True') return decideReady(service, revision, pods, diagnosis)
  if (diagnosis && 'cause' in diagnosis) return failed(diagnosis.cause, service, others)
  return { phase: 'Deploying', message: '', ...wait(diagnosis) }
}

/** When Knative gives a revision up it removes its pods, and with them what they told: what was found of this generation before still holds. */
function remember(before: EngineCause | null, diagnosis: Diagnosis): Diagnosis {
  return before && !isVague(before) && diagnosis && 'cause' in diagnosis && isVague(diagnosis.cause) ? { cause: before } : diagnosis
}

/** Of a revision that was ready: it answers, sleeps, wakes, or has got into trouble since. */
function decideReady(service: KnativeService | undefined, revision: KnativeRevision, pods: Pod[], diagnosis: Diagnosis): Verdict {
  if (!isRouted(service, revision)) return { phase: 'Deploying', message: 'The app runs; its address is being set up.' }
  const active = conditionOf(revision, 'Active')?.status
  if (active === 'False') return { phase: 'Idle', message: 'The app sleeps. The next request wakes it.' }
  const cause = !pods.some(isReady) && diagnosis && 'cause' in diagnosis ? diagnosis.cause : null
  if (active === 'Unknown') {
    if (cause) return { phase: 'Failed', message: `The app cannot be woken: ${lowerFirst(cause.title)}.`, cause }
    return { phase: 'Waking', message: 'The app is being woken.', ...wait(diagnosis) }
  }
  if (cause) return { phase: 'Degraded', message: `The app was running and does not answer now: ${lowerFirst(cause.title)}.`, cause }
  return { phase: 'Running', message: 'The app runs.' }
}

/** A generation that does not start: only degraded while Knative still sends requests to an earlier one. */
function failed(cause: EngineCause, service: KnativeService | undefined, others: KnativeRevision[]): Verdict {
  const serving = others.find(({ metadata }) => metadata.name === service?.status?.latestReadyRevisionName)
  if (serving)
    return { phase: 'Degraded', message: `The new version does not start; the previous one still answers. ${cause.title}.`, cause }
  return { phase: 'Failed', message: `${cause.title}.`, cause }
}

const wait = (diagnosis: Diagnosis): { inMs?: number } => (diagnosis && 'inMs' in diagnosis ? { inMs: diagnosis.inMs } : {})

/** Whether requests reach this revision. */
function isRouted(service: KnativeService | undefined, revision: KnativeRevision): boolean {
  const { status, metadata } = service ?? {}
  return (
    status?.latestReadyRevisionName === revision.metadata.name &&
    status.observedGeneration === metadata?.generation &&
    conditionOf(service, 'RoutesReady')?.status === 'True'
  )
}

const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True'

function digestOf(revision: KnativeRevision | undefined): string | null {
  const statuses = revision?.status?.containerStatuses ?? []
  const image = (statuses.find(({ name }) => name === APP_CONTAINER) ?? statuses[0])?.imageDigest
  return image?.split('@')[1] ?? null
}

interface Span {
  startedAt: Date | null
  finishedAt: Date | null
}

/** The steps of this generation: out of its newest pod, or as they were when it has none (it sleeps, or it does not get so far). */
function stepsOf(
  before: EngineStep[],
  revision: KnativeRevision | undefined,
  pod: Pod | undefined,
  { phase, cause }: Verdict,
  at: Date,
): EngineStep[] {
  const spans = pod ? spansOf(pod) : undefined
  const answers = phase === 'Running' || phase === 'Idle'
  const stuck = cause ? stepOf(cause.code) : null
  return STEP_NAMES.map((name, index) => {
    const known = before.find((step) => step.name === name)
    const { startedAt, finishedAt } = spans?.[name] ?? known ?? { startedAt: null, finishedAt: null }
    if (answers) return { name, state: 'done', startedAt, finishedAt }
    // Without a pod nothing has happened but what was seen before, whichever step it is that cannot be taken.
    if (stuck !== null && stuck !== name && !pod)
      return known?.state === 'done' ? known : { name, state: 'waiting', startedAt: null, finishedAt: null }
    if (stuck === name) return { name, state: 'failed', startedAt, finishedAt: known?.state === 'failed' ? known.finishedAt : at }
    if (stuck !== null && STEP_NAMES.indexOf(stuck) < index) return { name, state: 'waiting', startedAt: null, finishedAt: null }
    if (finishedAt) return { name, state: 'done', startedAt, finishedAt }
    if (name === 'scheduling' && !pod && revision)
      return { name, state: 'active', startedAt: dateOf(revision.metadata.creationTimestamp), finishedAt: null }
    return { name, state: startedAt && pod ? 'active' : 'waiting', startedAt: pod ? startedAt : null, finishedAt: null }
  })
}

function spansOf(pod: Pod): Record<StepName, Span> {
  const app = pod.status?.containerStatuses?.find(({ name }) => name === APP_CONTAINER)
  const scheduled = trueSince(pod, 'PodScheduled')
  const started = dateOf(app?.state?.running?.startedAt ?? app?.state?.terminated?.startedAt ?? app?.lastState?.terminated?.startedAt)
  const ready = trueSince(pod, 'Ready')
  return {
    scheduling: { startedAt: dateOf(pod.metadata.creationTimestamp), finishedAt: scheduled },
    pulling: { startedAt: scheduled, finishedAt: started },
    starting: { startedAt: started, finishedAt: ready },
    ready: { startedAt: ready, finishedAt: ready },
  }
}

function trueSince(pod: Pod, type: string): Date | null {
  const condition = conditionOf(pod, type)
  return condition?.status === 'True' ? dateOf(condition.lastTransitionTime) : null
}

function messageOf(steps: EngineStep[], port: number): string {
  const active = steps.find(({ state }) => state === 'active')?.name
  if (active === 'pulling') return 'The image is being fetched.'
  if (active === 'starting') return `The app is starting; nothing answers on port ${port} yet.`
  if (active === 'scheduling') return 'The cluster is finding a place for the app.'
  return 'The cluster is preparing the app.'
}

const dateOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text))

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** By time, which has whole seconds only, then by name, which Knative counts up. */
const newest = <T extends { metadata: { creationTimestamp?: string; name: string } }>(all: T[]): T | undefined =>
  [...all].sort((a, b) => orderOf(b).localeCompare(orderOf(a)))[0]

const orderOf = ({ metadata }: { metadata: { creationTimestamp?: string; name: string } }): string =>
  `${metadata.creationTimestamp ?? ''} ${metadata.name}`
