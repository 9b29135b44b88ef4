import type { FieldError } from '../../common/problem/domain-error.js'

/** What an app gets of the cluster. All are whole numbers; the cluster keeps what is requested free for it and holds it to the limits. */
export interface Resources {
  /** Thousandths of a processor. */
  cpuMillis: number
  cpuLimitMillis: number
  memoryMiB: number
  memoryLimitMiB: number
  /** Of the node's disk: the request and the limit. */
  ephemeralMiB: number
  /** Whole devices: the request and the limit. */
  gpus: number
}

export const MIN_CPU_MILLIS = 10
export const MAX_CPU_MILLIS = 256_000
export const MIN_MIB = 16
/** Four tebibytes. */
export const MAX_MIB = 4 * 2 ** 20
export const MAX_GPUS = 16

/** The resources in something that has more fields. */
export const resourcesOf = (of: Resources): Resources => ({
  cpuMillis: of.cpuMillis,
  cpuLimitMillis: of.cpuLimitMillis,
  memoryMiB: of.memoryMiB,
  memoryLimitMiB: of.memoryLimitMiB,
  ephemeralMiB: of.ephemeralMiB,
  gpus: of.gpus,
})

/** What is wrong with the numbers taken together; each for itself is checked where it comes in. */
export function conflictsOf({ cpuMillis, cpuLimitMillis, memoryMiB, memoryLimitMiB }: Resources): FieldError[] {
  return [
    ...(cpuLimitMillis < cpuMillis ? [{ path: 'cpuLimitMillis', message: `must be at least cpuMillis, which is ${cpuMillis}` }] : []),
    ...(memoryLimitMiB < memoryMiB ? [{ path: 'memoryLimitMiB', message: `must be at least memoryMiB, which is ${memoryMiB}` }] : []),
  ]
}
