import type { ClusterEvent } from '../../platform/kubernetes/cluster-event.js'
import type { KubeError } from '../../platform/kubernetes/kube-error.js'
import {
  conditionOf,
  type Condition,
  type ContainerStatus,
  type KnativeService,
  type Pod,
  type ResourceQuota,
} from '../../platform/kubernetes/kube-objects.js'
import { ManifestRefused } from '../../platform/manifests/parse.js'
import { shortagesOf } from './engine.arithmetic.js'
import { makeCause, type Named } from './engine.causes.js'
import type { EngineSpec } from './engine-spec.js'
import { clueOf } from './engine.output.js'
import type { CauseCode, CauseField, EngineCause } from './engine.js'

/** What the app is meant to be, as far as a diagnosis needs it. */
export type Wanted = Named & Pick<EngineSpec, 'command'>

/** What is seen of a generation of an app. */
export interface Signs {
  pods: readonly Pod[]
  /** Conditions that say that something is wrong, the most telling one first. */
  troubles: readonly Condition[]
  /** What Kubernetes said lately of the pods. */
  events?: readonly ClusterEvent[]
  /** That of the app's project, as last counted. */
  quota?: ResourceQuota | undefined
}

/** A cause, or the milliseconds after which there will be one if nothing changes; null when nothing points to any. */
export type Diagnosis = { cause: EngineCause } | { inMs: number } | null

/** The container of the app, with every driver; with Knative's there is its queue-proxy beside it. */
export const APP_CONTAINER = 'user-container'

// A new node, or a pod that is just leaving, may make room.
const UNSCHEDULABLE_MS = 15_000
// The network of a pod often fails once and then does not.
const PREPARED_MS = 30_000
// An evicted pod stays for good. For so long it tells why its successor is not there yet.
const EVICTED_MS = 10 * 60_000

/**
 * Why a generation of an app does not run, from its pods, from what controllers say is wrong with it, from events and from the quota. Pure. Pods say it
 * first and in most detail: conditions follow, some only when a progress deadline of minutes has passed.
 */
export function diagnose(wanted: Wanted, signs: Signs, at: Date): Diagnosis {
  const newest = signs.pods.filter(({ metadata }) => !metadata.deletionTimestamp).sort(newestFirst)
  const found = newest
    .filter((pod, index) => index === 0 || !isOver(pod) || age(endOf(pod), at) < EVICTED_MS)
    .map((pod) => diagnosePod(wanted, pod, eventsOf(pod, signs.events ?? []), at))
    .filter((each) => each !== null)
  return found.find((each) => 'cause' in each) ?? diagnoseConditions(wanted, signs, at) ?? found[0] ?? null
}

/** Why a service got no revision. */
export function diagnoseService(wanted: Wanted, service: KnativeService): EngineCause | null {
  const condition = conditionOf(service, 'ConfigurationsReady')
  return condition?.status === 'False' && condition.message ? causeOfText(wanted, condition.reason ?? '', condition.message) : null
}

/** Why the app's objects were not taken, by the cluster or before it was asked; null when it could not be asked, which is no fault of the app. */
export function diagnoseRefusal(wanted: Wanted, error: KubeError | ManifestRefused): EngineCause | null {
  if (error instanceof ManifestRefused)
    return {
      ...makeCause('manifest-refused', wanted, error.message),
      title: 'The portal refused what its templates make of the app',
      fix: 'Ask an admin to look into the templates of the portal, with the text below.',
    }
  // Something of the same name is still on its way out: that ends by itself.
  if (/being terminated/.test(error.message)) return null
  const evidence = [error.message, ...error.causes.map(({ field, message }) => `${field}: ${message}`)].join('\n')
  if (/exceeded quota/.test(error.message)) return causeOfQuota(wanted, evidence)
  if (error.kind === 'forbidden') return makeCause('not-allowed-in-cluster', wanted, evidence)
  if (error.kind !== 'invalid') return null
  const known = causeOfText(wanted, '', evidence)
  const byKnative = /webhook "[^"]*\.knative\.dev"/.test(error.message) && known.code === 'policy-refused'
  return known.code === 'unknown' || byKnative ? { ...makeCause('manifest-refused', wanted, evidence), field: fieldIn(evidence) } : known
}

// Where in the objects of an app its fields end up.
const PLACES: [RegExp, CauseField][] = [
  [/containers\[\d\]\.ports\b/, 'port'],
  [/containers\[\d\]\.image\b/, 'image'],
  [/containers\[\d\]\.env\b/, 'env'],
  [/containers\[\d\]\.command\b/, 'command'],
  [/containers\[\d\]\.args\b/, 'args'],
  [/containers\[\d\]\.resources\b/, 'size'],
  [/containers\[\d\]\.readinessProbe\b/, 'health'],
]

/** The part of the form that a refusal is about, by the path that it names. */
const fieldIn = (evidence: string): CauseField | null => PLACES.find(([place]) => place.test(evidence))?.[1] ?? null

/** Why an app that runs is not reached. */
export const routeNotReady = (wanted: Wanted, evidence: string): EngineCause => makeCause('route-not-ready', wanted, evidence)

/** Whether a cause says no more than that something does not work: one that was found before says more. */
export const isVague = ({ code }: EngineCause): boolean => code === 'start-timeout' || code === 'unknown'

function diagnosePod(wanted: Wanted, pod: Pod, events: readonly ClusterEvent[], at: Date): Diagnosis {
  const evicted = evictionOf(pod, events)
  if (evicted !== null) return { cause: causeOfEviction(wanted, evicted) }
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status === 'False') return unschedulable(wanted, scheduled, at)
  if (conditionOf(pod, 'Ready')?.status === 'True') return null
  const containers = pod.status?.containerStatuses ?? []
  const app = containers.find(({ name }) => name === APP_CONTAINER)
  if (!app) return null
  return (
    diagnoseContainer(wanted, app) ??
    diagnoseOthers(wanted, app, containers) ??
    diagnoseSilence(wanted, app, { events, proxied: containers.length > 1 }, at) ??
    diagnosePreparation(wanted, app, scheduled, events, at)
  )
}

/** What Kubernetes says of a pod that it ended for its node's sake; null of another. An app that ends in order when asked leaves only the event. */
function evictionOf({ status = {} }: Pod, events: readonly ClusterEvent[]): string | null {
  const { phase, reason = '', message = '' } = status
  if (phase === 'Failed' && reason !== '' && reason !== 'DeadlineExceeded') return message || reason
  return latest(events, /^(?:Evicted|TaintManagerEviction)$/)?.message ?? null
}

function causeOfEviction(wanted: Wanted, message: string): EngineCause {
  const own = /usage exceeds the total limit|exceeded its local ephemeral storage limit|usage of EmptyDir volume/i.test(message)
  return makeCause(own ? 'disk-full' : 'evicted', wanted, message)
}

function unschedulable(wanted: Wanted, { message = '', lastTransitionTime }: Condition, at: Date): Diagnosis {
  const inMs = UNSCHEDULABLE_MS - age(lastTransitionTime, at)
  return inMs > 0 ? { inMs } : { cause: makeCause(lackOf(message), wanted, message) }
}

/** What the scheduler misses; of several, that which is hardest to get. */
function lackOf(message: string): CauseCode {
  if (/Insufficient [\w.-]+\/[\w.-]+/.test(message)) return 'unschedulable-gpu'
  if (/Insufficient memory/.test(message)) return 'unschedulable-memory'
  if (/Insufficient cpu/.test(message)) return 'unschedulable-cpu'
  return /Insufficient ephemeral-storage/.test(message) ? 'unschedulable-disk' : 'unschedulable'
}

function diagnoseContainer(wanted: Wanted, { state = {}, lastState = {} }: ContainerStatus): Diagnosis {
  const { reason = '', message = '' } = state.waiting ?? {}
  if (/^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|RegistryUnavailable)$/.test(reason)) {
    // While it backs off, Kubernetes says so before what it said before: the same evidence, so that the status does not change to and fro.
    return { cause: causeOfImage(wanted, message.replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull: )?/, '') || reason) }
  }
  if (reason === 'InvalidImageName') return { cause: makeCause('image-invalid', wanted, message) }
  if (/^(CreateContainerConfigError|CreateContainerError|RunContainerError|StartError)$/.test(reason))
    return { cause: causeOfStart(wanted, message) }
  // Started again after a crash and not ready yet: how it ended is what is known, and saying so keeps the status from changing with each restart.
  const ended = state.terminated ?? lastState.terminated
  if (!ended) return null
  const { exitCode = 0, signal } = ended
  const output = ended.message?.trim() ?? ''
  if (ended.reason === 'OOMKilled')
    return { cause: makeCause('out-of-memory', wanted, output || 'Kubernetes says OOMKilled: the kernel ended it at its memory limit.') }
  if (/^(StartError|ContainerCannotRun)$/.test(ended.reason ?? '')) return { cause: causeOfStart(wanted, output) }
  // Its node forgot it, with its pod or without.
  if (ended.reason === 'ContainerStatusUnknown') return { cause: makeCause('evicted', wanted, output) }
  if (exitCode === 0) return { cause: makeCause('app-exited', wanted, output || 'It ended with exit code 0.') }
  return { cause: causeOfExit(wanted, exitCode, signal, output) }
}

function diagnoseOthers(wanted: Wanted, app: ContainerStatus, containers: ContainerStatus[]): Diagnosis {
  for (const { name, state, lastState } of containers) {
    if (name === APP_CONTAINER) continue
    const { reason = '', message = '' } = state?.waiting ?? {}
    const ended = state?.terminated ?? lastState?.terminated
    // Knative's proxy needs little but its ports. An app that has taken one of them runs.
    if (app.state?.running && ended && ended.exitCode !== 0 && !ended.message)
      return { cause: makeCause('port-taken', wanted, `${name} ends with exit code ${ended.exitCode} while the app runs.`) }
    if (/^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|CreateContainer\w*Error|CrashLoopBackOff)$/.test(reason))
      return { cause: makeCause('unknown', wanted, `${name}: ${reason} ${message}`.trim()) }
  }
  return null
}

interface Probing {
  events: readonly ClusterEvent[]
  /** Whether the kubelet asks a proxy in the pod, which says of the app no more than that it is not well. */
  proxied: boolean
}

/** Of a container that runs and is not ready: nothing answers, or not as it should. */
function diagnoseSilence(wanted: Wanted, { state }: ContainerStatus, { events, proxied }: Probing, at: Date): Diagnosis {
  if (!state?.running) return null
  const { port, health } = wanted
  const patience = health.startupSeconds * 1_000
  const ran = age(state.running.startedAt, at)
  if (ran < patience) return { inMs: patience - ran }
  const probe = latest(events, /^Unhealthy$/)?.message.replace(/^Readiness probe (?:failed|errored): /, '')
  const since = `The app has run since ${state.running.startedAt ?? 'some time'}`
  const said = probe === undefined || proxied ? '' : `\n${probe}`
  if (health.kind === 'tcp' || (!proxied && /connection refused/.test(said)))
    return { cause: makeCause('port-not-answering', wanted, `${since} and nothing answers on port ${port}.${said}`) }
  // Of what is wrong with the answer only an event tells; they are read a moment after the pods.
  if (probe === undefined) return { cause: makeCause('start-timeout', wanted, `${since} and is not ready.`) }
  const asked = `${since} and GET ${health.path} on port ${port} is not answered well.`
  return { cause: makeCause('health-failing', wanted, proxied ? asked : `${asked}${said}`) }
}

/** Of a container that is not made: only events say why. */
function diagnosePreparation(
  wanted: Wanted,
  { state }: ContainerStatus,
  scheduled: Condition | undefined,
  events: readonly ClusterEvent[],
  at: Date,
): Diagnosis {
  const failure = latest(events, /^(?:FailedCreatePodSandBox|FailedMount|FailedAttachVolume|NetworkNotReady)$/)
  if (!failure || !/^(?:ContainerCreating|PodInitializing)$/.test(state?.waiting?.reason ?? '')) return null
  const inMs = PREPARED_MS - age(scheduled?.lastTransitionTime, at)
  if (inMs > 0) return { inMs }
  const secret = /secrets? "[^"]*" not found/.test(failure.message)
  return { cause: makeCause(secret ? 'secret-missing' : 'not-prepared', wanted, failure.message) }
}

function diagnoseConditions(wanted: Wanted, { troubles: [condition], quota }: Signs, at: Date): Diagnosis {
  if (!condition) return null
  if (condition.reason === 'Unschedulable') return unschedulable(wanted, condition, at)
  return { cause: causeOfText(wanted, condition.reason ?? '', condition.message ?? '', quota) }
}

/** What a text of Kubernetes or Knative means. Texts are no contract, so each test is loose and there is always the text itself to show. */
function causeOfText(wanted: Wanted, reason: string, text: string, quota?: ResourceQuota): EngineCause {
  const message = text.replace(/^Container failed with: /, '')
  if (/OCI runtime|failed to create (?:containerd|shim) task|exec format error/i.test(message)) return causeOfStart(wanted, message)
  if (/container could not be located/.test(message)) return makeCause('evicted', wanted, message)
  const exit = /^ExitCode(\d+)$/.exec(reason)
  if (exit)
    return exit[1] === '0' ? makeCause('app-exited', wanted, message) : causeOfExit(wanted, Number(exit[1]), undefined, message.trim())
  if (/exceeded quota/i.test(message)) return causeOfQuota(wanted, message, quota)
  if (/(?:maximum|minimum) \S+ usage per|max limit to request ratio/i.test(message)) return makeCause('size-refused', wanted, message)
  if (/violates PodSecurity|admission webhook .* denied|ValidatingAdmissionPolicy|is forbidden/i.test(message))
    return makeCause('policy-refused', wanted, message)
  if (/OOMKilled/.test(reason + message)) return makeCause('out-of-memory', wanted, message)
  if (/unable to fetch image|failed to resolve image|ImagePull|pull(ing)? image/i.test(`${reason} ${message}`))
    return causeOfImage(wanted, message)
  if (/could not parse reference|invalid reference format/i.test(message)) return makeCause('image-invalid', wanted, message)
  if (/^(CreateContainer\w*Error|RunContainerError|StartError)$/.test(reason)) return causeOfStart(wanted, message)
  if (/ProgressDeadlineExceeded|timed out progressing/i.test(`${reason} ${message}`) || /initial scale was never achieved/i.test(message))
    return makeCause('start-timeout', wanted, message)
  return makeCause('unknown', wanted, [reason, message].filter(Boolean).join(': '))
}

function causeOfQuota(wanted: Wanted, message: string, quota?: ResourceQuota): EngineCause {
  const shortages = shortagesOf(message, quota)
  const what = [...new Set(shortages.map((each) => each.what))].join(' and ') || 'room'
  const cause = makeCause('quota-exceeded', wanted, [...shortages.map(({ text }) => text), message].join('\n'), { what })
  return shortages.length > 0 && !shortages.some(({ bySize }) => bySize) ? { ...cause, field: null } : cause
}

function causeOfImage(wanted: Wanted, message: string): EngineCause {
  if (/no match for platform|no child with platform/i.test(message)) return makeCause('wrong-architecture', wanted, message)
  // A registry that hides what is private says "denied" of what does not exist, too: the title names both.
  if (
    /unauthorized|denied|forbidden|authentication required|no basic auth|insufficient_scope|status code 40[13]\b|40[13] (?:Unauthorized|Forbidden)/i.test(
      message,
    )
  )
    return makeCause('image-private', wanted, message)
  if (/not found|manifest.?unknown|name.?unknown|no such (?:manifest|image)|does not exist|status code 404\b/i.test(message))
    return makeCause('image-not-found', wanted, message)
  return makeCause('image-unresolved', wanted, message)
}

/** What the container runtime says of a container that it cannot make or start. */
function causeOfStart(wanted: Wanted, message: string): EngineCause {
  if (/exec format error|no match for platform/i.test(message)) return makeCause('wrong-architecture', wanted, message)
  if (/runAsNonRoot|non-root|runAsUser breaks/i.test(message)) return makeCause('not-non-root', wanted, message)
  if (/\b(?:secret|configmap) "[^"]*" not found|couldn't find key/i.test(message)) return makeCause('secret-missing', wanted, message)
  // The image's own command works as root, so what is missing is a right; one that someone has typed may just be no program.
  if (/permission denied/i.test(message)) return makeCause(wanted.command.length > 0 ? 'bad-command' : 'not-non-root', wanted, message)
  if (/executable file not found|no such file or directory|is a directory|not a directory/i.test(message))
    return makeCause('bad-command', wanted, message)
  return makeCause('start-failed', wanted, message)
}

/** What a container's exit and its last lines mean. */
function causeOfExit(wanted: Wanted, code: number, signal: number | undefined, output: string): EngineCause {
  const clue = clueOf(output)
  switch (clue?.is) {
    case 'architecture':
      return makeCause('wrong-architecture', wanted, output)
    case 'memory':
      return makeCause('out-of-memory', wanted, output)
    case 'disk':
      return makeCause('disk-full', wanted, output)
    case 'path':
      return makeCause('path-not-writable', wanted, output, { path: clue.path })
    case 'command':
      return makeCause('bad-command', wanted, output)
    case 'port-not-allowed':
    case 'port-taken':
      return makeCause(clue.is, wanted, output)
  }
  // What a shell ends with when there is no such program, or it may not be run.
  if (code === 126 || code === 127) return makeCause('bad-command', wanted, output || `It ended with exit code ${code}.`)
  const number = signal ?? (code > 128 ? code - 128 : undefined)
  return makeCause('app-crashed', wanted, output || `It ended with exit code ${code} and said nothing.`, {
    exit: number === undefined ? `code ${code}` : `code ${code} (signal ${number})`,
    hint: clue ? `${clue.text} ` : '',
  })
}

const eventsOf = ({ metadata }: Pod, events: readonly ClusterEvent[]): ClusterEvent[] =>
  events.filter(({ object }) => object === `Pod/${metadata.name}`)

const latest = (events: readonly ClusterEvent[], reason: RegExp): ClusterEvent | undefined =>
  events.filter((event) => reason.test(event.reason)).reduce<ClusterEvent | undefined>((a, b) => (a && a.at >= b.at ? a : b), undefined)

const isOver = ({ status }: Pod): boolean => status?.phase === 'Failed' || status?.phase === 'Succeeded'

/** When a pod that is over came to its end, or at least began. */
function endOf(pod: Pod): string | undefined {
  const ends = pod.status?.containerStatuses?.flatMap(({ state }) => state?.terminated?.finishedAt ?? []) ?? []
  return ends.sort().at(-1) ?? conditionOf(pod, 'Ready')?.lastTransitionTime ?? pod.metadata.creationTimestamp
}

const age = (since: string | undefined, at: Date): number => (since === undefined ? 0 : at.getTime() - Date.parse(since))

const newestFirst = (a: Pod, b: Pod): number => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')
