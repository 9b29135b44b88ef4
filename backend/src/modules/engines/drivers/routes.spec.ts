import { describe, expect, it } from 'vitest'
import type { Condition, HttpRoute } from '../../../platform/kubernetes/kube-objects.js'
import { httpRouteState, ingressState, mappingState } from './routes.js'

const at = new Date('2026-01-01T00:01:00Z')
const head = (kind: string, apiVersion: string) => ({
  apiVersion,
  kind,
  metadata: { name: 'a', namespace: 'n', generation: 2, creationTimestamp: '2026-01-01T00:00:58Z' },
})
const condition = (type: string, status: string, more: Partial<Condition> = {}): Condition => ({
  type,
  status,
  observedGeneration: 2,
  lastTransitionTime: '2026-01-01T00:00:10Z',
  ...more,
})
const route = (...parents: Condition[][]): HttpRoute => ({
  ...head('HTTPRoute', 'gateway.networking.k8s.io/v1'),
  status: { parents: parents.map((conditions) => ({ conditions })) },
})
const good = [condition('Accepted', 'True'), condition('ResolvedRefs', 'True')]

describe('an HTTPRoute', () => {
  it('serves when one Gateway accepted it and found what it leads to', () => {
    expect(httpRouteState(route(good), at)).toEqual({ is: 'serving' })
    expect(httpRouteState(route([condition('Accepted', 'False')], good), at)).toEqual({ is: 'serving' })
    const unnumbered = good.map(({ type, status }) => ({ type, status }))
    expect(httpRouteState(route(unnumbered), at), 'of a controller that says no generation').toEqual({ is: 'serving' })
  })

  it('is given some time, from when it was made or refused', () => {
    expect(httpRouteState(undefined, at)).toEqual({ is: 'waiting', inMs: 15_000 })
    expect(httpRouteState(route(), at)).toEqual({ is: 'waiting', inMs: 13_000 })
    const refused = condition('ResolvedRefs', 'False', { lastTransitionTime: '2026-01-01T00:00:50Z' })
    expect(httpRouteState(route([condition('Accepted', 'True'), refused]), at)).toEqual({ is: 'waiting', inMs: 5_000 })
    const old = good.map((each) => ({ ...each, observedGeneration: 1 }))
    expect(httpRouteState(route(old), at), 'what was said of an earlier one does not count').toEqual({ is: 'waiting', inMs: 13_000 })
  })

  it('is refused after that, with what the controller says', () => {
    const refusal = condition('Accepted', 'False', { reason: 'NotAllowedByListeners', message: 'the namespace is not allowed' })
    expect(httpRouteState(route([refusal]), at)).toEqual({
      is: 'refused',
      evidence: 'Accepted: NotAllowedByListeners the namespace is not allowed',
    })
    expect(httpRouteState(route(), new Date('2026-01-01T00:02:00Z'))).toMatchObject({
      is: 'refused',
      evidence: expect.stringContaining('No controller') as string,
    })
  })
})

describe('an Ingress', () => {
  const ingress = head('Ingress', 'networking.k8s.io/v1')
  it('serves where an address is written, and says nothing otherwise', () => {
    expect(ingressState({ ...ingress, status: { loadBalancer: { ingress: [{ ip: '10.200.0.1' }] } } })).toEqual({ is: 'serving' })
    expect(ingressState({ ...ingress, status: { loadBalancer: {} } })).toEqual({ is: 'unsaid' })
    expect(ingressState(ingress)).toEqual({ is: 'unsaid' })
    expect(ingressState(undefined)).toEqual({ is: 'unsaid' })
  })
})

describe('a Mapping', () => {
  const mapping = head('Mapping', 'getambassador.io/v3alpha1')
  it.each([
    [{ state: 'Running' }, { is: 'serving' }],
    [
      { state: 'Inactive', reason: 'no Host' },
      { is: 'refused', evidence: 'no Host' },
    ],
    [{ state: '' }, { is: 'unsaid' }],
    [{}, { is: 'unsaid' }],
  ])('%j', (status, state) => expect(mappingState({ ...mapping, status })).toEqual(state))
})
