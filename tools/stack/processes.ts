import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { list, readJson, readText, remove, writeJson } from './files.ts'
import { allProcesses, identify, isAlive, type ProcessIdentity } from './identity.ts'
import { formatDuration, sleep, waitFor } from './time.ts'

/** Marks every process of ours, and what it starts in turn, with the state folder that it belongs to. */
export const markerVariable = 'VITRINE_STACK'

export interface ServiceSpec {
  name: string
  command: string
  args: string[]
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Time between asking the process to stop and ending it. */
  graceMs?: number
}

/** What a run file holds: enough to find the process again after its supervisor was killed. */
export interface RunFile extends ProcessIdentity {
  name: string
  marker: string
  graceMs: number
}

export interface ServiceFolders {
  /** Where run files are kept. */
  run: string
  /** Where log files are written. */
  logs: string
  /** The state folder that the processes are marked with. */
  marker: string
}

/** A service that is kept running: when it ends by itself it is started again, which is said and counted. */
export class Service {
  readonly spec: ServiceSpec
  readonly log: string
  restarts = 0
  since = new Date()
  identity: ProcessIdentity | null = null
  lastExit: string | null = null
  readonly #folders: ServiceFolders
  readonly #onExit: (service: Service, reason: string) => void
  #stopping = false

  constructor(spec: ServiceSpec, folders: ServiceFolders, onExit: (service: Service, reason: string) => void) {
    this.spec = spec
    this.#folders = folders
    this.#onExit = onExit
    this.log = join(folders.logs, `${spec.name}.log`)
  }

  /** Starts the process in a session of its own, so that Ctrl-C in the terminal reaches only the supervisor. */
  start(): void {
    mkdirSync(this.#folders.logs, { recursive: true })
    const log = openSync(this.log, 'a')
    const child = spawn(this.spec.command, this.spec.args, {
      cwd: this.spec.cwd,
      env: { ...(this.spec.env ?? process.env), [markerVariable]: this.#folders.marker },
      stdio: ['ignore', log, log],
      detached: true,
    })
    closeSync(log)
    child.on('error', (error) => this.#ended(error.message))
    if (child.pid === undefined) return
    this.since = new Date()
    this.identity = identify(child.pid)
    if (this.identity !== null) {
      const file: RunFile = {
        ...this.identity,
        name: this.spec.name,
        marker: this.#folders.marker,
        graceMs: this.spec.graceMs ?? 10_000,
      }
      writeJson(this.#runFile(), file)
    }
    child.on('exit', (code, signal) => this.#ended(signal ? `ended by ${signal}` : `ended with code ${code}`))
  }

  get running(): boolean {
    return isAlive(this.identity)
  }

  /** Throws when the process is not there any more, with the end of its log. */
  assertRunning = (): void => {
    if (this.running || this.#stopping) return
    throw new Error(`${this.spec.name} ${this.lastExit ?? 'is not running'}. The end of ${this.log}:\n${tail(this.log)}`)
  }

  async stop(): Promise<void> {
    this.#stopping = true
    if (this.identity !== null) await stopGroup(this.identity, this.spec.graceMs ?? 10_000, this.#folders.marker)
    remove(this.#runFile())
  }

  #runFile(): string {
    return join(this.#folders.run, `${this.spec.name}.json`)
  }

  #ended(reason: string): void {
    this.lastExit = reason
    if (this.#stopping) return
    this.#onExit(this, reason)
  }

  /** Starts again after a moment that doubles with each time, up to 30 s, unless it ran well for a minute; then tells. */
  restart(started: () => void): void {
    const ranWell = Date.now() - this.since.getTime() > 60_000
    const delay = ranWell ? 1000 : Math.min(1000 * 2 ** this.restarts, 30_000)
    this.restarts++
    setTimeout(() => {
      if (this.#stopping) return
      this.start()
      started()
    }, delay)
  }
}

/** The last lines of a file. */
export function tail(path: string, lines = 12): string {
  return (readText(path) ?? '').trimEnd().split('\n').slice(-lines).join('\n')
}

/** True when the process was started by us for this state folder: its environment carries our mark. */
function isMarked(pid: number, marker: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${markerVariable}=${marker}`)
  } catch {
    return false
  }
}

/** Living members of a process group. Without its leader, only those that carry our mark count. */
function groupMembers(leader: ProcessIdentity, marker: string): number[] {
  const now = identify(leader.pid)
  if (now !== null && now.started !== leader.started) return []
  return allProcesses()
    .filter((stat) => stat.group === leader.pid && (now !== null || isMarked(stat.pid, marker)))
    .map((stat) => stat.pid)
}

function signalGroup(leader: ProcessIdentity, marker: string, signal: NodeJS.Signals): void {
  if (isAlive(leader)) return signalPid(-leader.pid, signal)
  for (const pid of groupMembers(leader, marker)) signalPid(pid, signal)
}

export function signalPid(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Asks a process and its group to stop, waits, and ends what is left. Throws when something survives even that. */
export async function stopGroup(leader: ProcessIdentity, graceMs: number, marker: string): Promise<void> {
  const left = () => isAlive(leader) || groupMembers(leader, marker).length > 0
  if (!left()) return
  signalGroup(leader, marker, 'SIGTERM')
  const deadline = Date.now() + graceMs
  while (left() && Date.now() < deadline) await sleep(50)
  if (!left()) return
  signalGroup(leader, marker, 'SIGKILL')
  await waitFor(() => !left(), { what: `process ${leader.pid} to end`, timeoutMs: 10_000 })
}

/** Run files of a folder, newest service last, as they were started. */
export function readRunFiles(folder: string): RunFile[] {
  return list(folder)
    .filter((name) => name.endsWith('.json'))
    .map((name) => readJson<RunFile>(join(folder, name)))
    .filter((file) => file !== null)
}

/**
 * Stops what a killed supervisor left running, and forgets the run files.
 * @returns the names of the services that were still there
 */
export async function sweepProcesses(folder: string): Promise<string[]> {
  const swept: string[] = []
  for (const file of readRunFiles(folder)) {
    if (isAlive(file) || groupMembers(file, file.marker).length > 0) {
      swept.push(file.name)
      await stopGroup(file, file.graceMs, file.marker)
    }
    remove(join(folder, `${file.name}.json`))
  }
  return swept
}

/** `12 min 05 s` since a moment. */
export function ago(since: Date | string): string {
  return formatDuration(Date.now() - new Date(since).getTime())
}
