// A thousand people read the log of one app that writes 100 lines a second: do all get every line once, how late, and at what cost to the portal?
// And do fifty more that do not read on disturb the others? That is a difference of a few percent on a machine that does other things, too: it is measured in
// pairs of short windows, with and without them in turns, and the median of the pairs' ratios counts.
// The viewers are in a process of their own (log-viewers-child.ts), with raw sockets.
// The portal needs VITRINE_MAX_STREAMS=2000 or more, as all of them are one account.
// VITRINE_PID names the portal's process where it is not that of `make up`.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppVisitor, readCredentials, VitrineClient } from '../tools/client/client.ts'
import { buildAndPush } from '../tools/image/build.ts'
import { liveRecord } from '../tools/stack/cluster/record.ts'
import { run } from '../tools/stack/exec.ts'
import { readJson } from '../tools/stack/files.ts'
import { root } from '../tools/stack/paths.ts'
import { Progress } from '../tools/stack/progress.ts'
import { waitFor } from '../tools/stack/time.ts'
import { toolPath } from '../tools/stack/tools.ts'
import type { Answer, Delays, Order } from './log-viewers-child.ts'
import { median, verdict } from './stats.ts'

const VIEWERS = 1_000
const STALLED = 50
const LINES_PER_SECOND = 100
const SECONDS = Number(process.argv[2] ?? 60)
const P99_MS = 1_000
const GROWTH_MIB = 200
const DISTURBED = 1.1
// Windows with stalled viewers, and as many without.
const WINDOWS = 10
const WINDOW_SECONDS = 6
const SETTLE_SECONDS = 3
// What a viewer that stalls is sent first: more than the sockets of both ends hold.
const HISTORY = { lines: 6_000, bytes: 1_000 }
// The most lines that a viewer may begin with.
const MOST_TAIL = 100_000
const LONGEST_SECONDS = 900
// An app that nobody asks goes to sleep.
const ASK_MS = 10_000
// Each token may send so many requests a minute; the streams are shared out among tokens.
const STREAMS_PER_TOKEN = 100
const DEADLINE_MS = 180_000

interface Engine {
  id: string
  url: string
  status: { phase: string }
}

const cluster = liveRecord()
if (cluster?.state !== 'ready') throw new Error('This needs the embedded cluster: start it with `make up` and wait until it is ready.')
const adminKubeconfig = cluster.adminKubeconfig
const pid = Number(process.env['VITRINE_PID'] ?? readJson<{ pid: number }>(join(root, '.vitrine/run/portal.json'))?.pid)
if (!Number.isInteger(pid)) throw new Error('The process of the portal is not known: start it with `make up`, or set VITRINE_PID.')

const { image } = await buildAndPush({
  context: join(root, 'tools/image/fixtures/hello'),
  tag: `${cluster.registry}/vitrine-bench/hello:1`,
  progress: new Progress(),
})
const credentials = readCredentials(root)
const client = await VitrineClient.signIn(credentials)
const visitor = new AppVisitor(client)
const project = await client.post<{ id: string }>('/api/projects', { title: `Bench viewers ${Date.now().toString(36)}` })
const tokens: { id: string; secret: string }[] = []

try {
  for (let i = 0; i < (VIEWERS + STALLED) / STREAMS_PER_TOKEN; i++) {
    const made = await client.post<{ id: string; token: string }>('/api/iam/tokens', {
      name: `bench ${i}`,
      scopes: ['engines:read'],
      expiresInDays: 1,
    })
    tokens.push({ id: made.id, secret: made.token })
  }
  const engine = await client.post<Engine>('/api/engines', { projectId: project.id, name: 'writer', image, port: 8080 })
  await waitFor(async () => (await client.get<Engine>(`/api/engines/${engine.id}`)).status.phase === 'Running', {
    what: 'the app to run',
    timeoutMs: DEADLINE_MS,
  })
  await measure(engine)
} finally {
  await client.delete(`/api/projects/${project.id}`)
  for (const { id } of tokens) await client.delete(`/api/iam/tokens/${id}`)
}

async function measure(engine: Engine): Promise<void> {
  await ask(engine, `/emit?n=${HISTORY.lines}&bytes=${HISTORY.bytes}&wait=1&tag=history`)
  const before = memoryOf(pid)
  const followsBefore = await followed()
  // More than are needed: how long the windows take in all is not known before.
  const most = LINES_PER_SECOND * LONGEST_SECONDS
  const child = fork(join(import.meta.dirname, 'log-viewers-child.ts'), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const asking = setInterval(() => void ask(engine, '/').catch(() => undefined), ASK_MS)
  let peak = before
  const watching = setInterval(() => (peak = Math.max(peak, memoryOf(pid))), 200)
  const tell = (order: Order): boolean => child.send(order)
  try {
    const { hostname, port } = new URL(credentials.url)
    const tag = Date.now().toString(36)
    tell({
      what: 'task',
      task: {
        host: hostname,
        port: Number(port || 80),
        path: `/api/engines/${engine.id}/logs`,
        tokens: tokens.map(({ secret }) => secret),
        viewers: VIEWERS,
        tag,
      },
    })
    await told(child, 'open')
    await ask(engine, `/emit?n=${most}&every=${1000 / LINES_PER_SECOND}&wait=0&tag=${tag}`)
    console.log(`${VIEWERS} viewers, ${LINES_PER_SECOND} lines a second for ${SECONDS} s`)
    const cpu = cpuOf(pid)
    const main = await window(child, SECONDS)
    const share = ((cpuOf(pid) - cpu) / (SECONDS * 100)) * 100
    const grown = peak - before
    const follows = await followed()
    console.log(
      `delay: p50 ${main.p50.toFixed(1)} ms, p99 ${main.p99.toFixed(1)} ms, most ${main.most.toFixed(0)} ms, of ${main.count} lines`,
    )
    console.log(
      `memory of the portal: ${before.toFixed(0)} MiB before, ${peak.toFixed(0)} MiB at most; ${share.toFixed(0)} % of a processor`,
    )
    verdict(main.p99 <= P99_MS, `p99 ${main.p99.toFixed(1)} ms, at most ${P99_MS} ms`)
    verdict(follows - followsBefore <= 0, `${follows} logs followed at the API server with the viewers, ${followsBefore} without`)
    verdict(grown <= GROWTH_MIB, `the portal grew by ${grown.toFixed(0)} MiB, at most ${GROWTH_MIB} MiB`)

    console.log(`\nthe same in ${WINDOWS} pairs of windows of ${WINDOW_SECONDS} s: without, and with ${STALLED} more that do not read on`)
    const alone: number[] = []
    const disturbed: number[] = []
    for (let pair = 0; pair < WINDOWS; pair++) {
      // Each goes first as often as the other.
      for (const stalled of pair % 2 === 0 ? [0, STALLED] : [STALLED, 0]) {
        tell({ what: 'stall', viewers: stalled, tail: MOST_TAIL })
        await told(child, 'stalled')
        await sleep(SETTLE_SECONDS * 1000)
        const full = fullSockets(Number(port || 80))
        const { count, p50, p99 } = await window(child, WINDOW_SECONDS)
        if (count === 0) throw new Error('no line came')
        if (stalled > 0) disturbed.push(p99)
        else alone.push(p99)
        console.log(
          `${String(stalled).padStart(2)} stalled: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; ${full} connections take nothing`,
        )
      }
    }
    const ratio = median(disturbed.map((p99, pair) => p99 / (alone[pair] ?? Number.NaN)))
    console.log(
      `p99 of the others, median of ${WINDOWS} windows: ${median(disturbed).toFixed(1)} ms, ${median(alone).toFixed(1)} ms without`,
    )
    verdict(ratio < DISTURBED, `${STALLED} stalled viewers: median of the pairs × ${ratio.toFixed(3)}, less than ${DISTURBED}`)
    const answer = told(child, 'tally')
    tell({ what: 'finish' })
    const { lines, lost, doubled, gaps } = (await answer).tally
    verdict(lost === 0 && doubled === 0, `${lost} lines lost, ${doubled} doubled, of ${VIEWERS * lines}; ${gaps} gaps said`)
  } finally {
    clearInterval(asking)
    clearInterval(watching)
    child.kill()
  }
}

/** The delays of all lines that come within so many seconds. */
async function window(child: ChildProcess, seconds: number): Promise<Delays> {
  child.send({ what: 'window' } satisfies Order)
  await sleep(seconds * 1000)
  const answer = told(child, 'delays')
  child.send({ what: 'delays' } satisfies Order)
  return (await answer).delays
}

/** How many logs are followed at the API server, by whomever: the portal follows each container once, with viewers or without. */
async function followed(): Promise<number> {
  const { stdout } = await run(toolPath('kubernetes', 'kubectl'), ['--kubeconfig', adminKubeconfig, 'get', '--raw', '/metrics'])
  const gauges = stdout
    .split('\n')
    .filter((line) => line.startsWith('apiserver_longrunning_requests{') && line.includes('subresource="log"'))
  return gauges.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

async function told<W extends Answer['what']>(child: ChildProcess, what: W): Promise<Extract<Answer, { what: W }>> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [Answer]
    if (message.what === what) return message as Extract<Answer, { what: W }>
  }
}

async function ask(engine: Engine, path: string): Promise<void> {
  const { status } = await visitor.fetch(engine, path, { timeoutMs: DEADLINE_MS })
  if (status >= 300) throw new Error(`the app answered ${status}`)
}

/** How many connections of the server on that port hold bytes that the other end does not take. */
function fullSockets(port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  return lines.filter((line) => {
    const [, from = '', , , queues = ''] = line.trim().split(/\s+/)
    return from.endsWith(local) && parseInt(queues.split(':')[0] ?? '0', 16) > 64 * 1024
  }).length
}

/** Resident memory in MiB. */
function memoryOf(process: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${process}/status`, 'utf8'))
  if (!found) throw new Error(`/proc/${process}/status does not tell VmRSS`)
  return Number(found[1]) / 1024
}

/** Hundredths of a second of processor time so far. */
function cpuOf(process: number): number {
  const fields = readFileSync(`/proc/${process}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return Number(fields[11]) + Number(fields[12])
}
