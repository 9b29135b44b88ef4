import type { QuotaBar, QuotaLimits, QuotaResource } from '../components/models'
import { formatBytes } from './format'

type Unit = QuotaBar['unit']

const MIB = 1024 * 1024

/** An amount as people read it, its number and its unit apart: `['1.5', 'cpu']`, `['2', 'GiB']`, `['3', '']`. */
function partsOf(amount: number, unit: Unit, locale: string): [string, string] {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  if (unit === 'millicpu') return [number.format(amount / 1000), 'cpu']
  if (unit === 'count') return [number.format(amount), '']
  const [value = '', size = ''] = formatBytes(amount * MIB, locale).split(' ')
  // Bytes in `0 B` are none of MiB either.
  return [value, amount === 0 ? 'MiB' : size]
}

/** `1.5 cpu`, `2 GiB`, `3`. */
export function formatAmount(amount: number, unit: Unit, locale = 'en'): string {
  return partsOf(amount, unit, locale).join(' ').trim()
}

/** Two amounts that are compared; where both have one unit, the first goes without: `1.5` and `4 cpu`, `512 MiB` and `2 GiB`. */
export function formatPair(one: number, other: number, unit: Unit, locale = 'en'): [string, string] {
  const [first, firstUnit] = partsOf(one, unit, locale)
  const [, unitOfAll] = partsOf(other, unit, locale)
  return [one === 0 || firstUnit === unitOfAll ? first : `${first} ${firstUnit}`, formatAmount(other, unit, locale)]
}

/** How a bar is drawn: lengths in percent of the whole track. */
export interface Meter {
  resource: QuotaResource
  unit: Unit
  used: number
  limit: number
  takes: number
  usedLength: number
  takesLength: number
  /** Where the limit is; below 100 only when more is used or wanted than there may be. */
  limitAt: number
  /** By how much the limit is exceeded; with `takes`, after that. */
  over: number
  tone: 'plain' | 'near' | 'over'
}

/** From this share of the limit on a bar says that it is nearly full. */
const near = 0.85

/** A bar with what a deploy would add to it. Nothing used of nothing allowed is an empty bar. */
export function meterOf(bar: QuotaBar, takes = 0): Meter {
  const sum = bar.used + takes
  const whole = Math.max(bar.limit, sum, 1)
  const over = Math.max(0, sum - bar.limit)
  const share = (amount: number): number => (amount / whole) * 100
  return {
    resource: bar.resource,
    unit: bar.unit,
    used: bar.used,
    limit: bar.limit,
    takes,
    usedLength: share(bar.used),
    takesLength: share(takes),
    limitAt: share(Math.min(bar.limit, whole)),
    over,
    tone: over > 0 ? 'over' : bar.limit > 0 && sum / bar.limit >= near ? 'near' : 'plain',
  }
}

/** A field in which an admin types an amount: cpu in whole processors or parts of them, memory in GiB. */
export interface AmountField<K extends string = string> {
  key: K
  unit: Unit
  /** In `unit`. */
  min: number
  max: number
}

const inputFactor: Record<Unit, number> = { millicpu: 1000, MiB: 1024, count: 1 }

/** An amount as it stands in a field: 1500 thousandths of a cpu are `1.5`, 512 MiB are `0.5`. */
export const amountText = (amount: number, unit: Unit, locale = 'en'): string =>
  new Intl.NumberFormat(locale, { maximumFractionDigits: 4, useGrouping: false }).format(amount / inputFactor[unit])

/** What was typed in the smallest unit, rounded to it; null for what is no number or out of bounds. A decimal comma is as good as a point. */
export function readAmount(text: string, { unit, min, max }: Pick<AmountField, 'unit' | 'min' | 'max'>): number | null {
  const typed = text.trim().replace(',', '.')
  if (!/^\d+(?:\.\d+)?$/.test(typed)) return null
  const amount = Number(typed) * inputFactor[unit]
  // Things are counted in whole ones.
  if (unit === 'count' && !Number.isInteger(amount)) return null
  const rounded = Math.round(amount)
  return rounded >= min && rounded <= max ? rounded : null
}

/** The limits of a project, in the order of a form. */
export const limitFields: readonly AmountField<keyof QuotaLimits>[] = [
  { key: 'apps', unit: 'count', min: 0, max: 1000 },
  { key: 'cpuMillis', unit: 'millicpu', min: 0, max: 10_000_000 },
  { key: 'memoryMiB', unit: 'MiB', min: 0, max: 64 * 1024 * 1024 },
  { key: 'gpus', unit: 'count', min: 0, max: 1000 },
]
