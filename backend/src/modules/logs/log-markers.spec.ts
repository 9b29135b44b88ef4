import { describe, expect, it } from 'vitest'
import type { WatchedContainer, WatchedPod } from '../../platform/kubernetes/pod-feed.js'
import { markersOf } from './log-markers.js'
import type { ContainerRun } from './log-segment.js'

const from = { key: 'k', pod: 'p', container: 'app', revision: null }
const at = new Date('2026-11-21T10:00:00Z')
const end = (exitCode: number, reason = 'Error') => ({ at, exitCode, reason })
const running: WatchedContainer = { name: 'app', restartCount: 0, started: true, startedAt: at, finishedAt: null, lastEnd: null }
const ended: WatchedContainer = { ...running, finishedAt: at, lastEnd: end(1) }
const waiting: WatchedContainer = { ...running, started: false, startedAt: null }

function said(container: WatchedContainer, known?: Partial<ContainerRun>, deleted = false): string[] {
  const pod: WatchedPod = {
    namespace: 'n',
    name: 'p',
    uid: 'u',
    engineId: 'e',
    revision: null,
    createdAt: at,
    deleted,
    containers: [container],
  }
  const run = known && { key: 'k', run: 0, ended: false, ...known }
  return markersOf(from, pod, container, run, at).map((marker) => `${marker.what} ${marker.run}`)
}

describe('markers of a container', () => {
  it.each([
    ['nothing before it started', waiting, undefined, []],
    ['its start, once', running, undefined, ['started 0']],
    ['nothing new', running, {}, []],
    ['its crash', ended, {}, ['crashed 0']],
    ['its crash once', ended, { ended: true }, []],
    ['start and crash of one that was never seen running', ended, undefined, ['started 0', 'crashed 0']],
    ['the crash of the run before with the next start', { ...running, restartCount: 1, lastEnd: end(1) }, {}, ['crashed 0', 'started 1']],
    ['only the next start when the crash was told', { ...running, restartCount: 1, lastEnd: end(1) }, { ended: true }, ['started 1']],
    ['the last of several runs that were missed', { ...ended, restartCount: 4 }, { run: 1 }, ['started 4', 'crashed 4']],
    ['nothing of a run that is older than what was told', { ...running, restartCount: 2, lastEnd: end(1) }, { run: 2 }, []],
    ['an end in good order', { ...ended, lastEnd: end(0, 'Completed') }, {}, ['ended 0']],
    ['that memory ran out', { ...ended, lastEnd: end(137, 'OOMKilled') }, {}, ['crashed 0']],
  ] satisfies [string, WatchedContainer, Partial<ContainerRun> | undefined, string[]][])('say %s', (_, container, known, expected) => {
    expect(said(container, known)).toEqual(expected)
  })

  it('call it no crash when a pod that is taken away ends by the signal for that', () => {
    expect(said({ ...ended, lastEnd: end(143) }, {}, true)).toEqual(['ended 0'])
    expect(said({ ...ended, lastEnd: end(143) }, {}, false)).toEqual(['crashed 0'])
    expect(said({ ...ended, lastEnd: end(3) }, {}, true)).toEqual(['crashed 0'])
  })
})
