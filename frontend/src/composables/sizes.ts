import type { Resources } from '../components/models'
import { formatAmount, formatPair } from './quota'
import type { AmountField } from './quota'

export type SizeField = keyof Resources

/** What a size is made of, in the order of its form. A limit is at least what is kept free. */
export const sizeFields: readonly (AmountField<SizeField> & { atLeast?: SizeField })[] = [
  { key: 'cpuMillis', unit: 'millicpu', min: 10, max: 256_000 },
  { key: 'cpuLimitMillis', unit: 'millicpu', min: 10, max: 256_000, atLeast: 'cpuMillis' },
  { key: 'memoryMiB', unit: 'MiB', min: 16, max: 4 * 1024 * 1024 },
  { key: 'memoryLimitMiB', unit: 'MiB', min: 16, max: 4 * 1024 * 1024, atLeast: 'memoryMiB' },
  { key: 'ephemeralMiB', unit: 'MiB', min: 16, max: 4 * 1024 * 1024 },
  { key: 'gpus', unit: 'count', min: 0, max: 16 },
]

/** An id after a title: `Large GPU` becomes `large-gpu`; empty where nothing of it may be one. */
export const idFrom = (title: string): string =>
  title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 31)
    .replace(/-+$/, '')

function range(request: number, limit: number, unit: 'millicpu' | 'MiB', locale: string): string {
  if (request === limit) return formatAmount(limit, unit, locale)
  return formatPair(request, limit, unit, locale).join('–')
}

/** What a copy is sure to have, and what it may use at most: `0.5–2 cpu`, `512 MiB–2 GiB`. */
export const cpuText = ({ cpuMillis, cpuLimitMillis }: Resources, locale = 'en'): string =>
  range(cpuMillis, cpuLimitMillis, 'millicpu', locale)
export const memoryText = ({ memoryMiB, memoryLimitMiB }: Resources, locale = 'en'): string =>
  range(memoryMiB, memoryLimitMiB, 'MiB', locale)
