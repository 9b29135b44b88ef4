// A thousand people read the log of one app that writes 100 lines a second: do all get every line once, how late, and at what cost to the portal?
// And do fifty of them that do not read on disturb the others? The viewers are in a process of their own (log-viewers-child.ts), with raw sockets.
// The portal needs VITRINE_MAX_STREAMS=2000 or more, as all of them are one account.
// VITRINE_PID names the portal's process where it is not that of `make up`.
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fetchApp } from '../tools/client/app.ts'
import { readCredentials, VitrineClient } from '../tools/client/client.ts'
import { buildAndPush } from '../tools/image/build.ts'
import { liveRecord } from '../tools/stack/cluster/record.ts'
import { run } from '../tools/stack/exec.ts'
import { readJson } from '../tools/stack/files.ts'
import { root } from '../tools/stack/paths.ts'
import { Progress } from '../tools/stack/progress.ts'
import { waitFor } from '../tools/stack/time.ts'
import { toolPath } from '../tools/stack/tools.ts'
import type { Task, Tally } from './log-viewers-child.ts'
import { verdict } from './stats.ts'

const VIEWERS = 1_000
const STALLED = 50
const LINES_PER_SECOND = 100
const SECONDS = Number(process.argv[2] ?? 60)
const P99_MS = 1_000
const GROWTH_MIB = 200
const DISTURBED = 1.1
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
  const alone = await measure(engine, 0)
  const disturbed = await measure(engine, STALLED)
  const ratio = disturbed.p99 / alone.p99
  verdict(
    ratio < DISTURBED || disturbed.p99 - alone.p99 < 5,
    `${STALLED} stalled viewers: p99 of the others × ${ratio.toFixed(2)}, less than ${DISTURBED}`,
  )
} finally {
  await client.delete(`/api/projects/${project.id}`)
  for (const { id } of tokens) await client.delete(`/api/iam/tokens/${id}`)
}

async function measure(engine: Engine, stalled: number): Promise<Tally> {
  console.log(
    `\n${VIEWERS} viewers${stalled > 0 ? `, and ${stalled} that do not read on` : ''}; ${LINES_PER_SECOND} lines a second for ${SECONDS} s`,
  )
  const before = memoryOf(pid)
  const followsBefore = await followed()
  const tag = Date.now().toString(36)
  const lines = LINES_PER_SECOND * SECONDS
  const child = fork(join(import.meta.dirname, 'log-viewers-child.ts'), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  try {
    const { hostname, port } = new URL(credentials.url)
    const task: Task = {
      host: hostname,
      port: Number(port || 80),
      path: `/api/engines/${engine.id}/logs?tail=0`,
      tokens: tokens.map(({ secret }) => secret),
      viewers: VIEWERS,
      stalled,
      tag,
      lines,
    }
    child.send(task)
    await told(child, 'open')
    const opened = memoryOf(pid)
    let most = opened
    const watching = setInterval(() => (most = Math.max(most, memoryOf(pid))), 200)
    const cpu = cpuOf(pid)
    await emit(engine, `n=${lines}&every=${1000 / LINES_PER_SECOND}&wait=0&tag=${tag}`)
    await sleep((SECONDS * 1000) / 2)
    const follows = await followed()
    const answer = told(child, 'tally')
    const tally = (await answer) as Tally
    clearInterval(watching)
    const share = ((cpuOf(pid) - cpu) / (SECONDS * 100)) * 100
    console.log(
      `memory of the portal: ${before.toFixed(0)} MiB before, ${opened.toFixed(0)} MiB with all streams open, ${most.toFixed(0)} MiB at most; ${share.toFixed(0)} % of a processor`,
    )
    console.log(
      `delay: p50 ${tally.p50.toFixed(1)} ms, p99 ${tally.p99.toFixed(1)} ms, most ${tally.most.toFixed(0)} ms, of ${tally.count} lines`,
    )
    verdict(
      tally.lost === 0 && tally.doubled === 0,
      `${tally.lost} lines lost, ${tally.doubled} doubled, of ${VIEWERS * lines}; ${tally.gaps} gaps said`,
    )
    verdict(follows - followsBefore <= 0, `${follows} logs followed at the API server with the viewers, ${followsBefore} without`)
    verdict(tally.p99 <= P99_MS, `p99 ${tally.p99.toFixed(1)} ms, at most ${P99_MS} ms`)
    verdict(most - before <= GROWTH_MIB, `the portal grew by ${(most - before).toFixed(0)} MiB, at most ${GROWTH_MIB} MiB`)
    return tally
  } finally {
    child.kill()
  }
}

/** How many logs are followed at the API server, by whomever: the portal follows each container once, with viewers or without. */
async function followed(): Promise<number> {
  const { stdout } = await run(toolPath('kubernetes', 'kubectl'), ['--kubeconfig', adminKubeconfig, 'get', '--raw', '/metrics'])
  const gauges = stdout
    .split('\n')
    .filter((line) => line.startsWith('apiserver_longrunning_requests{') && line.includes('subresource="log"'))
  return gauges.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
}

async function told(child: ChildProcess, what: string): Promise<unknown> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ what: string; tally?: unknown }]
    if (message.what === what) return message.tally
  }
}

async function emit(engine: Engine, query: string): Promise<void> {
  const { status } = await fetchApp(`${engine.url}/emit?${query}`, { timeoutMs: DEADLINE_MS })
  if (status >= 300) throw new Error(`the app answered ${status}`)
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
