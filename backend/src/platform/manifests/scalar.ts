// Characters that JSON leaves as they are and YAML refuses, folds or takes for a line break or a mark of encoding; and halves of surrogate pairs.
// eslint's no-control-regex does not apply: all are written as escapes of their class or code.
const NOT_PLAIN = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/**
 * Writes a value into a manifest template: as a JSON scalar, which in YAML 1.2 is the same scalar, on one line, whatever it contains.
 * @throws TypeError for what is missing and for everything but texts, finite numbers and booleans
 */
export function jsonScalar(value: unknown): string {
  if (typeof value === 'string')
    return JSON.stringify(value).replace(NOT_PLAIN, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value)
  if (typeof value === 'boolean') return String(value)
  throw new TypeError(
    `a manifest takes texts, finite numbers and booleans, not ${value === null ? 'null' : typeof value === 'number' ? String(value) : typeof value}`,
  )
}
