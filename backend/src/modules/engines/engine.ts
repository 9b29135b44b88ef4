import { createHash } from 'node:crypto'
import type { DriverName } from '../../platform/kubernetes/drivers.js'

/** The phases of an app, derived from what is watched in the cluster. */
export const ENGINE_PHASES = [
  'Pending',
  'Deploying',
  'Running',
  'Idle',
  'Waking',
  'Degraded',
  'Failed',
  'Paused',
  'Missing',
  'Deleting',
] as const
export type EnginePhase = (typeof ENGINE_PHASES)[number]

/** The steps from a deploy to the first answer. */
export const STEP_NAMES = ['scheduling', 'pulling', 'starting', 'ready'] as const
export type StepName = (typeof STEP_NAMES)[number]

export const STEP_STATES = ['waiting', 'active', 'done', 'failed'] as const
export type StepState = (typeof STEP_STATES)[number]

export interface EngineStep {
  name: StepName
  state: StepState
  startedAt: Date | null
  finishedAt: Date | null
}

/** Why an app does not run, what shows it, what helps, and which field of the app it is about. */
export interface EngineCause {
  code: CauseCode
  title: string
  /** What the cluster or the app said. */
  evidence: string
  fix: string
  field: 'name' | 'image' | 'port' | 'env' | null
}

export const CAUSE_CODES = [
  'image-not-found',
  'image-private',
  'image-unresolved',
  'image-invalid',
  'port-not-answering',
  'app-crashed',
  'app-exited',
  'out-of-memory',
  'start-failed',
  'start-timeout',
  'quota-exceeded',
  'policy-refused',
  'unschedulable',
  'route-not-ready',
  'manifest-refused',
  'not-allowed-in-cluster',
  'unknown',
] as const
export type CauseCode = (typeof CAUSE_CODES)[number]

export interface EngineStatus {
  phase: EnginePhase
  /** When the phase was entered. */
  since: Date
  message: string
  steps: EngineStep[]
  /** Pods that answer. */
  replicas: number
  cause: EngineCause | null
}

/** One variable of the environment of an app. */
export interface EnvVariable {
  name: string
  value: string
}

/** A user's app: what is wanted, and what is known of it. */
export interface Engine {
  id: string
  projectId: string
  name: string
  image: string
  port: number
  env: EnvVariable[]
  /** First label of the app's host and name of its objects: unique in this instance, given once. */
  host: string
  namespace: string
  /** The driver whose objects are in the cluster, or are about to be; null before the first. No other driver has any there. */
  driver: DriverName | null
  /** Raised by each change of what is wanted. */
  generation: number
  /** The generation that the cluster has accepted last; 0 before the first. */
  appliedGeneration: number
  /** The digest that the image's tag stood for when this generation was started, as in `sha256:…`. */
  digest: string | null
  status: EngineStatus
  /** Set when someone asked for its deletion: removed from the cluster, then for good. */
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
  /** Raised by each change that a person made. */
  revision: number
}

/** What a person may change. */
export type EngineChange = Partial<Pick<Engine, 'image' | 'port' | 'env'>>

export const MAX_NAME = 63
export const MAX_IMAGE = 512
export const MAX_ENV = 100
export const MAX_ENV_NAME = 128
export const MAX_ENV_VALUE = 32 * 1024
// All of it is stored several times over in one object of the cluster, which takes about a mebibyte.
export const MAX_ENV_TOTAL = 256 * 1024

/** A DNS label that begins with a letter: it becomes the name of a Kubernetes service. */
export const NAME_PATTERN = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/
export const ENV_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/

// https://github.com/distribution/reference/blob/main/regexp.go, without capital letters in the path, as there.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const HOST =
  '(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::\\d{1,5})?'
export const IMAGE_PATTERN = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$`)

// Knative sets these itself and refuses a service that does.
const RESERVED_ENV = /^(?:PORT|K_.*)$/

/** Why this may not be the name of a variable, in words; null when it may. */
export function refusalOfEnvName(name: string): string | null {
  if (!ENV_NAME_PATTERN.test(name) || name.length > MAX_ENV_NAME)
    return `must be a name of letters, digits and underscores that does not begin with a digit, of at most ${MAX_ENV_NAME} characters`
  if (name === 'PORT') return 'is set by the platform to the port of the app; use the field port'
  if (RESERVED_ENV.test(name)) return 'is reserved: names that begin with K_ are set by the platform'
  if (name === '__proto__') return 'is reserved'
  return null
}

/** Why this may not be the value of a variable, in words; null when it may. */
export function refusalOfEnvValue(value: string): string | null {
  if (Buffer.byteLength(value) > MAX_ENV_VALUE) return `must have at most ${MAX_ENV_VALUE} bytes`
  if (value.includes('\0')) return 'must not contain the character NUL, which no process can be given'
  if (!value.isWellFormed()) return 'must be well-formed Unicode'
  return null
}

/** Whether the text is an image reference as registries know it: `[host[:port]/]path[:tag][@sha256:…]`. */
export const isImage = (image: string): boolean => image.length <= MAX_IMAGE && IMAGE_PATTERN.test(image)

const MAX_HOST = 50

/**
 * The first label of an app's host: `<name>-<project>`, cut to 50 characters and followed by a hash of the whole when it is longer, so that Knative's
 * own additions for revisions stay within the 63 characters of a label.
 * @param distinct makes it another one, for when two apps would have the same
 */
export function hostOf(name: string, projectSlug: string, distinct?: string): string {
  const whole = `${name}-${projectSlug}`
  if (whole.length <= MAX_HOST && distinct === undefined) return whole
  const hash = createHash('sha256')
    .update(`${whole}/${distinct ?? ''}`)
    .digest('hex')
    .slice(0, 6)
  return `${whole.slice(0, MAX_HOST).replace(/-+$/, '')}-${hash}`
}

/** The namespace of a project's apps. Its id makes it unique, its slug makes it readable. */
export const namespaceOf = (prefix: string, project: { id: string; slug: string }): string =>
  `${prefix}-${project.slug.slice(0, 30).replace(/-+$/, '')}-${project.id.slice(-6)}`

/** The address of an app. */
export const urlOf = (appsUrl: string, host: string): string => appsUrl.replace('{app}', host)

/** All steps, none begun. */
export const waitingSteps = (): EngineStep[] => STEP_NAMES.map((name) => ({ name, state: 'waiting', startedAt: null, finishedAt: null }))

/** The status of an app that nothing was done about yet. */
export const pendingStatus = (message: string, since: Date): EngineStatus => ({
  phase: 'Pending',
  since,
  message,
  steps: waitingSteps(),
  replicas: 0,
  cause: null,
})

/** The status of an app from the moment that its deletion was asked for. */
export const deletingStatus = (at: Date): EngineStatus => ({
  ...pendingStatus('The app is being removed from the cluster.', at),
  phase: 'Deleting',
})

/** The status of an app while its objects make way for those of another driver. */
export const movingStatus = (before: EngineStatus, to: string, at: Date): EngineStatus => ({
  ...pendingStatus(`The app is being moved to ${to}; it answers again in a moment.`, before.phase === 'Deploying' ? before.since : at),
  phase: 'Deploying',
})

/** The status of an app whose objects someone else has removed. */
export const missingStatus = (before: EngineStatus, at: Date): EngineStatus => ({
  ...before,
  phase: 'Missing',
  since: before.phase === 'Missing' ? before.since : at,
  message: 'The app was removed from the cluster by someone else. It is being put back.',
  replicas: 0,
  cause: null,
})

/**
 * The status of an app that the cluster did not take.
 * @param serving whether an earlier generation of it still answers
 */
export function refusedStatus(before: EngineStatus, cause: EngineCause, stuck: StepName, serving: boolean, at: Date): EngineStatus {
  const phase = serving ? 'Degraded' : 'Failed'
  return {
    phase,
    since: before.phase === phase ? before.since : at,
    message: serving ? `The new version was refused; the previous one still answers. ${cause.title}.` : `${cause.title}.`,
    steps: waitingSteps().map((step) => (step.name === stuck ? { ...step, state: 'failed' } : step)),
    replicas: serving ? before.replicas : 0,
    cause,
  }
}
