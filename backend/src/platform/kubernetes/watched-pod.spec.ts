import { describe, expect, it } from 'vitest'
import type { ContainerStatus } from './kube-objects.js'
import { watchedPod } from './watched-pod.js'

const pod = (container: Partial<ContainerStatus>) =>
  watchedPod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'p',
      namespace: 'n',
      uid: 'u',
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { 'vitrine.dev/engine': 'e', 'serving.knative.dev/revision': 'r-1' },
    },
    status: { containerStatuses: [{ name: 'user-container', ...container }] },
  })
const containerOf = (container: Partial<ContainerStatus>) => pod(container).containers[0]

describe('a pod as logs see it', () => {
  it('names its app and its revision', () => {
    expect(pod({})).toMatchObject({
      namespace: 'n',
      name: 'p',
      uid: 'u',
      engineId: 'e',
      revision: 'r-1',
      deleted: false,
      createdAt: new Date('2026-01-01T00:00:00Z'),
    })
  })

  it('names the generation where a revision has no name of its own', () => {
    const of = (labels: Record<string, string>) => watchedPod({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', labels } }).revision
    expect(of({ 'vitrine.dev/generation': '3', 'vitrine.dev/runtime': 'deployment' })).toBe('v3')
    expect(of({ 'vitrine.dev/generation': '3' }), 'of Knative, before it is labelled').toBeNull()
    expect(of({})).toBeNull()
  })

  it('has no log before its container has started', () => {
    expect(containerOf({ state: { waiting: { reason: 'ContainerCreating' } } })).toMatchObject({
      started: false,
      startedAt: null,
      finishedAt: null,
    })
  })

  it('has one while it runs', () => {
    const container = containerOf({
      restartCount: 2,
      state: { running: { startedAt: '2026-01-01T00:00:05Z' } },
      lastState: { terminated: { finishedAt: '2026-01-01T00:00:04Z', exitCode: 3, reason: 'Error' } },
    })
    expect(container).toEqual({
      name: 'user-container',
      restartCount: 2,
      started: true,
      startedAt: new Date('2026-01-01T00:00:05Z'),
      finishedAt: null,
      lastEnd: { at: new Date('2026-01-01T00:00:04Z'), exitCode: 3, reason: 'Error' },
    })
  })

  it.each([
    { state: { terminated: { startedAt: '2026-01-01T00:00:05Z', finishedAt: '2026-01-01T00:00:06Z' } } },
    {
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { startedAt: '2026-01-01T00:00:05Z', finishedAt: '2026-01-01T00:00:06Z' } },
    },
  ])('keeps that of the run that ended last: %j', (container) => {
    expect(containerOf(container)).toMatchObject({
      started: true,
      startedAt: new Date('2026-01-01T00:00:05Z'),
      finishedAt: new Date('2026-01-01T00:00:06Z'),
    })
  })
})
