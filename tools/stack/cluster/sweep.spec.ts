import { describe, expect, it } from 'vitest'
import { isInContainer, mountsBelow } from './sweep.ts'

describe('mountsBelow', () => {
  const table = [
    'overlay / overlay rw 0 0',
    'tmpfs /srv/x/.vitrine/cluster/kubelet/pods/1/volumes/token tmpfs rw 0 0',
    'tmpfs /srv/x/.vitrine/cluster/kubelet tmpfs rw 0 0',
    'tmpfs /srv/x/.vitrine/cluster2 tmpfs rw 0 0',
    'tmpfs /srv/with\\040blank/cluster/a tmpfs rw 0 0',
  ].join('\n')

  it('finds ours, the deepest first, and not the neighbour with a similar name', () => {
    expect(mountsBelow(table, ['/srv/x/.vitrine/cluster'])).toEqual([
      '/srv/x/.vitrine/cluster/kubelet/pods/1/volumes/token',
      '/srv/x/.vitrine/cluster/kubelet',
    ])
  })

  it('reads escaped blanks', () => expect(mountsBelow(table, ['/srv/with blank/cluster'])).toEqual(['/srv/with blank/cluster/a']))
})

describe('isInContainer', () => {
  const ours = '/srv/x/.vitrine/cluster/containerd'
  const line = (root: string) =>
    `700 600 0:50 / / rw - overlay overlay rw,lowerdir=${root}/io.containerd.snapshotter.v1.overlayfs/1/fs,upperdir=u`

  it('tells our containers by the layers of their root', () => {
    expect(isInContainer(line(ours), ours)).toBe(true)
    expect(isInContainer(line('/var/lib/containerd'), ours)).toBe(false)
  })

  it('does not take a process on the host for one, though it sees our mounts', () => {
    const host = `1 0 254:0 / / rw - ext4 /dev/vda rw\n${line(ours).replace('/ / rw', `/ ${ours}/x rw`)}`
    expect(isInContainer(host, ours)).toBe(false)
  })
})
