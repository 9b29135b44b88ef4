import { DomainError } from '../../common/problem/domain-error.js'

// Codes of stores that have no room: MinIO's own, and what Ceph and others say.
const FULL = new Set([
  'XMinioStorageFull',
  'XMinioAdminBucketQuotaExceeded',
  'InsufficientStorage',
  'InsufficientCapacity',
  'QuotaExceeded',
])

const EXPLAINED: Record<string, string> = {
  NoSuchBucket: 'the bucket of S3_BUCKET does not exist and could not be made',
  InvalidAccessKeyId: 'the object store does not know S3_ACCESS_KEY',
  SignatureDoesNotMatch: 'S3_SECRET_KEY does not belong to S3_ACCESS_KEY',
  AccessDenied: 'S3_ACCESS_KEY may not use the bucket of S3_BUCKET',
  AuthorizationHeaderMalformed: 'S3_REGION is not the region of the object store',
  RequestTimeTooSkewed: 'the clocks of the portal and of the object store differ by more than 15 minutes',
  ECONNREFUSED: 'nothing answers at S3_ENDPOINT',
  ENOTFOUND: 'the host of S3_ENDPOINT is not known',
  ETIMEDOUT: 'S3_ENDPOINT does not answer in time',
}

/** The code of an answer of the store (`NoSuchUpload`) or of the network (`ECONNREFUSED`); undefined when the error has none. */
export function storeErrorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && code !== '' ? code : undefined
}

/** What is wrong with the object store, in words for whoever operates it. */
export function explainStoreError(error: unknown): string {
  const code = storeErrorCode(error)
  const text = code === undefined ? undefined : EXPLAINED[code]
  if (text !== undefined) return text
  const message = error instanceof Error ? error.message : String(error)
  return [code, message].filter(Boolean).join(': ') || 'the object store failed without saying why'
}

/** An error of the client library as ours. A mistake in our own call stays what it is. */
export function toStoreProblem(error: unknown): unknown {
  if (error instanceof TypeError || error instanceof RangeError || error instanceof DomainError) return error
  const code = storeErrorCode(error)
  // MinIO says so by a code of its own only when it looks ahead; when a write fails half-way, the system's own words are all there is.
  const full = (code !== undefined && FULL.has(code)) || (code === 'InternalError' && /no space left on device/i.test(String(error)))
  if (full) return new DomainError('object-store-full', {}, { cause: error })
  return new DomainError('object-store-unavailable', {}, { cause: error })
}
