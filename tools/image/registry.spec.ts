import { describe, expect, it } from 'vitest'
import { isPlainHttp, parseReference } from './registry.ts'

describe('parseReference', () => {
  it('takes registry, repository and tag apart', () => {
    const { registry, repository, tag } = parseReference('10.200.0.1:5000/examples/iris-classifier:1')
    expect({ registry, repository, tag }).toEqual({ registry: '10.200.0.1:5000', repository: 'examples/iris-classifier', tag: '1' })
    expect(parseReference('ghcr.io/group/app:1.0-rc.1').registry).toBe('ghcr.io')
    expect(parseReference('localhost/app:1').registry).toBe('localhost')
  })

  it.each(['iris', 'iris:1', 'examples/iris:1', 'ghcr.io/group/app', 'ghcr.io/Group/app:1', 'ghcr.io/../app:1', 'a.b/c:d e', '--help/a:1'])(
    'refuses %s with an example',
    (text) => {
      expect(() => parseReference(text)).toThrow(/write it like/)
    },
  )
})

describe('isPlainHttp', () => {
  it('holds for this machine and private networks only', () => {
    expect(['localhost:5000', '127.0.0.1:5000', '10.200.0.1:5000', '192.168.1.2', '172.16.0.1'].every(isPlainHttp)).toBe(true)
    expect(['ghcr.io', '172.32.0.1', '110.0.0.1', 'localhost.example.org', '10.example.org.evil.net'].some(isPlainHttp)).toBe(false)
  })
})
