import { execFileSync } from 'node:child_process'
import { readText, list } from './files.ts'

/**
 * Which process, not just which number: a pid is given out again after its process has ended, so the moment the process
 * started (and on Linux the boot it belongs to) is kept beside it.
 */
export interface ProcessIdentity {
  pid: number
  started: string
}

/** What /proc/<pid>/stat says, as far as it is needed here. */
export interface ProcessStat {
  pid: number
  state: string
  parent: number
  group: number
  startTicks: string
}

/** Parses a line of /proc/<pid>/stat. The command name in parentheses may itself hold spaces and parentheses. */
export function parseStat(line: string): ProcessStat | null {
  const open = line.indexOf('(')
  const close = line.lastIndexOf(')')
  if (open < 0 || close < 0) return null
  const fields = line
    .slice(close + 2)
    .trim()
    .split(' ')
  const [state, parent, group] = fields
  const startTicks = fields[19]
  if (state === undefined || parent === undefined || group === undefined || startTicks === undefined) return null
  return { pid: Number(line.slice(0, open)), state, parent: Number(parent), group: Number(group), startTicks }
}

const linux = process.platform === 'linux'
const bootId = linux ? (readText('/proc/sys/kernel/random/boot_id')?.trim().slice(0, 8) ?? '') : ''

export function readStat(pid: number): ProcessStat | null {
  try {
    const line = readText(`/proc/${pid}/stat`)
    return line === null ? null : parseStat(line)
  } catch {
    // The process ended between opening and reading (ESRCH).
    return null
  }
}

function isGone(state: string): boolean {
  return state === 'Z' || state === 'X'
}

/** Who has this pid now; null when nobody has, or only a zombie that nobody has collected. */
export function identify(pid: number): ProcessIdentity | null {
  if (linux) {
    const stat = readStat(pid)
    return stat === null || isGone(stat.state) ? null : { pid, started: `${bootId}-${stat.startTicks}` }
  }
  try {
    const output = execFileSync('ps', ['-o', 'state=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return output === '' || output.startsWith('Z') ? null : { pid, started: output.replace(/^\S+\s+/, '') }
  } catch {
    return null
  }
}

/** True when exactly this process still runs, whoever else may have got its number since. */
export function isAlive(identity: ProcessIdentity | null | undefined): boolean {
  return identity !== null && identity !== undefined && identify(identity.pid)?.started === identity.started
}

/** Identity of this very process. */
export function self(): ProcessIdentity {
  const identity = identify(process.pid)
  if (identity === null) throw new Error('cannot read the start time of this process')
  return identity
}

/** All running processes (Linux only; elsewhere none, so that nothing is ever taken for ours by mistake). */
export function allProcesses(): ProcessStat[] {
  if (!linux) return []
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readStat(Number(name)))
    .filter((stat) => stat !== null)
    .filter((stat) => !isGone(stat.state))
}
