import { createServer } from 'node:net'
import { once } from 'node:events'
import { expect, it, vi } from 'vitest'
import { Logger } from '@nestjs/common'
import { Health } from '../../common/health.js'
import { parseConfig } from '../../config/config.js'
import { GatewayServer } from './gateway.server.js'

Logger.overrideLogger(false)

const settings = {
  VITRINE_SECRET: 'only-for-tests-0123456789abcdefghijklmnop',
  MONGODB_URI: 'mongodb://127.0.0.1/none',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_ACCESS_KEY: 'none',
  S3_SECRET_KEY: 'none',
  VITRINE_APPS_URL: 'http://{app}.apps.localhost:8081',
}
const unused = (): never => {
  throw new Error('nobody asks')
}

async function start(port: number, host: string): Promise<GatewayServer> {
  const config = parseConfig({ ...settings, VITRINE_GATEWAY_PORT: String(port), VITRINE_GATEWAY_HOST: host })
  const visits = { verdict: async () => ({ is: 'unknown' }) as const, isInUse: () => false, begin: unused, closeAll: () => undefined }
  const server = new GatewayServer(config, visits, { find: unused, forget: unused }, { authenticate: unused }, new Health())
  await server.onApplicationBootstrap()
  return server
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

it('serves its own probes, and sends who is not admitted to the portal', async () => {
  const port = await freePort()
  const server = await start(port, '127.0.0.1')
  expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
  expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(404)
  await server.beforeApplicationShutdown()
  await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow()
})

it('does not hold up the start when its address is not there yet, nor the end', async () => {
  // TEST-NET-1 (RFC 5737) is on no machine.
  const server = await start(8_082, '192.0.2.1')
  await vi.waitFor(() => server.beforeApplicationShutdown())
})

it('does not start when someone else has its port', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  const address = taken.address()
  await expect(start(typeof address === 'object' ? (address?.port ?? 0) : 0, '127.0.0.1')).rejects.toThrow('EADDRINUSE')
  taken.close()
})
