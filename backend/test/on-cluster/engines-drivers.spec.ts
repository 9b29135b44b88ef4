import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, WebSocket } from 'undici'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DriverName } from '../../src/platform/kubernetes/drivers.js'
import { askApp, testCluster } from '../cluster.js'
import { Site } from '../site.js'

const cluster = testCluster()
const run = randomBytes(2).toString('hex')
// Longer than the minute after which proxies like to give up.
const STREAM_MS = 66_000
const answers = (url: string, text = ''): Promise<void> =>
  vi.waitFor(async () => expect(await askApp(url)).toMatchObject({ status: 200, body: expect.stringContaining(text) as string }), {
    timeout: 20_000,
    interval: 100,
  })

/** `*.localhost` is this machine, whatever the resolver says. */
const local = new Agent({
  connect: { lookup: (_, { all }, done) => (all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4)) },
})

/** Says something every second over one web socket. @returns how many answers came, and for how long */
function talk(url: string, forMs: number): Promise<{ lasted: boolean; answers: number; sent: number }> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/echo`, { dispatcher: local })
  let [sent, heard] = [0, 0]
  return new Promise((resolve) => {
    const saying = setInterval(() => socket.readyState === WebSocket.OPEN && socket.send(`message ${++sent}`), 1_000)
    const ending = setTimeout(() => end(true), forMs)
    const end = (lasted: boolean): void => {
      clearInterval(saying)
      clearTimeout(ending)
      resolve({ lasted, answers: heard, sent })
      socket.close()
    }
    socket.addEventListener('message', ({ data }) => data === `message ${heard + 1}` && heard++)
    socket.addEventListener('close', () => end(false))
    socket.addEventListener('error', () => end(false))
  })
}

/** Reads one endless stream with an event a second. @returns how many came, and whether it was still open */
function listen(url: string, forMs: number): Promise<{ lasted: boolean; events: number }> {
  const { port, host } = new URL(url)
  let events = 0
  return new Promise((resolve) => {
    const asking = request({ host: '127.0.0.1', port, path: '/stream?every=1000', headers: { host } }, (answer) => {
      answer.on('data', (piece: Buffer) => (events += piece.toString().split('data: ').length - 1))
      answer.on('close', () => end(false))
    })
    const end = (lasted: boolean): void => {
      clearTimeout(ending)
      resolve({ lasted, events })
      asking.destroy()
    }
    const ending = setTimeout(() => end(true), forMs)
    asking.on('error', () => end(false))
    asking.end()
  })
}

/** Asks an app without a pause from several sides until told to stop. @returns what the answers were */
function load(url: string): () => Promise<{ asked: number; failed: string[]; texts: Set<string> }> {
  const failed: string[] = []
  const texts = new Set<string>()
  let [asked, going] = [0, true]
  const asker = async (): Promise<void> => {
    while (going) {
      asked++
      try {
        const { status, body: text } = await askApp(url)
        if (status === 200) texts.add(text.trim())
        else failed.push(`${status} ${text.slice(0, 80)}`)
      } catch (error) {
        failed.push(String(error))
      }
      await sleep(10)
    }
  }
  const askers = Promise.all(Array.from({ length: 4 }, asker))
  return async () => {
    going = false
    await askers
    return { asked, failed, texts }
  }
}

const DRIVERS = ['knative', 'gateway', 'ingress'] as const
const sites = Object.fromEntries(
  [...DRIVERS, 'emissary'].map((name) => [name, new Site(cluster, import.meta.filename, name, run)]),
) as Record<DriverName, Site>
const streams = new Map<DriverName, Promise<[Awaited<ReturnType<typeof talk>>, Awaited<ReturnType<typeof listen>>]>>()

beforeAll(async () => {
  for (const name of [...DRIVERS, 'emissary'] as const) await sites[name].start(name)
  // A minute of talking to an app of each, while the other tests do their work.
  for (const name of DRIVERS) {
    const begin = async () => {
      const { id, url } = await sites[name].deploy('talker')
      await sites[name].becomes(id, 'Running')
      await answers(url)
      return Promise.all([talk(url, STREAM_MS), listen(url, STREAM_MS)])
    }
    const talking = begin()
    // Looked at by the test; that it fails earlier must not end the process.
    talking.catch(() => undefined)
    streams.set(name, talking)
  }
})
afterAll(async () => {
  await Promise.all(Object.values(sites).map((site) => site.remove()))
  await local.close()
})

describe.each(DRIVERS)('an app of %s', (driver) => {
  const site = sites[driver]
  let id: string
  let url: string

  it('runs, answers on its host, and says how it is run', async () => {
    const { id: made, url: address } = await site.deploy('main', { env: { MESSAGE: 'first' } })
    ;[id, url] = [made, address]
    const running = await site.becomes(id, 'Running')
    expect(running).toMatchObject({ driver, digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string })
    expect(running.status).toMatchObject({ replicas: 1, cause: null, message: 'The app runs.' })
    expect(running.status.steps.every(({ state, finishedAt }) => state === 'done' && finishedAt !== null)).toBe(true)
    await answers(url, 'first')
    await vi.waitFor(async () => expect((await site.linesOf(id)).map(({ text }) => text)).toContain('hello listens on port 8080'), 15_000)
    expect(await site.capabilities()).toMatchObject({ driver, drivers: [driver], scaleToZero: driver === 'knative' })
  })

  it('is replaced without a failed request', async () => {
    const stop = load(url)
    await site.change(id, { env: { MESSAGE: 'second' } })
    await vi.waitFor(async () => expect((await askApp(url)).body).toContain('second'), { timeout: 45_000, interval: 100 })
    await site.becomes(id, 'Running')
    // The pod of before goes on for some seconds.
    await sleep(4_000)
    const { asked, failed, texts } = await stop()
    expect(failed).toEqual([])
    expect(asked).toBeGreaterThan(100)
    expect(texts).toEqual(new Set(['first', 'second']))
  })

  it('leaves nothing when it is deleted', async () => {
    expect(await site.objectsOf(id)).not.toEqual([])
    await site.delete(id)
    expect(await site.objectsOf(id)).toEqual([])
    await vi.waitFor(async () => expect((await askApp(url, '/', 2_000)).status).toBe(404), { timeout: 20_000, interval: 200 })
  })
})

describe('an app that is no Knative service', () => {
  const site = sites.ingress

  it.each([
    ['an image that does not exist', { image: `${cluster.registry}/vitrine-test/none:1` }, 'image-not-found'],
    ['a crash at once', { env: { CRASH: 'boom: no model' } }, 'app-crashed'],
    ['a quota that is used up', {}, 'quota-exceeded'],
  ])('says why it does not start: %s', async (_, change, code) => {
    if (code === 'quota-exceeded') await cluster.kubectl('create', 'quota', 'tight', '-n', site.namespace, '--hard=pods=1')
    const { id } = await site.deploy(code, change)
    const { status } = await site.becomes(id, 'Failed', 45_000)
    expect(status.cause).toMatchObject({ code })
    if (code === 'app-crashed') expect(status.cause?.evidence).toBe('boom: no model')
    if (code === 'quota-exceeded') await cluster.kubectl('delete', 'quota', 'tight', '-n', site.namespace)
    await site.delete(id)
  })

  it('is put back when someone removes a part of it', async () => {
    const { id, url } = await site.deploy('edited')
    await site.becomes(id, 'Running')
    await cluster.kubectl('delete', 'service,ingress', '-n', site.namespace, '-l', `vitrine.dev/engine=${id}`)
    await vi.waitFor(async () => expect((await site.objectsOf(id)).filter((name) => /^(service|ingress)/.test(name))).toHaveLength(2), {
      timeout: 20_000,
      interval: 200,
    })
    await answers(url)
    await site.becomes(id, 'Running')
    const edit = JSON.stringify({ spec: { selector: { somebody: 'else' } } })
    await cluster.kubectl('patch', 'service', '-n', site.namespace, `edited-ingress-${run}-app`, '--type=merge', '-p', edit)
    const selector = ['get', 'service', '-n', site.namespace, `edited-ingress-${run}-app`, '-o', 'jsonpath={.spec.selector}']
    await vi.waitFor(
      async () =>
        expect(JSON.parse(await cluster.kubectl(...selector))).toEqual({ 'vitrine.dev/engine': id, 'vitrine.dev/runtime': 'deployment' }),
      {
        timeout: 20_000,
        interval: 200,
      },
    )
    await site.delete(id)
  })
})

describe('an app of emissary', () => {
  const site = sites.emissary

  // No controller of Emissary runs here: a real API server checks the Mapping against its definition, and that is all.
  it('has a Mapping that the API server takes, and says that nobody says whether it is served', async () => {
    const { id, url } = await site.deploy('mapped')
    const { status, driver } = await site.becomes(id, 'Running')
    expect(driver).toBe('emissary')
    expect(status.message).toBe('The app runs. Whether its address is served, the cluster does not say.')
    const spec: unknown = JSON.parse(
      await cluster.kubectl('get', 'mappings.getambassador.io', '-n', site.namespace, `mapped-emissary-${run}`, '-o', 'jsonpath={.spec}'),
    )
    expect(spec).toEqual({
      hostname: new URL(url).hostname,
      prefix: '/',
      service: `http://mapped-emissary-${run}-app.${site.namespace}:80`,
      timeout_ms: 0,
      idle_timeout_ms: 0,
      allow_upgrade: ['websocket'],
    })
    const set = (status: object): Promise<string> =>
      cluster.kubectl(
        'patch',
        'mappings.getambassador.io',
        '-n',
        site.namespace,
        `mapped-emissary-${run}`,
        '--subresource=status',
        '--type=merge',
        '-p',
        JSON.stringify({ status }),
      )
    await set({ state: 'Inactive', reason: 'no Listener' })
    expect((await site.becomes(id, 'Degraded')).status.cause).toMatchObject({ code: 'route-not-ready', evidence: 'no Listener' })
    await set({ state: 'Running' })
    expect((await site.becomes(id, 'Running')).status.message).toBe('The app runs.')
    await site.delete(id)
    expect(await site.objectsOf(id)).toEqual([])
  })
})

describe('web sockets and streams', () => {
  it.each(DRIVERS)(
    'of %s last longer than a minute, and nothing of them is lost',
    async (driver) => {
      const [socket, stream] = (await streams.get(driver)) ?? []
      expect(socket).toMatchObject({ lasted: true })
      expect(socket?.sent).toBeGreaterThanOrEqual(60)
      expect(socket?.answers).toBeGreaterThanOrEqual((socket?.sent ?? 0) - 1)
      expect(stream).toMatchObject({ lasted: true })
      expect(stream?.events).toBeGreaterThanOrEqual(60)
    },
    90_000,
  )
})

describe('an instance that changes its driver', () => {
  const site = sites.gateway

  it('moves its apps, and leaves nothing of the former driver', async () => {
    const { id, url } = await site.deploy('moving')
    await site.becomes(id, 'Running')
    const deployment = ['get', 'deployment', '-n', site.namespace, `moving-gateway-${run}`, '-o', 'jsonpath={.metadata.uid}']
    const uid = await cluster.kubectl(...deployment)

    await site.stop()
    await site.start('ingress')
    await vi.waitFor(async () => expect(await site.read(id)).toMatchObject({ driver: 'ingress', status: { phase: 'Running' } }), 30_000)
    await answers(url)
    expect(await cluster.kubectl(...deployment), 'what both have stays').toBe(uid)
    expect((await site.objectsOf(id)).map((name) => name.split('/')[0])).not.toContain('httproute.gateway.networking.k8s.io')

    await site.stop()
    await site.start('knative')
    await vi.waitFor(async () => expect(await site.read(id)).toMatchObject({ driver: 'knative', status: { phase: 'Running' } }), 60_000)
    await answers(url)
    await vi.waitFor(
      async () => {
        const kinds = new Set((await site.objectsOf(id)).map((name) => name.split('/')[0]))
        expect(kinds).not.toContain('ingress.networking.k8s.io')
        expect(
          (await site.objectsOf(id)).filter((name) => name.endsWith('-app') || name === `deployment.apps/moving-gateway-${run}`),
        ).toEqual([])
      },
      { timeout: 20_000, interval: 200 },
    )

    await site.stop()
    // Nothing is preferred to what an app has: it stays where it is, and so does the record of that.
    await site.start('auto')
    expect(await site.capabilities()).toMatchObject({ driver: 'knative', drivers: ['knative', 'gateway', 'ingress'], scaleToZero: true })
    await site.delete(id)
    await vi.waitFor(async () => expect(await site.objectsOf(id)).toEqual([]), { timeout: 20_000, interval: 200 })
  }, 150_000)
})
