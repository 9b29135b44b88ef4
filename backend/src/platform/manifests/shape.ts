/** What is wrong with a value, each with the field that it is about; empty when nothing is. */
export type Check = (value: unknown, field: string) => string[]

/** Says of a field why it is wrong. */
export const refuse = (field: string, why: string): string[] => [`${field} ${why}`]
const show = (value: unknown): string => (JSON.stringify(value) ?? 'undefined').slice(0, 80)

/** One of these values, and no other type of the same spelling. */
export const is =
  (...allowed: (string | number | boolean)[]): Check =>
  (value, field) =>
    allowed.some((each) => each === value) ? [] : refuse(field, `must be ${allowed.map(show).join(' or ')}, not ${show(value)}`)

/** Any text. */
export const text: Check = (value, field) => (typeof value === 'string' ? [] : refuse(field, 'must be a text'))

/** A text like that; `what` says it in words. */
export const matching =
  (pattern: RegExp, what: string): Check =>
  (value, field) =>
    typeof value === 'string' && pattern.test(value) ? [] : refuse(field, `must be ${what}, not ${show(value)}`)

/** A whole number that is at least so much. */
export const integer =
  (least = Number.MIN_SAFE_INTEGER): Check =>
  (value, field) =>
    Number.isSafeInteger(value) && Number(value) >= least
      ? []
      : refuse(field, `must be a whole number of at least ${least}, not ${show(value)}`)

/** A list of which every entry passes. */
export const listOf =
  (check: Check, { least = 0, most = Infinity } = {}): Check =>
  (value, field) => {
    if (!Array.isArray(value)) return refuse(field, 'must be a list')
    if (value.length < least || value.length > most)
      return refuse(field, `must have ${least === most ? least : `${least} to ${most}`} entries`)
    return value.flatMap((each, index) => check(each, `${field}[${index}]`))
  }

/** An object with all of these fields, perhaps some of those, and nothing else: a field that nobody thought of is refused. */
export const objectWith =
  (required: Record<string, Check>, optional: Record<string, Check> = {}): Check =>
  (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(field, 'must be an object')
    const given = new Map<string, unknown>(Object.entries(value))
    const known = new Map(Object.entries({ ...required, ...optional }))
    const at = (name: string): string => (field === '' ? name : `${field}.${name}`)
    return [
      ...[...given].flatMap(([name, each]) => known.get(name)?.(each, at(name)) ?? refuse(at(name), 'is not allowed')),
      ...Object.keys(required).flatMap((name) => (given.has(name) ? [] : refuse(at(name), 'is missing'))),
    ]
  }

/** An object whose keys are all of a kind, with any texts. */
export const keysMatching =
  (pattern: RegExp): Check =>
  (value, field) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse(field, 'must be an object')
    return Object.entries(value).flatMap(([key, each]) =>
      pattern.test(key) ? text(each, `${field}[${key}]`) : refuse(`${field}[${key}]`, 'is not allowed'),
    )
  }

/** What passes each of these. */
export const all =
  (...checks: Check[]): Check =>
  (value, field) =>
    checks.flatMap((check) => check(value, field))
