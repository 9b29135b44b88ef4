import { createServer, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { describeConflicts, findConflicts, freePort, listeningInodes, shortCommand } from './ports.ts'

const server = createServer()
afterEach(() => new Promise((resolve) => server.close(resolve)))

describe('describeConflicts', () => {
  it('names every port, who holds it, and what to do', () => {
    const text = describeConflicts([
      { service: 'the portal', host: '127.0.0.1', port: 8080, holder: 'nginx (pid 812)', remedy: 'choose another with VITRINE_PORT' },
      { service: 'etcd', host: '127.0.0.1', port: 2379, holder: null },
    ])
    expect(text).toBe(
      '2 ports are taken; nothing was started.\n' +
        '  the portal needs 127.0.0.1:8080, which nginx (pid 812) holds: stop it, or choose another with VITRINE_PORT\n' +
        '  etcd needs 127.0.0.1:2379, which another process (not visible to you) holds: stop it',
    )
  })
})

describe('findConflicts', () => {
  it('finds a taken port with its holder, and lets a free one and an address to come pass', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const conflicts = await findConflicts([
      { service: 'taken', host: '127.0.0.1', port },
      { service: 'to come', host: '203.0.113.9', port },
    ])
    expect(conflicts).toMatchObject([{ service: 'taken', port }])
    if (process.platform === 'linux') expect(conflicts[0]?.holder).toContain(`(pid ${process.pid})`)
  })
})

describe('freePort', () => {
  it('is one that a service can take, below those of connections that go out', async () => {
    const port = await freePort()
    expect(port).toBeLessThan(32_768)
    expect(await findConflicts([{ service: 'next', host: '127.0.0.1', port }])).toEqual([])
  })

  it('gives up on an address that is not of this machine', () =>
    expect(freePort('203.0.113.9')).rejects.toThrow('no free port on 203.0.113.9'))
})

it('reads listening sockets, not connected ones', () => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1',
    '   1: 0100007F:1F90 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 222 1',
    '   2: 0100007F:2328 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1',
  ].join('\n')
  expect(listeningInodes(table, 8080)).toEqual(['111'])
})

it('names a process by its command, in few words', () => {
  expect(shortCommand(['/usr/bin/node', 'server.js', ''])).toBe('node server.js')
  expect(shortCommand(['/opt/x/java', `-cp=${'a'.repeat(100)}`])).toHaveLength(70)
})
