import { describe, expect, it } from 'vitest'
import { pathOf } from './kube-objects.js'

describe('the path of an object', () => {
  it.each([
    [{ apiVersion: 'v1', kind: 'Namespace', name: 'a' }, '/api/v1/namespaces/a'],
    [{ apiVersion: 'v1', kind: 'Pod' }, '/api/v1/pods'],
    [
      { apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace: 'n', name: 'a' },
      '/apis/serving.knative.dev/v1/namespaces/n/services/a',
    ],
    [{ apiVersion: 'v1', kind: 'Service', namespace: 'n', name: 'a' }, '/api/v1/namespaces/n/services/a'],
    [
      { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'HTTPRoute', namespace: 'n', name: 'a' },
      '/apis/gateway.networking.k8s.io/v1/namespaces/n/httproutes/a',
    ],
    [{ apiVersion: 'v1', kind: 'ServiceAccount', namespace: 'n', name: '../../x' }, '/api/v1/namespaces/n/serviceaccounts/..%2F..%2Fx'],
  ])('%j', (ref, path) => expect(pathOf(ref)).toBe(path))

  it.each([
    [{ apiVersion: 'v1', kind: 'ConfigMap', namespace: 'n', name: 'a' }],
    [{ apiVersion: 'serving.knative.dev/v1beta1', kind: 'Service', namespace: 'n', name: 'a' }],
    [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', name: 'a' }],
    [{ apiVersion: 'v1', kind: 'ServiceAccount', name: 'a' }],
  ])('refuses %j', (ref) => expect(() => pathOf(ref)).toThrow())
})
