import { createHash } from 'node:crypto'
import { newId } from '../../common/ids.js'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import type { Visibility } from '../../common/policy/actions.js'
import type { DriverName } from '../../platform/kubernetes/drivers.js'
import type { EngineSpec } from './engine-spec.js'

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
  field: CauseField | null
}

/** The parts of the form that a cause may point to. */
export const CAUSE_FIELDS = [
  'name',
  'image',
  'port',
  'env',
  'command',
  'args',
  'size',
  'health',
  'secrets',
  'registries',
  'access',
] as const
export type CauseField = (typeof CAUSE_FIELDS)[number]

export const CAUSE_CODES = [
  'image-not-found',
  'image-private',
  'image-unresolved',
  'image-invalid',
  'wrong-architecture',
  'bad-command',
  'not-non-root',
  'secret-missing',
  'start-failed',
  'not-prepared',
  'app-crashed',
  'app-exited',
  'path-not-writable',
  'port-not-allowed',
  'port-taken',
  'out-of-memory',
  'disk-full',
  'evicted',
  'port-not-answering',
  'health-failing',
  'start-timeout',
  'quota-exceeded',
  'size-refused',
  'policy-refused',
  'unschedulable-cpu',
  'unschedulable-memory',
  'unschedulable-gpu',
  'unschedulable-disk',
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

/** A secret of an app. Its value is kept to be given to the app, and never shown. */
export interface EngineSecret {
  name: string
  /** As {@link Seal} wrote it. */
  sealed: string
  /** When the value was set. */
  at: Date
}

/** Why there is a generation of an app. */
export const DEPLOY_REASONS = ['created', 'changed', 'redeployed', 'rolled-back', 'promoted', 'scaled'] as const
export type DeployReason = (typeof DEPLOY_REASONS)[number]

/** How the present generation of an app came about. */
export interface Deploy {
  at: Date
  /** Whose it is; null for one from before this was recorded. */
  by: { id: string; via: AuthContext['via'] } | null
  reason: DeployReason
  /** The generation that was gone back to; otherwise null. */
  from: number | null
}

/** A user's app: what is wanted, and what is known of it. */
export interface Engine extends EngineSpec {
  id: string
  projectId: string
  name: string
  /** Texts that the app gets as its environment besides {@link EngineSpec.env}. */
  secrets: EngineSecret[]
  /** The digest that runs whatever the tag of the image stands for by now: after a roll back, a promotion or a pause. */
  pin: string | null
  /** Asked to be out of the cluster until someone resumes it. */
  paused: boolean
  /** A preview: it is removed at that time unless someone promotes it. */
  lease: { expiresAt: Date } | null
  /** The app that a preview was made of. */
  previewOf: string | null
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
  deploy: Deploy
  /** Set when someone asked for its deletion: removed from the cluster, then for good. */
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
  /** Raised by each change that a person made. */
  revision: number
}

/** What a new generation changes. */
export type EngineChange = Partial<EngineSpec & Pick<Engine, 'secrets' | 'pin'>>

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

/** Whether an app is for some only: for those who may read its project, or who have a role in it. */
export const isPrivateApp = ({ access }: Pick<Engine, 'access'>, visibility: Visibility): boolean =>
  access === 'members' || visibility !== 'public'

/** The address of an app. */
export const urlOf = (appsUrl: string, host: string): string => appsUrl.replace('{app}', host)

/** What there is to say of a new app besides its specification. */
export interface NewEngine {
  project: { id: string; slug: string }
  name: string
  namespacePrefix: string
  status: EngineStatus
  at: Date
  by: Deploy['by']
  pin?: string | null
  lease?: Engine['lease']
  previewOf?: string | null
}

/** An app of which nothing is in the cluster yet. */
export function newEngine(
  spec: EngineSpec & Pick<Engine, 'secrets'>,
  { project, name, namespacePrefix, status, at, by, pin = null, lease = null, previewOf = null }: NewEngine,
): Engine {
  return {
    ...spec,
    id: newId(at),
    projectId: project.id,
    name,
    pin,
    paused: false,
    lease,
    previewOf,
    host: hostOf(name, project.slug),
    namespace: namespaceOf(namespacePrefix, project),
    driver: null,
    generation: 1,
    appliedGeneration: 0,
    digest: null,
    status,
    deploy: { at, by, reason: 'created', from: null },
    deletedAt: null,
    createdAt: at,
    updatedAt: at,
    revision: 1,
  }
}

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

/** The status of an app that someone has paused. @param gone whether it is out of the cluster already */
export const pausedStatus = (before: EngineStatus, gone: boolean, at: Date): EngineStatus => ({
  ...pendingStatus(
    gone ? 'The app is paused. It takes no resources until someone resumes it.' : 'The app is being paused.',
    before.phase === 'Paused' ? before.since : at,
  ),
  phase: 'Paused',
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
