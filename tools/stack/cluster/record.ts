import { join } from 'node:path'
import { list, readJson, remove, writeJson } from '../files.ts'
import { isAlive, self, type ProcessIdentity } from '../identity.ts'
import type { Profile } from '../paths.ts'
import { host } from './layout.ts'

export type ClusterState = 'building' | 'starting' | 'ready' | 'stopping' | 'stopped' | 'failed'

export interface ComponentRecord {
  name: string
  address: string
  pid: number | null
  since: string
  restarts: number
  running: boolean
  log: string
}

/** What the cluster's daemon says about itself, for everyone on this host who shares it. */
export interface ClusterRecord {
  daemon: ProcessIdentity
  /** The checkout whose .vitrine holds the cluster's data. */
  root: string
  stateDir: string
  state: ClusterState
  /** What it is doing, or why it failed. */
  message: string
  since: string
  version: string
  registry: string
  appsAddress: { host: string; port: number }
  adminKubeconfig: string
  /** Appears only when the cluster is usable. */
  portalKubeconfig: string
  logs: string
  components: ComponentRecord[]
}

export function readRecord(): ClusterRecord | null {
  return unlessForbidden(() => readJson<ClusterRecord>(host.record), null)
}

/** Only root runs the cluster; for others whatever they may not see is not there. */
function unlessForbidden<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EACCES') return otherwise
    throw error
  }
}

export function writeRecord(record: ClusterRecord): void {
  writeJson(host.record, record)
}

/** The record of a cluster whose daemon runs; null when there is none, whatever a killed one left written. */
export function liveRecord(): ClusterRecord | null {
  const record = readRecord()
  return record !== null && isAlive(record.daemon) ? record : null
}

/** Someone who needs the cluster. It lives as long as the process that took it. */
export interface Lease extends ProcessIdentity {
  profile: Profile
  root: string
  since: string
}

/** Leases whose holders live; those of the dead are removed on the way. */
export function liveLeases(folder = host.leases): Lease[] {
  const leases: Lease[] = []
  const names = unlessForbidden(() => list(folder), [])
  for (const name of names.filter((candidate) => candidate.endsWith('.json'))) {
    const lease = readJson<Lease>(join(folder, name))
    if (lease !== null && isAlive(lease)) leases.push(lease)
    else unlessForbidden(() => remove(join(folder, name)), undefined)
  }
  return leases
}

/** Takes a lease for this process; the answer gives it back. */
export function takeLease(profile: Profile, root: string, folder = host.leases): () => void {
  const lease: Lease = { ...self(), profile, root, since: new Date().toISOString() }
  const file = join(folder, `${lease.pid}-${profile}.json`)
  writeJson(file, lease)
  return () => remove(file)
}
