// How late is a line in the log stream, against `kubectl logs -f` of the same container? Both read the same lines at the same time, in this process.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { AppVisitor, readCredentials, VitrineClient } from '../tools/client/client.ts'
import { SseParser } from '../tools/client/sse.ts'
import { buildAndPush } from '../tools/image/build.ts'
import { liveRecord } from '../tools/stack/cluster/record.ts'
import { run } from '../tools/stack/exec.ts'
import { root } from '../tools/stack/paths.ts'
import { Progress } from '../tools/stack/progress.ts'
import { waitFor } from '../tools/stack/time.ts'
import { toolPath } from '../tools/stack/tools.ts'
import { quantile, verdict } from './stats.ts'

const TARGET_MS = 50
const DEADLINE_MS = 120_000
const QUIET_MS = 500
// The first is what apps do; in the others the node and the readers share the processors with what they read: run them on a quiet machine.
const LOADS = [
  { name: '100 lines a second', writers: 1, lines: 3_000, every: 10 },
  { name: '1,000 lines a second', writers: 1, lines: 10_000, every: 1 },
  { name: '5,000 lines a second', writers: 5, lines: 10_000, every: 1 },
]

interface Engine {
  id: string
  url: string
  status: { phase: string }
}

/** What arrived and when. It is read afterwards, so that reading it delays nothing that is measured. */
class Arrivals {
  /** Milliseconds from the writing of each line to its arrival here, by "<tag> <number>". */
  readonly delays = new Map<string, number>()
  readonly #pieces: { at: number; bytes: Uint8Array }[] = []
  readonly #decoder = new TextDecoder()
  readonly #lines: (text: string) => string[]

  /** @param lines takes text piece by piece and hands out the lines of the app that are whole */
  constructor(lines: (text: string) => string[]) {
    this.#lines = lines
  }

  add(bytes: Uint8Array): void {
    this.#pieces.push({ at: wallClock(), bytes })
  }

  /** Whether there is a line at all. */
  get begun(): boolean {
    this.#read()
    return this.delays.size > 0
  }

  /** Whether these lines are all there. Not looked at while more is coming, as looking takes time. */
  hold(keys: string[]): boolean {
    if (wallClock() - (this.#pieces.at(-1)?.at ?? 0) < QUIET_MS) return false
    this.#read()
    return keys.every((key) => this.delays.has(key))
  }

  #read(): void {
    for (const { at, bytes } of this.#pieces.splice(0))
      for (const line of this.#lines(this.#decoder.decode(bytes, { stream: true }))) {
        const [, tag = '', number = '', micros = ''] = /^emit (\S+) (\d+)\/\d+ (\d+)/.exec(line) ?? []
        if (micros !== '') this.delays.set(`${tag} ${number}`, at - Number(micros) / 1000)
      }
  }
}

const cluster = liveRecord()
if (cluster?.state !== 'ready') throw new Error('This needs the embedded cluster: start it with `make up` and wait until it is ready.')
const kubectl = toolPath('kubernetes', 'kubectl')
const access = ['--kubeconfig', cluster.adminKubeconfig]

const { image } = await buildAndPush({
  context: join(root, 'tools/image/fixtures/hello'),
  tag: `${cluster.registry}/vitrine-bench/hello:1`,
  progress: new Progress(),
})
const client = await VitrineClient.signIn(readCredentials(root))
const visitor = new AppVisitor(client)
const project = await client.post<{ id: string }>('/api/projects', { title: `Bench log ${Date.now().toString(36)}` })

try {
  const engine = await client.post<Engine>('/api/engines', { projectId: project.id, name: 'writer', image, port: 8080 })
  await waitFor(async () => (await client.get<Engine>(`/api/engines/${engine.id}`)).status.phase === 'Running', {
    what: 'the app to run',
    timeoutMs: DEADLINE_MS,
  })
  const closing = new AbortController()
  const parser = new SseParser()
  const ours = new Arrivals((text) => parser.push(text).flatMap(({ event, data }) => appLine(event, data)))
  let rest = ''
  const theirs = new Arrivals((text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    return lines
  })
  const reading = Promise.all([readStream(engine, ours, closing.signal), readKubectl(engine, theirs, closing.signal)])
  try {
    const ended = reading.then(() => Promise.reject(new Error('one of the two readers ended early')))
    await Promise.race([measureAll(engine, ours, theirs), ended])
  } finally {
    closing.abort()
    await Promise.allSettled([reading])
  }
} finally {
  await client.delete(`/api/projects/${project.id}`)
}

async function measureAll(engine: Engine, ours: Arrivals, theirs: Arrivals): Promise<void> {
  await bothRead(engine, ours, theirs)
  for (const load of LOADS) await measure(load, engine, ours, theirs)
}

async function measure(
  { name, writers, lines, every }: (typeof LOADS)[number],
  engine: Engine,
  ours: Arrivals,
  theirs: Arrivals,
): Promise<void> {
  const tags = Array.from({ length: writers }, (_, i) => `${Date.now().toString(36)}${i}`)
  await Promise.all(tags.map((tag) => emit(engine, `n=${lines}&every=${every}&wait=1&tag=${tag}`)))
  const keys = tags.flatMap((tag) => Array.from({ length: lines }, (_, i) => `${tag} ${i + 1}`))
  await waitFor(async () => ours.hold(keys) && theirs.hold(keys), {
    what: 'all lines on both sides',
    timeoutMs: DEADLINE_MS,
    intervalMs: 100,
  })
  const [a, b] = [ours, theirs].map(({ delays }) => keys.map((key) => delays.get(key) ?? Number.NaN)) as [number[], number[]]
  const show = (figures: number[]): string => `p50 ${quantile(figures, 0.5).toFixed(1)} ms, p99 ${quantile(figures, 0.99).toFixed(1)} ms`
  console.log(`${name}, ${keys.length} lines: stream ${show(a)}; kubectl logs -f ${show(b)}`)
  const more = quantile(a, 0.99) - quantile(b, 0.99)
  verdict(more <= TARGET_MS, `p99 ${more.toFixed(1)} ms more, at most ${TARGET_MS} ms`)
}

/** Waits until a line written now arrives on both sides. */
async function bothRead(engine: Engine, ours: Arrivals, theirs: Arrivals): Promise<void> {
  let rounds = 0
  await waitFor(
    async () => {
      await emit(engine, `n=1&wait=1&tag=warm${rounds++}`)
      return ours.begun && theirs.begun
    },
    { what: 'the first line on both sides', timeoutMs: DEADLINE_MS, intervalMs: 200 },
  )
}

async function emit(engine: Engine, query: string): Promise<void> {
  const { status } = await visitor.fetch(engine, `/emit?${query}`, { timeoutMs: DEADLINE_MS })
  if (status >= 300) throw new Error(`the app answered ${status}`)
}

async function readStream(engine: Engine, arrivals: Arrivals, signal: AbortSignal): Promise<void> {
  const { body } = await client.send('GET', `/api/engines/${engine.id}/logs?tail=0`, undefined, { signal })
  for await (const piece of (body ?? []) as AsyncIterable<Uint8Array>) arrivals.add(piece)
}

function appLine(event: string, data: string): string[] {
  if (event === 'line') return [(JSON.parse(data) as { text: string }).text]
  console.log(`the stream says ${event} ${data}`)
  return []
}

async function readKubectl(engine: Engine, arrivals: Arrivals, signal: AbortSignal): Promise<void> {
  const place = '{.items[0].metadata.namespace} {.items[0].metadata.name}'
  const { stdout } = await run(kubectl, [
    ...access,
    'get',
    'pods',
    '-A',
    '-l',
    `vitrine.dev/engine=${engine.id}`,
    '-o',
    `jsonpath=${place}`,
  ])
  const [namespace = '', pod = ''] = stdout.trim().split(' ')
  const child = spawn(kubectl, [...access, 'logs', '-f', '-n', namespace, pod, '-c', 'user-container', '--tail=0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  signal.addEventListener('abort', () => child.kill())
  for await (const piece of child.stdout) arrivals.add(piece as Uint8Array)
}

/** Milliseconds since 1970, with a fraction. */
function wallClock(): number {
  return performance.timeOrigin + performance.now()
}
