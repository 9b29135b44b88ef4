import { describe, expect, it } from 'vitest'
import { applyList, applyUpdate, keyOf } from './apply-update.js'
import type { KubeObject } from './kube-objects.js'

const pod = (name: string, version: string, uid = `uid-${name}`): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'ns', uid, resourceVersion: version },
})
const same = (raw: KubeObject): KubeObject => raw
const storeOf = (...pods: KubeObject[]): Map<string, KubeObject> => new Map(pods.map((each) => [keyOf(each), each]))

describe('one event of a watch', () => {
  it.each([
    ['ADDED', storeOf(), pod('a', '5'), { change: 'put', key: 'ns/a', resourceVersion: '5' }],
    ['ADDED', storeOf(pod('a', '4')), pod('a', '5'), { change: 'put', key: 'ns/a', resourceVersion: '5' }],
    ['MODIFIED', storeOf(pod('a', '4')), pod('a', '5'), { change: 'put', key: 'ns/a', resourceVersion: '5' }],
    ['MODIFIED', storeOf(), pod('a', '5'), { change: 'put', key: 'ns/a', resourceVersion: '5' }],
    ['DELETED', storeOf(pod('a', '4')), pod('a', '5'), { change: 'remove', key: 'ns/a', resourceVersion: '5' }],
    ['DELETED', storeOf(), pod('a', '5'), { change: 'none', resourceVersion: '5' }],
    ['DELETED', storeOf(pod('a', '6', 'another')), pod('a', '5'), { change: 'none', resourceVersion: '5' }],
    ['BOOKMARK', storeOf(pod('a', '4')), { metadata: { resourceVersion: '9' } }, { change: 'none', resourceVersion: '9' }],
    ['SOMETHING', storeOf(pod('a', '4')), pod('a', '5'), { change: 'none', resourceVersion: '5' }],
    ['ERROR', storeOf(), { kind: 'Status', code: 410, message: 'too old' }, { change: 'error', code: 410, message: 'too old' }],
    ['ERROR', storeOf(), null, { change: 'error', code: 0 }],
  ])('%s', (type, store, object, expected) => {
    const before = [...store]
    expect(applyUpdate(store, { type, object }, same)).toMatchObject(expected)
    expect([...store], 'nothing is changed yet').toEqual(before)
  })

  it('gives the listener the last state of what went', () => {
    const update = applyUpdate(storeOf(pod('a', '4')), { type: 'DELETED', object: pod('a', '5') }, same)
    expect(update).toMatchObject({ object: { metadata: { resourceVersion: '5' } } })
  })
})

describe('a full list', () => {
  it('tells what appeared, changed and went while nobody watched', () => {
    const { put, remove } = applyList(storeOf(pod('same', '1'), pod('changed', '2'), pod('gone', '3')), [
      pod('same', '1'),
      pod('changed', '7'),
      pod('new', '8'),
    ])
    expect(put.map(([key]) => key)).toEqual(['ns/changed', 'ns/new'])
    expect(remove.map(([key]) => key)).toEqual(['ns/gone'])
  })
})
