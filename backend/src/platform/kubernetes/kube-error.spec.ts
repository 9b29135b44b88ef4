import { describe, expect, it } from 'vitest'
import { errorOfStatus, KubeError, toKubeError } from './kube-error.js'

describe('errors of the API server', () => {
  it.each([
    [422, { reason: 'Invalid' }, 'invalid'],
    [400, { message: 'admission webhook "validation.webhook.serving.knative.dev" denied the request: validation failed' }, 'invalid'],
    [500, { message: 'failed to create typed patch object (a/b; v1, Kind=X): .spec.hard.pods: expected string' }, 'invalid'],
    [401, {}, 'forbidden'],
    [403, { reason: 'Forbidden' }, 'forbidden'],
    [403, { message: 'services "a" is forbidden: status unknown for quota: vitrine, resources: count/services' }, 'conflict'],
    [404, { reason: 'NotFound' }, 'not-found'],
    [409, { reason: 'Conflict' }, 'conflict'],
    [410, { reason: 'Expired' }, 'expired'],
    [500, { message: 'failed calling webhook "webhook.serving.knative.dev": connection refused' }, 'unreachable'],
    [429, {}, 'unreachable'],
    [503, {}, 'unreachable'],
  ] as const)('%i %j is %s', (code, status, kind) => {
    expect(errorOfStatus(code, status).kind).toBe(kind)
  })

  it('keeps the causes', () => {
    const { causes } = errorOfStatus(422, {
      details: { causes: [{ field: 'spec.port', message: 'too big' }, { reason: 'FieldValueRequired' }] },
    })
    expect(causes).toEqual([
      { field: 'spec.port', message: 'too big' },
      { field: '', message: 'FieldValueRequired' },
    ])
  })

  it('takes what is no answer for an outage, and keeps what is one of ours', () => {
    expect(toKubeError(Object.assign(new Error(''), { code: 'ECONNREFUSED' }))).toMatchObject({
      kind: 'unreachable',
      message: 'ECONNREFUSED',
    })
    const error = new KubeError('conflict', 'no')
    expect(toKubeError(error)).toBe(error)
  })
})
