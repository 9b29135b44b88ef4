/** Numbers and times as people read them. */

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Bytes in the largest unit that keeps the number at 1 or more: `0 B`, `1.5 GiB`. */
export function formatBytes(bytes: number, locale = 'en'): string {
  let value = Math.max(0, bytes)
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`
}

/** Seconds as `0.8 s`, `42 s`, `3 min 5 s`, `2 h 4 min`. */
export function formatDuration(seconds: number, locale = 'en'): string {
  const total = Math.max(0, seconds)
  if (total < 10) {
    return `${new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(total)} s`
  }
  const whole = Math.round(total)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
]

/** `3 min ago`, `yesterday`, `now`. `date` and `now` in milliseconds; clocks that differ a little do not show. */
export function formatRelative(date: number, now: number, locale = 'en'): string {
  const seconds = Math.min(0, (date - now) / 1000)
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'auto', style: 'short' })
  for (const [unit, length] of steps) {
    if (-seconds < length) continue
    const text = format.format(Math.ceil(seconds / length), unit)
    // English does well without the dot of an abbreviation; in German its place would be missed.
    return locale.startsWith('en') ? text.replace('.', '') : text
  }
  return format.format(0, 'second')
}

/** The exact time, for a hover. */
export function formatExact(date: number, locale = 'en'): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'medium' }).format(date)
}

/** A whole percentage of a part; a thing of size 0 that is done is 100 %. */
export function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((Math.min(part, whole) / whole) * 100)
}

/** A day, as `21 Nov 2026`. `date` in milliseconds. */
export function formatDay(date: number, locale = 'en'): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'medium' }).format(date)
}

/** A number of things: `950`, `12K`. With `whole` every digit counts: `12,345`. */
export function formatCount(count: number, locale = 'en', whole = false): string {
  return new Intl.NumberFormat(locale, whole ? {} : { notation: 'compact', maximumFractionDigits: 1 }).format(count)
}
