import { describe, expect, it } from 'vitest'
import { DomainError } from '../../common/problem/domain-error.js'
import { refusal } from './s3-client.js'
import { explainStoreError, toStoreProblem } from './s3-error.js'

const failed = (code: string, message = '') => Object.assign(new Error(message), { code })
const codeOf = (error: unknown) => (error instanceof DomainError ? error.code : error)

describe('toStoreProblem', () => {
  it.each(['XMinioStorageFull', 'QuotaExceeded'])('says that the store is full on %s', (code) => {
    expect(codeOf(toStoreProblem(failed(code)))).toBe('object-store-full')
  })

  it('says so too when the disk is full in the middle of a write', () => {
    const body =
      '<Error><Code>InternalError</Code><Message>We encountered an internal error: cause(no space left on device)</Message></Error>'
    expect(codeOf(toStoreProblem(refusal(500, body)))).toBe('object-store-full')
    expect(codeOf(toStoreProblem(refusal(500, '<Error><Code>InternalError</Code></Error>')))).toBe('object-store-unavailable')
    expect(codeOf(toStoreProblem(refusal(502, '<html>Bad Gateway</html>')))).toBe('object-store-unavailable')
  })

  it.each([failed('ECONNREFUSED'), failed('AccessDenied'), failed('NoSuchBucket'), new Error('Request failed after 0 retries')])(
    'says that the store is not reachable on $code',
    (error) => {
      expect(codeOf(toStoreProblem(error))).toBe('object-store-unavailable')
    },
  )

  it('leaves mistakes of ours alone', () => {
    const mistake = new TypeError('undefined is not a function')
    expect(toStoreProblem(mistake)).toBe(mistake)
  })
})

describe('explainStoreError', () => {
  it('names the setting that is wrong', () => {
    expect(explainStoreError(failed('SignatureDoesNotMatch', 'The request signature…'))).toContain('S3_SECRET_KEY')
    expect(explainStoreError(failed('InvalidAccessKeyId'))).toContain('S3_ACCESS_KEY')
    expect(explainStoreError(failed('NoSuchBucket'))).toContain('S3_BUCKET')
  })

  it('passes on what it does not know', () => {
    expect(explainStoreError(failed('SlowDown', 'Please reduce your request rate'))).toBe('SlowDown: Please reduce your request rate')
    expect(explainStoreError(new Error('x'))).toBe('x')
  })
})
