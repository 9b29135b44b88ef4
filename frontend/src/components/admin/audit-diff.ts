/** How one field was changed. A value that was not there is null. */
export interface FieldChange {
  /** Dotted path, such as `env.GREETING`. */
  field: string
  before: string | null
  after: string | null
}

type Values = Record<string, unknown>

const isPlain = (value: unknown): value is Values => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Fields by dotted path; lists and empty objects are values of their own. */
function flat(values: Values, prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(values).flatMap(([key, value]): [string, unknown][] =>
      isPlain(value) && Object.keys(value).length > 0 ? [...flat(value, `${prefix}${key}.`)] : [[`${prefix}${key}`, value]],
    ),
  )
}

/** A value as people read it: texts as they are, short lists with commas, anything else as JSON. */
function readable(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '""' : value
  if (Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string')) return value.join(', ')
  return JSON.stringify(value)
}

const show = (fields: Map<string, unknown>, field: string): string | null => (fields.has(field) ? readable(fields.get(field)) : null)

/** What an entry of the audit log says was changed, field by field, in the order of the fields. What stayed the same is left out. */
export function auditDiff(before: Values | null, after: Values | null): FieldChange[] {
  const [old, now] = [flat(before ?? {}), flat(after ?? {})]
  return [...new Set([...old.keys(), ...now.keys()])]
    .map((field) => ({ field, before: show(old, field), after: show(now, field) }))
    .filter((change) => change.before !== change.after)
}
