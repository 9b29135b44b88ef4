/**
 * What went wrong between the portal and the API server:
 * `invalid` the object was refused (its causes say why), `forbidden` the portal lacks a right or an admission rule said no, `conflict` someone else
 * changed it or the server is not ready for it, worth another try at once, `not-found`, `expired` a resource version that is too old to go on from, `unreachable` no or no usable answer, worth another try.
 */
export type KubeErrorKind = 'invalid' | 'forbidden' | 'conflict' | 'not-found' | 'expired' | 'unreachable'

/** One reason for which an object was refused. */
export interface KubeCause {
  field: string
  message: string
}

/** The only error that leaves the Kubernetes adapter. */
export class KubeError extends Error {
  constructor(
    readonly kind: KubeErrorKind,
    message: string,
    readonly causes: KubeCause[] = [],
    options?: { cause?: unknown },
  ) {
    super(message, options)
    this.name = 'KubeError'
  }
}

/** What the API server sends as the body of an error (`kind: Status`). */
export interface KubeStatus {
  code?: number
  reason?: string
  message?: string
  details?: { causes?: { field?: string; message?: string; reason?: string }[] }
}

// Knative's and other webhooks answer 400 "admission webhook … denied the request" where the API server's own checks answer 422.
const DENIED = /admission webhook "[^"]*" denied the request/
// Server-side apply answers 500 for an object that does not fit the schema of its kind.
const MISFIT = /failed to (?:create typed patch object|convert new object)/

// A quota is refused for as long as nobody has counted what it limits: the first moment of a new namespace.
const NOT_COUNTED_YET = /status unknown for quota/

/** The error that an answer with this status stands for. */
export function errorOfStatus(httpStatus: number, status: KubeStatus): KubeError {
  const message = status.message ?? `the API server answered ${httpStatus}`
  const causes = (status.details?.causes ?? []).map(({ field = '', message: text = '', reason = '' }) => ({
    field,
    message: text || reason,
  }))
  return new KubeError(kindOf(httpStatus, status, message), message, causes)
}

function kindOf(code: number, { reason }: KubeStatus, message: string): KubeErrorKind {
  if (code === 403 && NOT_COUNTED_YET.test(message)) return 'conflict'
  if (code === 401 || code === 403) return 'forbidden'
  if (code === 404) return 'not-found'
  if (code === 409) return 'conflict'
  if (code === 410 || reason === 'Expired' || reason === 'Gone') return 'expired'
  if (code === 422 || DENIED.test(message) || MISFIT.test(message)) return 'invalid'
  if (code === 400 || code === 413 || code === 415) return 'invalid'
  return 'unreachable'
}

/** Any error as one of ours: what is not an answer of the API server means that it could not be reached. */
export function toKubeError(error: unknown): KubeError {
  if (error instanceof KubeError) return error
  const text = error instanceof Error ? error.message || ('code' in error ? String(error.code) : error.name) : String(error)
  return new KubeError('unreachable', text, [], { cause: error })
}
