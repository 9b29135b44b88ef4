import type { KubeError } from '../../platform/kubernetes/kube-error.js'
import { ManifestRefused } from '../../platform/manifests/parse.js'
import { conditionOf, type Condition, type ContainerStatus, type KnativeService, type Pod } from '../../platform/kubernetes/kube-objects.js'
import type { CauseCode, EngineCause, StepName } from './engine.js'

/** What the app is meant to be, as far as a diagnosis needs it. */
export interface Wanted {
  image: string
  port: number
}

/** A cause, or the milliseconds after which there will be one if nothing changes; null when nothing points to any. */
export type Diagnosis = { cause: EngineCause } | { inMs: number } | null

/** The container of the app, with every driver; with Knative's there is its queue-proxy beside it. */
export const APP_CONTAINER = 'user-container'

// So long an app may listen to nothing before it is said to have failed. It is shown as running as soon as it answers, however late.
const SILENT_MS = 60_000
// A new node, or a pod that is just leaving, may make room.
const UNSCHEDULABLE_MS = 15_000
const MAX_EVIDENCE = 2_000

/**
 * Why a generation of an app does not run, from its pods and from what controllers say is wrong with it. Pure. Pods say it first and in most detail:
 * conditions follow, some only when a progress deadline of minutes has passed.
 * @param troubles conditions that say that something is wrong, the most telling one first
 */
export function diagnose(wanted: Wanted, pods: readonly Pod[], troubles: readonly Condition[], at: Date): Diagnosis {
  const newest = pods.filter(({ metadata }) => !metadata.deletionTimestamp).sort(newestFirst)
  const found = newest.map((pod) => diagnosePod(wanted, pod, at)).filter((each) => each !== null)
  return found.find((each) => 'cause' in each) ?? diagnoseConditions(wanted, troubles, at) ?? found[0] ?? null
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
      ...make('manifest-refused', error.message),
      title: 'The portal refused what its templates make of the app',
      fix: 'Ask an admin to look into the templates of the portal, with the text below.',
    }
  // Something of the same name is still on its way out: that ends by itself.
  if (/being terminated/.test(error.message)) return null
  const evidence = [error.message, ...error.causes.map(({ field, message }) => `${field}: ${message}`)].join('\n')
  if (/exceeded quota/.test(error.message)) return make('quota-exceeded', evidence)
  if (error.kind === 'forbidden') return make('not-allowed-in-cluster', evidence)
  if (error.kind !== 'invalid') return null
  const known = causeOfText(wanted, '', evidence)
  const byKnative = /webhook "[^"]*\.knative\.dev"/.test(error.message) && known.code === 'policy-refused'
  return known.code === 'unknown' || byKnative ? make('manifest-refused', evidence) : known
}

/** Why an app that runs is not reached. */
export const routeNotReady = (evidence: string): EngineCause => make('route-not-ready', evidence)

/** Whether a cause says no more than that something does not work: one that was found before says more. */
export const isVague = ({ code }: EngineCause): boolean => code === 'start-timeout' || code === 'unknown'

/** The step at which an app with this cause is stuck. */
export function stepOf(code: CauseCode): StepName {
  if (code.startsWith('image-')) return 'pulling'
  if (['quota-exceeded', 'policy-refused', 'unschedulable', 'manifest-refused', 'not-allowed-in-cluster'].includes(code))
    return 'scheduling'
  return code === 'route-not-ready' ? 'ready' : 'starting'
}

function diagnosePod(wanted: Wanted, pod: Pod, at: Date): Diagnosis {
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status === 'False') return unschedulable(scheduled, at)
  if (conditionOf(pod, 'Ready')?.status === 'True') return null
  const containers = pod.status?.containerStatuses ?? []
  const app = containers.find(({ name }) => name === APP_CONTAINER)
  if (!app) return null
  return diagnoseContainer(wanted, app) ?? diagnoseOthers(containers) ?? diagnoseSilence(wanted, app, at)
}

function unschedulable({ message = '', lastTransitionTime }: Condition, at: Date): Diagnosis {
  const inMs = UNSCHEDULABLE_MS - age(lastTransitionTime, at)
  return inMs > 0 ? { inMs } : { cause: make('unschedulable', message) }
}

function diagnoseContainer(wanted: Wanted, { state = {}, lastState = {} }: ContainerStatus): Diagnosis {
  const { reason = '', message = '' } = state.waiting ?? {}
  if (/^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|RegistryUnavailable)$/.test(reason)) {
    // While it backs off, Kubernetes says so before what it said before: the same evidence, so that the status does not change to and fro.
    return { cause: causeOfImage(wanted, message.replace(/^Back-off pulling image "[^"]*"(?:: ErrImagePull: )?/, '') || reason) }
  }
  if (reason === 'InvalidImageName') return { cause: make('image-invalid', message, { image: wanted.image }) }
  if (/^(CreateContainerConfigError|CreateContainerError|RunContainerError|StartError)$/.test(reason))
    return { cause: causeOfStart(message) }
  // Started again after a crash and not ready yet: how it ended is what is known, and saying so keeps the status from changing with each restart.
  const ended = state.terminated ?? lastState.terminated
  if (!ended) return null
  const { exitCode = 0, signal, finishedAt = '' } = ended
  const output = ended.message?.trim() ?? ''
  if (ended.reason === 'OOMKilled') return { cause: make('out-of-memory', output || `killed at ${finishedAt}`) }
  if (/^(StartError|ContainerCannotRun)$/.test(ended.reason ?? '')) return { cause: causeOfStart(output) }
  if (exitCode === 0) return { cause: make('app-exited', output || `exit code 0 at ${finishedAt}`) }
  return { cause: causeOfExit(exitCode, signal, output) }
}

function diagnoseOthers(containers: ContainerStatus[]): Diagnosis {
  for (const { name, state } of containers) {
    const { reason = '', message = '' } = state?.waiting ?? {}
    if (
      name !== APP_CONTAINER &&
      /^(ErrImagePull|ImagePullBackOff|ErrImageNeverPull|CreateContainer\w*Error|CrashLoopBackOff)$/.test(reason)
    )
      return { cause: make('unknown', `${name}: ${reason} ${message}`.trim()) }
  }
  return null
}

function diagnoseSilence({ port }: Wanted, { state }: ContainerStatus, at: Date): Diagnosis {
  if (!state?.running) return null
  const ran = age(state.running.startedAt, at)
  if (ran < SILENT_MS) return { inMs: SILENT_MS - ran }
  return {
    cause: make(
      'port-not-answering',
      `The app has run since ${state.running.startedAt ?? 'some time'} and nothing answers on port ${port}.`,
      { port },
    ),
  }
}

function diagnoseConditions(wanted: Wanted, [condition]: readonly Condition[], at: Date): Diagnosis {
  if (!condition) return null
  if (condition.reason === 'Unschedulable') return unschedulable(condition, at)
  return { cause: causeOfText(wanted, condition.reason ?? '', condition.message ?? '') }
}

/** What a text of Kubernetes or Knative means. Texts are no contract, so each test is loose and there is always the text itself to show. */
function causeOfText(wanted: Wanted, reason: string, text: string): EngineCause {
  const message = text.replace(/^Container failed with: /, '')
  if (/OCI runtime|failed to create (?:containerd|shim) task|exec format error/i.test(message)) return causeOfStart(message)
  const exit = /^ExitCode(\d+)$/.exec(reason)
  if (exit) return exit[1] === '0' ? make('app-exited', message) : causeOfExit(Number(exit[1]), undefined, message)
  if (/exceeded quota/i.test(message)) return make('quota-exceeded', message)
  if (/violates PodSecurity|admission webhook .* denied|is forbidden/i.test(message)) return make('policy-refused', message)
  if (/OOMKilled/.test(reason + message)) return make('out-of-memory', message)
  if (/unable to fetch image|failed to resolve image|ImagePull|pull(ing)? image/i.test(`${reason} ${message}`))
    return causeOfImage(wanted, message)
  if (/could not parse reference|invalid reference format/i.test(message)) return make('image-invalid', message, { image: wanted.image })
  if (/^(CreateContainer\w*Error|RunContainerError|StartError)$/.test(reason)) return causeOfStart(message)
  if (/ProgressDeadlineExceeded|timed out progressing/i.test(`${reason} ${message}`) || /initial scale was never achieved/i.test(message))
    return make('start-timeout', message, { port: wanted.port })
  return make('unknown', [reason, message].filter(Boolean).join(': '))
}

function causeOfImage({ image }: Wanted, message: string): EngineCause {
  if (/no match for platform/i.test(message)) return causeOfStart(message)
  // A registry that hides what is private says "denied" of what does not exist, too: the title names both.
  if (
    /unauthorized|denied|forbidden|authentication required|no basic auth|insufficient_scope|status code 40[13]\b|40[13] (?:Unauthorized|Forbidden)/i.test(
      message,
    )
  )
    return make('image-private', message, { image })
  if (/not found|manifest.?unknown|name.?unknown|no such (?:manifest|image)|does not exist|status code 404\b/i.test(message))
    return make('image-not-found', message, { image })
  return make('image-unresolved', message, { image })
}

function causeOfStart(message: string): EngineCause {
  return make('start-failed', message)
}

function causeOfExit(code: number, signal: number | undefined, output: string): EngineCause {
  const number = signal ?? (code > 128 ? code - 128 : undefined)
  return make('app-crashed', output || `exit code ${code}`, {
    exit: number === undefined ? `code ${code}` : `code ${code} (signal ${number})`,
  })
}

interface Wording {
  title: string
  fix: string
  field: EngineCause['field']
}

/** What a cause is called and what helps. `{name}` is filled from what is known. */
const WORDING: Record<CauseCode, Wording> = {
  'image-not-found': {
    title: 'The image {image} does not exist',
    fix: 'Check the name and the tag of the image, push it if it is not there yet, then deploy again.',
    field: 'image',
  },
  'image-private': {
    title: 'The image {image} may not be pulled',
    fix: 'It is private or does not exist. Make it readable for the cluster, or use an image from a registry that is.',
    field: 'image',
  },
  'image-unresolved': {
    title: 'The image {image} cannot be fetched',
    fix: 'The cluster does not reach its registry. Check the host name in the image, and that the registry answers the cluster; or name the image by its digest.',
    field: 'image',
  },
  'image-invalid': { title: '"{image}" is not the name of an image', fix: 'Write it as registry/path:tag.', field: 'image' },
  'port-not-answering': {
    title: 'Nothing answers on port {port}',
    fix: 'Set the port on which your app listens, or let it listen on the port in the environment variable PORT, on 0.0.0.0 rather than 127.0.0.1. If it only needs longer to start, wait: it is shown as running as soon as it answers.',
    field: 'port',
  },
  'app-crashed': {
    title: 'The app ended with exit {exit}',
    fix: 'Read its log for what it says at the end, correct it or its environment, then deploy again.',
    field: null,
  },
  'app-exited': {
    title: 'The app ended by itself',
    fix: 'It must keep running and listen on its port. Check which command the image starts.',
    field: 'image',
  },
  'out-of-memory': {
    title: 'The app ran out of memory',
    fix: 'It was ended when it used more than 2 GiB. Load less at once, or use a smaller model.',
    field: null,
  },
  'start-failed': {
    title: 'The app cannot be started',
    fix: 'Check that the image has the command that it names, that it can run as user 1000, and that it is built for the machines of the cluster.',
    field: 'image',
  },
  'start-timeout': {
    title: 'The app did not become ready in time',
    fix: 'Check in its log how far it came, and that it listens on port {port}.',
    field: 'port',
  },
  'quota-exceeded': {
    title: 'The quota of the project is used up',
    fix: 'Delete apps of this project that are no longer needed, or ask an admin for more.',
    field: null,
  },
  'policy-refused': {
    title: 'The cluster does not allow this app',
    fix: 'A rule of the cluster refused it. Ask an admin, with the text below.',
    field: null,
  },
  unschedulable: {
    title: 'No machine has room for the app',
    fix: 'Stop apps that are no longer needed, or ask an admin for more machines. Deploy again when there is room.',
    field: null,
  },
  'route-not-ready': {
    title: 'The address of the app is not served',
    fix: 'The app runs, but the gateway of the cluster does not lead requests to it. Ask an admin, with the text below.',
    field: null,
  },
  'manifest-refused': { title: 'The cluster refused the app', fix: 'Correct what the text below names, then deploy again.', field: null },
  'not-allowed-in-cluster': {
    title: 'The portal may not do this in the cluster',
    fix: 'Ask an admin to check the rights of the portal, with the text below.',
    field: null,
  },
  unknown: {
    title: 'The app does not start',
    fix: 'See the text below and the log of the app. If that does not help, ask an admin.',
    field: null,
  },
}

function make(code: CauseCode, evidence: string, values: Record<string, string | number> = {}): EngineCause {
  const { title, fix, field } = WORDING[code]
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all))
  return { code, title: fill(title), fix: fill(fix), field, evidence: shorten(evidence.trim()) }
}

// The end of an output says more than its beginning.
const shorten = (text: string): string => (text.length <= MAX_EVIDENCE ? text : `…${text.slice(1 - MAX_EVIDENCE)}`)

const age = (since: string | undefined, at: Date): number => (since === undefined ? 0 : at.getTime() - Date.parse(since))

const newestFirst = (a: Pod, b: Pod): number => (b.metadata.creationTimestamp ?? '').localeCompare(a.metadata.creationTimestamp ?? '')
