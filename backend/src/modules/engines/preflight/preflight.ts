import { createTwoFilesPatch } from 'diff'
import { stringify } from 'yaml'
import type { ImageFacts } from '../../../platform/registry/image-registry.js'
import { RegistryError } from '../../../platform/registry/image-registry.js'
import { KIND, type KubeObject, type Manifest } from '../../../platform/kubernetes/kube-objects.js'
import type { QuotaBar } from '../../quotas/quota.js'
import type { EngineSpec } from '../engine-spec.js'
import type { CauseField } from '../engine.js'
import type { FieldChange } from '../revisions/engine-revision.js'

/** What is looked at before a deploy, in the order in which it would fail. */
export const CHECK_IDS = ['name', 'image', 'architecture', 'port', 'quota', 'manifests', 'admission'] as const
export type CheckId = (typeof CHECK_IDS)[number]

export const CHECK_STATES = ['ok', 'warning', 'failed', 'skipped'] as const
export type CheckState = (typeof CHECK_STATES)[number]

export const VERDICTS = ['ok', 'warning', 'blocked'] as const
export type Verdict = (typeof VERDICTS)[number]

/** One thing that was looked at. */
export interface Check {
  id: CheckId
  state: CheckState
  title: string
  detail: string
  field: CauseField | null
}

/** What a deploy takes of a limit. */
export interface QuotaTake extends QuotaBar {
  takes: number
  left: number
}

/** What would become of a deploy. */
export interface Preflight {
  verdict: Verdict
  checks: Check[]
  image: Pick<ImageFacts, 'digest' | 'platforms' | 'compressedBytes'> | null
  quota: QuotaTake[]
  changes: FieldChange[]
  diff: string | null
}

/** What the checks come to. */
export function verdictOf(checks: readonly Check[]): Verdict {
  if (checks.some(({ state }) => state === 'failed')) return 'blocked'
  return checks.some(({ state }) => state === 'warning') ? 'warning' : 'ok'
}

/** What a registry's answer means for a deploy. Pure. */
export function imageChecks(image: string, answer: ImageFacts | RegistryError, platform: string | null, port: number): Check[] {
  if (answer instanceof RegistryError) return [refusedImage(image, answer)]
  const { digest, compressedBytes, platforms, exposedPorts } = answer
  const found: Check = {
    id: 'image',
    state: 'ok',
    title: 'The image is there',
    detail: `It is ${digest}, ${Math.max(1, Math.round(compressedBytes / 1e6))} MB to fetch.`,
    field: null,
  }
  return [found, ...architectureCheck(platforms, platform), ...portCheck(exposedPorts, port)]
}

function refusedImage(image: string, { kind, message }: RegistryError): Check {
  const check = (state: CheckState, title: string, help: string, field: CauseField): Check => ({
    id: 'image',
    state,
    title,
    detail: `${message} ${help}`,
    field,
  })
  if (kind === 'not-found')
    return check('failed', `The image ${image} does not exist`, 'Check its name and tag, or push it first.', 'image')
  if (kind === 'unauthorized')
    return check(
      'failed',
      `The image ${image} may not be pulled`,
      'Give the project a user name and a password for its registry.',
      'registries',
    )
  if (kind === 'invalid') return check('failed', `${image} is no image that can be run`, 'Check what was pushed under this name.', 'image')
  return check('warning', 'Whether the image is there is not known', 'The cluster may reach its registry all the same.', 'image')
}

function architectureCheck(platforms: string[], platform: string | null): Check[] {
  if (platform === null || platforms.length === 0) return []
  const title = `The image is built for ${platforms.join(', ')}`
  // "linux/arm64/v8" runs where "linux/arm64" does.
  const runs = platforms.some((each) => each === platform || each.startsWith(`${platform}/`))
  return [
    runs
      ? { id: 'architecture', state: 'ok', title, detail: `The cluster runs ${platform}.`, field: null }
      : {
          id: 'architecture',
          state: 'failed',
          title,
          detail: `The cluster runs ${platform}. Build it for that: docker build --platform ${platform}`,
          field: 'image',
        },
  ]
}

function portCheck(exposed: number[], port: number): Check[] {
  if (exposed.length === 0 || exposed.includes(port)) return []
  return [
    {
      id: 'port',
      state: 'warning',
      title: `The image says that it listens on ${exposed.join(', ')}, not on ${port}`,
      detail: `If it does not read the variable PORT, set the port to ${exposed[0] ?? port}.`,
      field: 'port',
    },
  ]
}

/** What Knative's proxy beside each copy is given: the default of the namespace's LimitRange. */
export const SIDECAR = { cpuMillis: 25, memoryMiB: 64 }

/**
 * What a deploy takes of each limit until it runs: its copies come before those that they replace go. Pure.
 * @param isNew whether it is one app more
 * @param withSidecar whether the driver puts a proxy beside each copy
 */
export function takesOf(bars: readonly QuotaBar[], { resources, scaling }: EngineSpec, isNew: boolean, withSidecar: boolean): QuotaTake[] {
  const copies = Math.max(1, scaling.min)
  const beside = withSidecar ? SIDECAR : { cpuMillis: 0, memoryMiB: 0 }
  const amounts: Record<QuotaBar['resource'], number> = {
    apps: isNew ? 1 : 0,
    cpu: copies * (resources.cpuMillis + beside.cpuMillis),
    memory: copies * (resources.memoryMiB + beside.memoryMiB),
    gpus: copies * resources.gpus,
  }
  return bars.map((bar) => ({ ...bar, takes: amounts[bar.resource], left: Math.max(0, bar.limit - bar.used) }))
}

/** Whether there is room for what a deploy takes. Pure. */
export function quotaCheck(takes: readonly QuotaTake[]): Check {
  const lacking = takes.filter(({ takes: wanted, left }) => wanted > left)
  if (lacking.length === 0)
    return {
      id: 'quota',
      state: 'ok',
      title: 'The quota of the project has room',
      detail: takes
        .filter(({ takes: wanted }) => wanted > 0)
        .map(arithmetic)
        .join(' '),
      field: null,
    }
  const onlyApps = lacking.every(({ resource }) => resource === 'apps')
  return {
    id: 'quota',
    state: 'failed',
    title: 'The quota of the project has no room for this',
    detail: `${lacking.map(arithmetic).join(' ')} ${onlyApps ? 'Delete an app' : 'Choose a smaller size, pause another app'}, or ask an admin for more.`,
    field: onlyApps ? null : 'size',
  }
}

function arithmetic({ resource, unit, limit, left, takes }: QuotaTake): string {
  const shown = (amount: number): string =>
    unit === 'millicpu'
      ? String(amount / 1_000)
      : unit === 'MiB' && amount >= 1_024
        ? `${Math.round((amount / 1_024) * 10) / 10} GiB`
        : unit === 'MiB'
          ? `${amount} MiB`
          : String(amount)
  const name = { apps: 'apps', cpu: 'cpu', memory: 'of memory', gpus: 'GPUs' }[resource]
  return `${shown(left)} of ${shown(limit)} ${name} left, this takes ${shown(takes)}.`
}

interface PodTemplate {
  metadata?: { labels?: Record<string, string> }
  spec: Record<string, unknown> & { containers: (Record<string, unknown> & { ports?: { containerPort: number }[] })[] }
}

/** A pod as the first object of an app would have it made, for the cluster's admission to look at. Pure. */
export function podOf(manifest: Manifest): Manifest {
  const { template } = manifest['spec'] as { template: PodTemplate }
  // Knative's own fields, and its port 0 for "that of the app", are no part of a pod.
  const { containerConcurrency: _, timeoutSeconds: __, containers, ...spec } = template.spec
  const { namespace, name } = manifest.metadata
  return {
    apiVersion: KIND.pod.apiVersion,
    kind: KIND.pod.kind,
    metadata: {
      name: `${name}-preflight`,
      ...(namespace === undefined ? {} : { namespace }),
      ...(template.metadata?.labels ? { labels: template.metadata.labels } : {}),
    },
    spec: { ...spec, containers: containers.map(({ readinessProbe: ___, ...container }) => container) },
  }
}

/** What differs between what is in the cluster and what would be, as a unified diff; empty when nothing does. Pure. */
export function diffOf(before: readonly (KubeObject | null)[], after: readonly KubeObject[]): string {
  return after
    .map((object, index) => {
      const name = `${object.kind}/${object.metadata.name}`
      const [was, is] = [textOf(before[index] ?? null), textOf(object)]
      if (was === is) return ''
      // Its own headline says no more than the two lines that follow.
      return createTwoFilesPatch(was === '' ? '/dev/null' : name, name, was, is, '', '', { context: 3 }).replace(/^=+\n/, '')
    })
    .join('')
}

/** As YAML, without what the API server keeps for itself. */
function textOf(object: KubeObject | null): string {
  if (!object) return ''
  const { metadata, ...rest } = object
  const { name, namespace, labels, annotations } = metadata
  const own = Object.entries(annotations ?? {}).filter(
    ([key]) => !/^(?:serving\.knative\.dev\/(?:creator|lastModifier)$|deployment\.kubernetes\.io\/)/.test(key),
  )
  const shown = {
    ...rest,
    metadata: { name, namespace, labels, ...(own.length > 0 ? { annotations: Object.fromEntries(own) } : {}) },
    status: undefined,
  }
  return stringify(JSON.parse(JSON.stringify(shown)), { lineWidth: 0, sortMapEntries: true })
}
