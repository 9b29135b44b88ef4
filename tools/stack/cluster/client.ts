import { spawn } from 'node:child_process'
import { accessSync, chmodSync, closeSync, constants, mkdirSync, openSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isAlive } from '../identity.ts'
import { withLock } from '../lock.ts'
import { root, type Profile } from '../paths.ts'
import type { Progress } from '../progress.ts'
import { describeConflicts, findConflicts, type PortConflict } from '../ports.ts'
import { sleep, waitFor } from '../time.ts'
import { clusterTools, missingTools } from '../tools.ts'
import { tail } from '../processes.ts'
import { clusterPorts, host } from './layout.ts'
import { liveLeases, liveRecord, readRecord, takeLease, type ClusterRecord } from './record.ts'
import { sweepCluster } from './sweep.ts'

/** Programs that the cluster needs from the system, with Debian's packages. */
const programs: Record<string, string> = {
  runc: 'runc',
  iptables: 'iptables',
  nft: 'nftables',
  conntrack: 'conntrack',
  openssl: 'openssl',
  ip: 'iproute2',
  umount: 'mount',
  'docker-registry': 'docker-registry',
}

/** Why this machine cannot run the cluster, with what to do; null when it can. */
export function clusterObstacle(): string | null {
  const instead = 'Everything but app hosting works. To use a cluster of your own set KUBECONFIG and VITRINE_KUBE_CONTEXT'
  if (process.platform !== 'linux') return `the embedded cluster needs Linux. ${instead}`
  if (process.getuid?.() !== 0) return `the embedded cluster needs root: run \`sudo make up\`. ${instead}`
  const missing = Object.keys(programs).filter((program) => !onPath(program))
  if (missingTools(clusterTools).length > 0 && !onPath('go')) missing.push('go')
  if (missing.length > 0) {
    const packages = missing.map((program) => programs[program] ?? 'Go 1.21 or newer').join(', ')
    return `the embedded cluster needs ${missing.join(', ')}: install ${packages}. ${instead}`
  }
  return null
}

function onPath(program: string): boolean {
  return [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** A share in this host's cluster. */
export interface ClusterShare {
  /** What the cluster says about itself now; `failed` or `stopped` when its daemon has ended. */
  record: () => ClusterRecord
  /** Gives the share back; the last one's leaving stops the cluster. Answers once it has stopped, if it does. */
  release: (progress: Progress) => Promise<void>
  shared: boolean
}

/**
 * Joins the cluster that runs on this host, whichever checkout started it, or starts one.
 * Answers as soon as its daemon runs; the record says when it is ready.
 */
export async function joinCluster(profile: Profile, logs: string, progress: Progress): Promise<ClusterShare> {
  mkdirSync(host.leases, { recursive: true })
  // `make status` works for everyone; what is secret is in the checkout.
  chmodSync(host.dir, 0o755)
  return withLock(host.lock, async () => {
    const stopping = liveRecord()
    if (stopping?.state === 'stopping' || stopping?.state === 'failed') {
      await progress.step('waiting for the former cluster to stop', () => waitForEnd(stopping))
    }
    let record = liveRecord()
    const shared = record !== null
    const giveBack = takeLease(profile, root)
    if (record === null) {
      await sweepDead(progress)
      record = await launchDaemon(logs).catch((error: unknown) => {
        giveBack()
        throw error
      })
    }
    const daemon = record
    return {
      shared,
      record: () => currentRecord(daemon),
      release: async (reporter) => {
        giveBack()
        if (liveLeases().length > 0) return reporter.line('cluster: stays, others use it')
        await reporter.step('cluster: stopping', () => waitForEnd(daemon))
      },
    }
  })
}

/**
 * Sweeps what a killed cluster left, then looks which ports a new one would take and somebody else holds. None when the
 * cluster runs already.
 */
export function prepareCluster(progress: Progress): Promise<PortConflict[]> {
  return withLock(host.lock, async () => {
    if (liveRecord() !== null) return []
    await sweepDead(progress)
    return findConflicts(clusterPorts())
  })
}

async function sweepDead(progress: Progress): Promise<void> {
  const swept = await sweepCluster()
  if (swept.length > 0) progress.line(`cluster: cleaned up after a killed run (${swept.join(', ')})`)
}

function currentRecord(started: ClusterRecord): ClusterRecord {
  const record = readRecord()
  if (record?.daemon.pid !== started.daemon.pid) return { ...started, state: 'stopped', message: 'the cluster was stopped', components: [] }
  if (isAlive(record.daemon) || record.state === 'failed') return record
  return { ...record, state: 'failed', message: `the cluster's daemon was killed; its log: ${join(record.logs, 'cluster.log')}` }
}

async function launchDaemon(logs: string): Promise<ClusterRecord> {
  const conflicts = await findConflicts(clusterPorts())
  if (conflicts.length > 0) throw new Error(describeConflicts(conflicts))
  mkdirSync(logs, { recursive: true })
  const path = join(logs, 'cluster.log')
  const log = openSync(path, 'a')
  const main = join(root, 'tools/stack/main.ts')
  const child = spawn(process.execPath, [main, 'cluster-daemon', logs], { detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  child.unref()
  return waitFor(
    () => {
      const record = liveRecord()
      return record?.daemon.pid === child.pid ? record : null
    },
    {
      what: "the cluster's daemon",
      timeoutMs: 20_000,
      check: () => {
        if (child.exitCode !== null) throw new Error(`the cluster's daemon ended with code ${child.exitCode}:\n${tail(path)}`)
      },
    },
  )
}

async function waitForEnd(record: ClusterRecord): Promise<void> {
  const deadline = Date.now() + 90_000
  while (isAlive(record.daemon)) {
    if (Date.now() > deadline)
      throw new Error(`the cluster's daemon (pid ${record.daemon.pid}) does not stop; its log: ${join(record.logs, 'cluster.log')}`)
    await sleep(100)
  }
}
