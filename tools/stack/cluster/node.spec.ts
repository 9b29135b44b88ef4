import { describe, expect, it } from 'vitest'
import { upstreamResolvers } from './node.ts'

describe('upstreamResolvers', () => {
  it('takes the first file that names servers outside this machine', () => {
    expect(upstreamResolvers(['nameserver 127.0.0.53\noptions edns0\n', 'nameserver 192.0.2.1\nnameserver 192.0.2.2\n'])).toEqual([
      '192.0.2.1',
      '192.0.2.2',
    ])
  })

  it('has none rather than a stub that a pod cannot reach', () => expect(upstreamResolvers(['nameserver ::1\n', null])).toEqual([]))
})
