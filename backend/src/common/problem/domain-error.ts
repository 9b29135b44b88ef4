import { problemOf, type ProblemCode } from './catalogue.js'

/** A field that was refused, and why. `path` is dotted, as in `env.NAME` or `parts.0.etag`. */
export interface FieldError {
  path: string
  message: string
}

/** Values that fill the `{names}` of a problem's detail. */
export type ProblemParams = Record<string, string | number>

/** The only error that business code throws: a code of the catalogue, its parameters, and the fields it is about. */
export class DomainError extends Error {
  readonly code: ProblemCode
  readonly params: ProblemParams
  readonly errors: FieldError[] | undefined

  constructor(code: ProblemCode, params: ProblemParams = {}, options: { errors?: FieldError[]; cause?: unknown } = {}) {
    super(`${code}: ${fill(problemOf(code).detail, params)}`, { cause: options.cause })
    this.name = 'DomainError'
    this.code = code
    this.params = params
    this.errors = options.errors
  }
}

/** Fills `{name}` in a text; a name without a value stays as it is. */
export const fill = (text: string, params: ProblemParams): string =>
  text.replace(/\{(\w+)\}/g, (all, name: string) => String(params[name] ?? all))
