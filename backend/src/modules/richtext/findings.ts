import type { FieldError } from '../../common/problem/domain-error.js'

const MOST = 20

/** What was found to be wrong, with its path; after so many nobody reads on. */
export class Findings {
  readonly errors: FieldError[] = []

  /** Whether looking further is of no use. */
  get full(): boolean {
    return this.errors.length >= MOST
  }

  add(path: string, message: string): void {
    if (!this.full) this.errors.push({ path, message })
  }
}

/** `path.key`, or `key` at the top. */
export const within = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

const PROTOTYPE = new Set(['__proto__', 'constructor', 'prototype'])

/** A key as it can be shown in a path: a hostile one is cut and has nothing in it that a terminal or a page would act on. */
export const shownKey = (key: string): string => key.slice(0, 40).replace(/[^\w$.-]/g, '?')

/**
 * The value as a plain object. Finds fault with anything else, and with keys that reach for the prototype.
 * @returns null after a finding
 */
export function plainObject(value: unknown, path: string, findings: Findings): Record<string, unknown> | null {
  if (!isObject(value)) {
    findings.add(path, 'must be an object')
    return null
  }
  const forbidden = Reflect.ownKeys(value).find((key) => typeof key === 'symbol' || PROTOTYPE.has(key))
  if (forbidden !== undefined) {
    findings.add(within(path, shownKey(String(forbidden))), 'must not be there: remove the key')
    return null
  }
  return value
}

function isObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || prototype === Object.prototype
}

const CONTROL = /\p{Cc}/u
const CONTROL_BUT_LINES = /[^\P{Cc}\n\r\t]/u

/**
 * What is wrong with a text, or null.
 * @param options.lines whether line breaks and tabs may be in it
 */
export function textFault(value: unknown, { max, lines = false }: { max: number; lines?: boolean }): string | null {
  if (typeof value !== 'string') return 'must be a text'
  if (value.length > max) return `must have at most ${max} characters: shorten it`
  if ((lines ? CONTROL_BUT_LINES : CONTROL).test(value)) return 'must not contain control characters: remove them'
  if (!value.isWellFormed()) return 'must be valid Unicode: half of a surrogate pair is missing'
  return null
}
