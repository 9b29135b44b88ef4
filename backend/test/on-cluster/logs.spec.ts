import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { askApp, testCluster, wireTo, type WiredCluster } from '../cluster.js'
import { makeProject } from '../factories/datasets.js'

interface Line {
  ts: string
  pod: string
  container: string
  text: string
}

interface EngineBody {
  id: string
  url: string
  status: { phase: string; message: string }
}

const cluster = testCluster()
// Each run has an instance of its own, so that it sees nothing of another.
const prefix = `${cluster.namespacePrefix}-l${randomBytes(2).toString('hex')}`
const LONG = { timeout: 60_000, interval: 50 }

let wired: WiredCluster
let portal: TestApp
let client: TestClient
let engine: EngineBody
let namespace = ''
let views: LogView[] = []

/** Someone who reads the log of the app, and may leave and come back. */
class LogView {
  readonly lines: Line[] = []
  readonly gaps: string[] = []
  end: string | null = null
  private lastId: string | undefined
  private connection = new AbortController()
  private reading: Promise<void> = Promise.resolve()

  constructor() {
    views.push(this)
  }

  /** Reads from the last event on, or as the query says. */
  async open(reader: TestClient, query = ''): Promise<this> {
    this.connection = new AbortController()
    const headers: Record<string, string> = this.lastId === undefined ? {} : { 'last-event-id': this.lastId }
    const answer = await reader.fetch(`/api/engines/${engine.id}/logs${query}`, { headers, signal: this.connection.signal })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    this.reading = this.read(answer)
    return this
  }

  async close(): Promise<void> {
    this.connection.abort()
    await this.reading
  }

  /** The numbers of the lines that `emit` wrote with this tag, in the order in which they came. */
  emitted(tag: string): number[] {
    return this.lines.flatMap(({ text }) => {
      const [, found, number] = /^emit (\S+) (\d+)\//.exec(text) ?? []
      return found === tag ? [Number(number)] : []
    })
  }

  private async read(answer: Response): Promise<void> {
    let rest = ''
    try {
      for await (const piece of (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())) {
        const blocks = (rest + piece).split('\n\n')
        rest = blocks.pop() ?? ''
        blocks.forEach((block) => this.take(block))
      }
    } catch (error) {
      // The test left, or the portal went: what is missing is read after the next open.
      if (!(error instanceof Error)) throw error
    }
  }

  private take(block: string): void {
    const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
    this.lastId = field('id') ?? this.lastId
    const data = JSON.parse(field('data') ?? '{}') as Line & { reason: string }
    if (field('event') === 'line') this.lines.push(data)
    if (field('event') === 'gap') this.gaps.push(data.reason)
    if (field('event') === 'end') this.end = data.reason
  }
}

const start = (): Promise<TestApp> =>
  startApp({
    spec: import.meta.filename,
    env: {
      KUBECONFIG: wired.kubeconfig,
      VITRINE_KUBE_CONTEXT: cluster.context,
      VITRINE_NAMESPACE_PREFIX: prefix,
      VITRINE_APPS_URL: cluster.appsUrl,
    },
  })

const count = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1)
const tag = (): string => randomBytes(4).toString('hex')
const emit = async (query: string): Promise<void> => {
  expect((await askApp(engine.url, `/emit?${query}`)).status).toBeLessThan(300)
}
const arrives = (view: LogView, name: string, n: number): Promise<void> =>
  vi.waitFor(() => expect(view.emitted(name).length).toBeGreaterThanOrEqual(n), LONG)
const podNames = async (): Promise<string[]> =>
  (await cluster.kubectl('get', 'pods', '-n', namespace, '-l', `vitrine.dev/engine=${engine.id}`, '-o', 'name'))
    .trim()
    .split('\n')
    .filter(Boolean)

beforeAll(async () => {
  wired = await wireTo(cluster)
  await wired.write()
  portal = await start()
  client = await portal.signedIn()
  const { id: projectId } = await makeProject(client)
  await vi.waitFor(async () => {
    const { body } = await client.get<{ cluster: { state: string; message: string } }>('/api/system/capabilities')
    expect(body.cluster.state, body.cluster.message).toBe('ready')
  }, LONG)
  const answer = await client.post<EngineBody>('/api/engines', { projectId, name: 'logs', image: cluster.helloImage, port: 8080 })
  expect(answer.status).toBe(202)
  engine = answer.body
  await vi.waitFor(async () => {
    const { body } = await client.get<EngineBody>(`/api/engines/${engine.id}`)
    expect(body.status.phase, body.status.message).toBe('Running')
  }, LONG)
  namespace = (
    await cluster.kubectl('get', 'pods', '-A', '-l', `vitrine.dev/engine=${engine.id}`, '-o', 'jsonpath={.items[0].metadata.namespace}')
  ).trim()
})
afterEach(async () => {
  await Promise.all(views.map((view) => view.close()))
  views = []
})
afterAll(async () => {
  if (namespace) await cluster.kubectl('delete', 'namespace', '--wait=false', '--ignore-not-found', namespace)
  await portal.remove()
  await wired.remove()
})

describe('the log of an app', () => {
  it('is an ordinary 404 for an app that does not exist, and 401 for nobody', async () => {
    const unknown = await client.get('/api/engines/01aaaaaaaaaaaaaaaaaaaaaaaa/logs')
    expect(unknown.status).toBe(404)
    expect(unknown.body.code).toBe('engine-not-found')
    expect((await portal.anonymous().get(`/api/engines/${engine.id}/logs`)).status).toBe(401)
  })

  it('holds what was written before anyone watched, then what comes, of the app alone', async () => {
    const name = tag()
    const view = await new LogView().open(client)
    await vi.waitFor(() => expect(view.lines.map(({ text }) => text)).toContain('hello listens on port 8080'), LONG)
    await emit(`n=20&every=1&tag=${name}`)
    await arrives(view, name, 20)
    expect(view.emitted(name)).toEqual(count(20))
    expect(new Set(view.lines.map(({ container }) => container))).toEqual(new Set(['user-container']))
    const [line] = view.lines
    expect(line?.ts).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
    expect(line?.pod).toBe((await podNames())[0]?.replace('pod/', ''))
    const newest = await new LogView().open(client, '?tail=1')
    await vi.waitFor(() => expect(newest.lines).toEqual(view.lines.slice(-1)), LONG)
    expect(view.gaps).toEqual([])
  })

  it('begins anew and says so when the id to go on from is no id', async () => {
    const view = await new LogView().open(client, '?lastEventId=nonsense')
    await vi.waitFor(() => expect(view.lines.length).toBeGreaterThan(0), LONG)
    expect(view.gaps).toHaveLength(1)
  })

  it('loses and doubles nothing while the reader comes and goes and the wire to the cluster is cut', async () => {
    const name = tag()
    const view = await new LogView().open(client, '?tail=0')
    const writing = emit(`n=6000&every=1&wait=1&tag=${name}`)
    for (let i = 0; i < 4; i++) {
      await arrives(view, name, 1_000 * i + 500)
      await view.close()
      await view.open(client)
      await wired.wire.cut()
      await wired.wire.mend()
    }
    await writing
    await arrives(view, name, 6_000)
    expect(view.emitted(name)).toEqual(count(6_000))
    expect(view.gaps).toEqual([])
  })

  it('goes on after a restart of the portal', async () => {
    const name = tag()
    const view = await new LogView().open(client, '?tail=0')
    const writing = emit(`n=4000&every=1&wait=1&tag=${name}`)
    await arrives(view, name, 1_000)
    await portal.stop()
    await vi.waitFor(() => expect(view.end).not.toBeNull(), LONG)
    await view.close()
    portal = await start()
    client = await portal.signedIn()
    await view.open(client)
    await writing
    await arrives(view, name, 4_000)
    expect(view.emitted(name)).toEqual(count(4_000))
    expect(view.gaps).toEqual([])
  })

  it('goes on when the container restarts, with the last lines of the one before', async () => {
    const [before, after] = [tag(), tag()]
    const view = await new LogView().open(client, '?tail=0')
    await emit(`n=500&every=1&wait=1&tag=${before}`)
    await arrives(view, before, 400)
    await wired.wire.cut()
    // Gone before anyone could read it: only the previous instance's log has the rest.
    await askApp(engine.url, '/exit?code=3').catch(() => undefined)
    await wired.wire.mend()
    const listens = (): number => view.lines.filter(({ text }) => text.startsWith('hello listens')).length
    await vi.waitFor(() => expect(listens()).toBe(1), LONG)
    await vi.waitFor(async () => expect((await askApp(engine.url)).status).toBe(200), LONG)
    await emit(`n=50&every=1&tag=${after}`)
    await arrives(view, after, 50)
    expect(view.emitted(before)).toEqual(count(500))
    expect(view.emitted(after)).toEqual(count(50))
    expect(view.lines.filter(({ text }) => text === 'request GET /exit?code=3')).toHaveLength(1)
    expect(view.gaps).toEqual([])
  })

  it('merges all pods', async () => {
    const view = await new LogView().open(client, '?tail=0')
    const labels = `vitrine.dev/engine=${engine.id},vitrine.dev/instance=${prefix}`
    const restricted = {
      allowPrivilegeEscalation: false,
      runAsNonRoot: true,
      runAsUser: 1000,
      capabilities: { drop: ['ALL'] },
      seccompProfile: { type: 'RuntimeDefault' },
    }
    const resources = { limits: { cpu: '100m', memory: '64Mi' }, requests: { cpu: '10m', memory: '16Mi' } }
    const container = { name: 'user-container', image: cluster.helloImage, securityContext: restricted, resources }
    const spec = {
      serviceAccountName: 'vitrine-app',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: 1,
      containers: [container],
    }
    await cluster.kubectl(
      'run',
      'second',
      '-n',
      namespace,
      '--image',
      cluster.helloImage,
      '--labels',
      labels,
      `--overrides=${JSON.stringify({ spec })}`,
    )
    await vi.waitFor(
      () => expect(view.lines.filter(({ pod }) => pod === 'second').map(({ text }) => text)).toEqual(['hello listens on port 8080']),
      LONG,
    )
    const name = tag()
    await emit(`n=5&every=1&tag=${name}`)
    await arrives(view, name, 5)
    await cluster.kubectl('delete', 'pod', 'second', '-n', namespace, '--wait=true')
    expect(view.emitted(name)).toEqual(count(5))
    expect(view.gaps).toEqual([])
  })

  it('loses and doubles nothing when the node turns the file over', async () => {
    const view = await new LogView().open(client, '?tail=0')
    const [pod = ''] = await podNames()
    const firstOfFile = (): Promise<string> =>
      cluster.kubectl('logs', '-n', namespace, pod, '-c', 'user-container', '--timestamps', '--limit-bytes=60')
    const before = await firstOfFile()
    const names: string[] = []
    // The kubelet looks every ten seconds whether a file has more than 10 MiB.
    while (names.length < 2 || ((await firstOfFile()) === before && names.length < 40)) {
      const name = tag()
      names.push(name)
      await emit(`n=4000&every=0&bytes=1000&wait=1&tag=${name}`)
      await arrives(view, name, 4_000)
    }
    expect(await firstOfFile()).not.toBe(before)
    const last = tag()
    await emit(`n=100&every=1&tag=${last}`)
    await arrives(view, last, 100)
    for (const name of names) expect(view.emitted(name)).toEqual(count(4_000))
    expect(view.emitted(last)).toEqual(count(100))
    expect(view.gaps).toEqual([])
  }, 120_000)

  it('ends with the app', async () => {
    const view = await new LogView().open(client)
    expect((await client.delete(`/api/engines/${engine.id}`)).status).toBe(202)
    await vi.waitFor(() => expect(view.end).toBe('The app was deleted.'), LONG)
    expect((await client.get(`/api/engines/${engine.id}/logs`)).status).toBe(404)
  })
})
