import { describe, expect, it } from 'vitest'
import { pinnedVersion } from './tools.ts'

describe('pinnedVersion', () => {
  it('reads a module out of a block and out of a line of its own', () => {
    const goMod =
      'module x\n\nrequire (\n\tk8s.io/kubernetes v1.36.3\n\tk8s.io/api v0.36.3 // indirect\n)\n\nrequire go.etcd.io/etcd/server/v3 v3.7.3\n'
    expect(pinnedVersion(goMod, 'k8s.io/kubernetes')).toBe('1.36.3')
    expect(pinnedVersion(goMod, 'k8s.io/api')).toBe('0.36.3')
    expect(pinnedVersion(goMod, 'go.etcd.io/etcd/server/v3')).toBe('3.7.3')
  })

  it('says what is missing', () => expect(() => pinnedVersion('module x\n', 'k8s.io/api')).toThrow('k8s.io/api is not in go.mod'))
})
