// Does anything get lost when the portal is killed again and again while apps are deployed, changed and deleted? Kills it 50 times at random moments, also
// while it starts; then compares what was acknowledged with what it knows, what is in the cluster, and what the apps answer. The log of an app that writes
// all the time is read across all of that.
import { setTimeout as sleep } from 'node:timers/promises'
import { Churn, fetchApp, LogTail } from '../tools/client/client.ts'
import { waitFor } from '../tools/stack/time.ts'
import { withOwnPortal } from './own-portal.ts'
import { median, verdict } from './stats.ts'

const KILLS = Number(process.argv[2] ?? 50)
const CONVERGED_MS = 30_000
const LINES_PER_SECOND = 20
const LONGEST_S = 1_800
// Every so many-th kill comes while it starts.
const STARTING_EVERY = 4
const MOST_UP_MS = 4_000
const DEADLINE_MS = 120_000
const ASK_MS = 10_000

interface Engine {
  id: string
  url: string
  status: { phase: string }
}

await withOwnPortal({ VITRINE_LOG_LEVEL: 'warn' }, async ({ admin, instance, image, kubectl, kill, ready, progress }) => {
  // Of a project of its own: everything in the other is the load's.
  const logged = await admin.post<{ id: string }>('/api/projects', { title: `Log ${instance}` })
  const writer = await admin.post<Engine>('/api/engines', { projectId: logged.id, name: 'writer', image, port: 8080 })
  await progress.step('an app that writes', () =>
    waitFor(async () => (await admin.get<Engine>(`/api/engines/${writer.id}`)).status.phase === 'Running', {
      what: 'the writer to run',
      timeoutMs: DEADLINE_MS,
    }),
  )
  const tail = new LogTail(admin, writer.id, 'all')
  tail.start()
  const from = performance.now()
  const written = (): number => Math.floor(((performance.now() - from) / 1000) * LINES_PER_SECOND)
  const ask = (path: string) => fetchApp(writer.url + path, { timeoutMs: DEADLINE_MS })
  const { status } = await ask(`/emit?n=${LINES_PER_SECOND * LONGEST_S}&every=${1000 / LINES_PER_SECOND}&tag=all`)
  if (status !== 202) throw new Error(`the writer answered ${status}`)
  const asking = setInterval(() => void ask('/').catch(() => undefined), ASK_MS)

  const project = await admin.post<{ id: string }>('/api/projects', { title: `Faults ${instance}` })
  const churn = new Churn({ client: admin, projectId: project.id, image, instance, kubectl })
  churn.start()
  const starts: number[] = []
  try {
    for (let kills = 1; kills <= KILLS; kills++) {
      const started = performance.now()
      if (kills % STARTING_EVERY !== 0) {
        await ready()
        starts.push(performance.now() - started)
      }
      await sleep(Math.random() * MOST_UP_MS)
      await kill()
      if (kills % 10 === 0)
        console.log(`${kills} kills: ${churn.acknowledged} requests acknowledged, ${churn.counts.unanswered} without an answer`)
    }
    const last = performance.now()
    await churn.stop()
    const took = await churn.converged(DEADLINE_MS).then(
      () => performance.now() - last,
      (error: Error) => {
        console.log(error.message)
        return Infinity
      },
    )
    const { deploys, changes, deletes, unanswered } = churn.counts
    console.log(`${deploys} deploys, ${changes} changes, ${deletes} deletions acknowledged; ${unanswered} requests without an answer`)
    console.log(`ready again after a kill: median ${median(starts).toFixed(0)} ms`)
    for (const each of churn.lost) console.log(`  ${each}`)
    verdict(churn.lost.length === 0, `${KILLS} kills: ${churn.lost.length} acknowledged requests lost`)
    verdict(
      took <= CONVERGED_MS,
      `all as acknowledged, and no orphan, ${(took / 1000).toFixed(1)} s after the last kill, at most ${CONVERGED_MS / 1000} s`,
    )
    const until = written()
    await waitFor(() => (tail.numbers.at(-1) ?? 0) >= until, { what: 'the log', timeoutMs: DEADLINE_MS })
    const { lost, doubled } = tail.faults(until)
    verdict(
      lost.length === 0 && doubled === 0 && tail.gaps.length === 0,
      `of ${until} log lines over ${tail.reconnects} broken connections: ${lost.length} lost, ${doubled} doubled, ${tail.gaps.length} gaps said`,
    )
  } finally {
    clearInterval(asking)
    await tail.stop()
  }
})
