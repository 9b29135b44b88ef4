import { isDeepStrictEqual } from 'node:util'
import { conditionOf, type Pod } from '../../platform/kubernetes/kube-objects.js'
import type { Engine, EngineCause, EnginePhase, EngineStatus, EngineStep, StepName } from './engine.js'
import { STEP_NAMES } from './engine.js'
import { stepOf } from './engine.causes.js'
import { APP_CONTAINER, isVague, type Diagnosis } from './engine.diagnosis.js'

/** What is wanted, and what was known before. */
export type Desired = Pick<Engine, 'image' | 'port' | 'command' | 'size' | 'resources' | 'health' | 'generation' | 'digest' | 'status'>

export interface Derived {
  status: EngineStatus
  digest: string | null
  /** Milliseconds after which time alone may change the status; null when only an event can. */
  recheckMs: number | null
}

/** What a driver makes of what it sees. */
export interface Verdict {
  phase: EnginePhase
  /** Empty for what the steps say. */
  message: string
  cause?: EngineCause | null
  /** Milliseconds after which it may be another. */
  inMs?: number
}

/** What a driver has found out, before it is put into words and steps. */
export interface Findings {
  verdict: Verdict
  /** When the cluster began with this generation; null before that. */
  startedAt: Date | null
  /** The newest pod of this generation. */
  pod: Pod | undefined
  /** Pods that answer, of whichever generation. */
  replicas: number
  digest: string | null
}

/**
 * The status of an app, from what its driver has found. Pure: decides nothing by the time but how long something lasts, and asks the app nothing, which
 * would keep it awake.
 */
export function assemble(desired: Desired, { verdict, startedAt, pod, replicas, digest }: Findings, at: Date): Derived {
  const steps = stepsOf(desired.status.steps, startedAt, pod, verdict, at)
  return {
    status: {
      phase: verdict.phase,
      since: verdict.phase === desired.status.phase ? desired.status.since : at,
      message: verdict.message || messageOf(steps, desired.port),
      steps,
      replicas,
      cause: verdict.cause ?? null,
    },
    digest: digest ?? desired.digest,
    recheckMs: verdict.inMs ?? null,
  }
}

/** Whether two statuses say the same, in whatever order a store gave their fields back: taken for a change, it would be stored and told without end. */
export const sameStatus = (a: EngineStatus, b: EngineStatus): boolean => isDeepStrictEqual(a, b)

/** When a generation is given up its pods are removed, and with them what they told: what was found of this generation before still holds. */
export function remember(before: EngineCause | null, diagnosis: Diagnosis): Diagnosis {
  return before && !isVague(before) && diagnosis && 'cause' in diagnosis && isVague(diagnosis.cause) ? { cause: before } : diagnosis
}

/** Of a generation that was never ready: it starts, or it does not, which is only half as bad while an earlier one still answers. */
export function notYet(diagnosis: Diagnosis, servedByEarlier: boolean): Verdict {
  if (!diagnosis || 'inMs' in diagnosis) return { phase: 'Deploying', message: '', ...(diagnosis ?? {}) }
  const { cause } = diagnosis
  if (servedByEarlier)
    return { phase: 'Degraded', message: `The new version does not start; the previous one still answers. ${cause.title}.`, cause }
  return { phase: 'Failed', message: `${cause.title}.`, cause }
}

/** Whether requests may be sent to the pod. */
export const isReady = (pod: Pod): boolean => conditionOf(pod, 'Ready')?.status === 'True'

/** Whether the pod is not on its way out. */
export const isAlive = ({ metadata }: Pod): boolean => metadata.deletionTimestamp === undefined

interface Span {
  startedAt: Date | null
  finishedAt: Date | null
}

/** The steps of this generation: out of its newest pod, or as they were when it has none (it sleeps, or it does not get so far). */
function stepsOf(before: EngineStep[], began: Date | null, pod: Pod | undefined, { phase, cause }: Verdict, at: Date): EngineStep[] {
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
    // Nothing says when a pod that cannot be started had its image: before that.
    if (stuck !== null && STEP_NAMES.indexOf(stuck) > index && startedAt) return { name, state: 'done', startedAt, finishedAt }
    if (stuck !== null && STEP_NAMES.indexOf(stuck) < index) return { name, state: 'waiting', startedAt: null, finishedAt: null }
    if (finishedAt) return { name, state: 'done', startedAt, finishedAt }
    if (name === 'scheduling' && !pod && began) return { name, state: 'active', startedAt: began, finishedAt: null }
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

/** A time as Kubernetes writes it. */
export const dateOf = (text: string | undefined): Date | null => (text === undefined ? null : new Date(text))

/** For a title within a sentence. */
export const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)

/** The newest: by time, which has whole seconds only, then by name, which Knative counts up. */
export const newest = <T extends { metadata: { creationTimestamp?: string; name: string } }>(all: T[]): T | undefined =>
  [...all].sort((a, b) => orderOf(b).localeCompare(orderOf(a)))[0]

const orderOf = ({ metadata }: { metadata: { creationTimestamp?: string; name: string } }): string =>
  `${metadata.creationTimestamp ?? ''} ${metadata.name}`
