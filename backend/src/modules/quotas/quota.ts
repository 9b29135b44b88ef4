import type { DriverName } from '../../platform/kubernetes/drivers.js'
import type { ResourceQuota } from '../../platform/kubernetes/kube-objects.js'
import { parseQuantity } from '../../platform/kubernetes/quantity.js'
import type { QuotaValues } from '../../platform/manifests/manifests.js'

/** What one project may have in all. Whole numbers; of cpu and memory it is what its apps request that counts. */
export interface QuotaLimits {
  apps: number
  cpuMillis: number
  memoryMiB: number
  gpus: number
}

/** What a project may have until an admin says otherwise. */
export const BUILT_IN_QUOTA: QuotaLimits = { apps: 20, cpuMillis: 8_000, memoryMiB: 16_384, gpus: 0 }

export const MAX_QUOTA: QuotaLimits = { apps: 1_000, cpuMillis: 10_000_000, memoryMiB: 64 * 2 ** 20, gpus: 1_000 }

/** Where a project's limits come from. */
export const QUOTA_SOURCES = ['default', 'project'] as const
export type QuotaSource = (typeof QUOTA_SOURCES)[number]

export const BAR_RESOURCES = ['apps', 'cpu', 'memory', 'gpus'] as const
export const BAR_UNITS = ['count', 'millicpu', 'MiB'] as const

/** What is used of one limit. */
export interface QuotaBar {
  resource: (typeof BAR_RESOURCES)[number]
  unit: (typeof BAR_UNITS)[number]
  used: number
  limit: number
}

/** What a project may have, and has. */
export interface Quota {
  source: QuotaSource
  limits: QuotaLimits
  bars: QuotaBar[]
  /** As of when the cluster's figures are; null when they are not known. The apps are counted in the database, at once. */
  observedAt: Date | null
}

const MIB = 2 ** 20

/** What is used of each limit: apps as counted here, all else as the cluster counts it. */
export function barsOf(limits: QuotaLimits, apps: number, quota: ResourceQuota | undefined, gpuResource: string): QuotaBar[] {
  const used = (name: string, unit: number): number => Math.ceil(parseQuantity(quota?.status?.used?.[name] ?? '0') / unit)
  return [
    { resource: 'apps', unit: 'count', used: apps, limit: limits.apps },
    { resource: 'cpu', unit: 'millicpu', used: used('requests.cpu', 1 / 1_000), limit: limits.cpuMillis },
    { resource: 'memory', unit: 'MiB', used: used('requests.memory', MIB), limit: limits.memoryMiB },
    { resource: 'gpus', unit: 'count', used: used(`requests.${gpuResource}`, 1), limit: limits.gpus },
  ]
}

/**
 * What the cluster is told. Beyond what people see as bars it bounds what could do harm without: pods, disk, the memory that all may take together. These
 * follow from the visible ones, with so much room that an app which has room in the bars has room there as well: four copies of a large one beside all.
 * @param drivers those that may have apps in the namespace
 */
export function quotaValuesOf(limits: QuotaLimits, gpuResource: string, drivers: readonly DriverName[]): QuotaValues {
  const { apps, cpuMillis, memoryMiB, gpus } = limits
  const knative = drivers.includes('knative')
  const other = drivers.some((name) => name !== 'knative')
  // The portal's own count is exact. This one is for what comes past the portal, and lets an app be made while others are still being removed.
  const objects = apps + 10
  return {
    cpuMillis,
    memoryMiB,
    memoryLimitMiB: Math.max(4 * memoryMiB, (apps + 4) * 4_096),
    ephemeralMiB: (apps + 4) * 8_192,
    gpus,
    gpuResource,
    pods: Math.max(30, Math.ceil(1.5 * apps)),
    knativeServices: knative ? objects : null,
    // Knative keeps a Deployment for each of the last revisions of an app.
    deployments: other ? objects * (knative ? 50 : 1) : null,
  }
}
