import { join } from 'node:path'
import { liveLeases, liveRecord } from './cluster/record.ts'
import { host } from './cluster/layout.ts'
import { sweepCluster } from './cluster/sweep.ts'
import { remove } from './files.ts'
import { isAlive } from './identity.ts'
import { withLock } from './lock.ts'
import { profileDir, profiles, stateDir, type Profile } from './paths.ts'
import { signalPid, sweepProcesses } from './processes.ts'
import { Progress } from './progress.ts'
import { liveStack, stackFile } from './stack.ts'
import { waitFor } from './time.ts'

/** Longest orderly stop: the portal's 20 s, the stores' 15 s, the cluster's containers and control plane. */
const stopTimeoutMs = 120_000

/** `make down`: lets the supervisor stop everything, and does it itself where the supervisor was killed. */
export async function down(profile: Profile): Promise<number> {
  const progress = new Progress()
  const record = liveStack(profile)
  if (record) {
    signalPid(record.supervisor.pid, 'SIGTERM')
    await progress.step(`stopping what pid ${record.supervisor.pid} runs`, () =>
      waitFor(() => !isAlive(record.supervisor), { what: 'the supervisor to end', timeoutMs: stopTimeoutMs }),
    )
  }
  const swept = await sweepProcesses(join(profileDir(profile), 'run'))
  remove(stackFile(profile))
  swept.push(...(await sweepAbandonedCluster(progress)))
  if (swept.length > 0) progress.line(`cleaned up after a killed run: ${swept.join(', ')}`)
  const others = liveLeases()
  if (others.length > 0) {
    const names = others.map((lease) => `${lease.profile} of ${lease.root} (pid ${lease.pid})`).join(', ')
    progress.line(`the cluster stays: ${names} uses it`)
  }
  progress.line(record || swept.length > 0 ? 'stopped' : 'nothing was running')
  return 0
}

/** A cluster that nobody needs: its daemon is stopping (waited for) or dead (swept). */
async function sweepAbandonedCluster(progress: Progress): Promise<string[]> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || liveLeases().length > 0) return []
  return withLock(host.lock, async () => {
    const daemon = liveRecord()?.daemon
    if (daemon && liveLeases().length > 0) return []
    if (daemon) {
      await progress.step('cluster: stopping', () =>
        waitFor(() => !isAlive(daemon), { what: 'the cluster to stop', timeoutMs: stopTimeoutMs }),
      )
    }
    return sweepCluster()
  })
}

/** `make clean`: removes data, logs and keys of this checkout. Refuses while something runs. */
export async function clean(): Promise<number> {
  const running = profiles.filter((profile) => liveStack(profile))
  if (running.length > 0) throw new Error(`Vitrine runs (${running.join(', ')}): stop it first with \`make down\``)
  const cluster = liveRecord()
  if (cluster?.stateDir === stateDir) throw new Error('The cluster of this checkout is used by another one: stop that first')
  for (const profile of profiles) await sweepProcesses(join(profileDir(profile), 'run'))
  await sweepAbandonedCluster(new Progress())
  remove(stateDir)
  process.stdout.write(`removed ${stateDir}\n`)
  return 0
}
