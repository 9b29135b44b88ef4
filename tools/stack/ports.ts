import { execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { basename } from 'node:path'
import { promisify } from 'node:util'
import { list, readText } from './files.ts'
import { readlinkSync } from 'node:fs'

/** A port that a service is about to take. */
export interface PortNeed {
  service: string
  host: string
  port: number
  /** How to choose another one, as "set VITRINE_PORT". */
  remedy?: string
}

export interface PortConflict extends PortNeed {
  /** Who has it, as far as it can be seen: "nginx (pid 812)". */
  holder: string | null
}

/** Tries each port and answers those that are taken. A host address that does not exist yet conflicts with nothing. */
export async function findConflicts(needs: PortNeed[]): Promise<PortConflict[]> {
  const results = await Promise.all(
    needs.map(async (need) => ((await isBusy(need)) ? { ...need, holder: await findHolder(need.port) } : null)),
  )
  return results.filter((conflict) => conflict !== null)
}

async function isBusy({ host, port }: PortNeed): Promise<boolean> {
  return ['EADDRINUSE', 'EACCES'].includes((await listenError(host, port)) ?? '')
}

/** Listens for a moment. @returns the code of the error that keeps one from it, or null */
function listenError(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message))
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(null)))
  })
}

// Below those that Linux gives to connections that go out: a service that is started again finds its port free still.
const FREE_FROM = 20_000
const FREE_TO = 28_000

/** A port that nobody listens on, for a service that is about to start. @throws when a hundred tries find none, as on an address that is not this machine's */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = randomInt(FREE_FROM, FREE_TO)
    if ((await listenError(host, port)) === null) return port
  }
  throw new Error(`no free port on ${host}`)
}

/** All conflicts in one message, so that nobody has to start again for each. */
export function describeConflicts(conflicts: PortConflict[]): string {
  const lines = conflicts.map((conflict) => {
    const holder = conflict.holder ?? 'another process (not visible to you)'
    const remedy = conflict.remedy ? `: stop it, or ${conflict.remedy}` : ': stop it'
    return `  ${conflict.service} needs ${conflict.host}:${conflict.port}, which ${holder} holds${remedy}`
  })
  const count = conflicts.length === 1 ? 'A port is' : `${conflicts.length} ports are`
  return `${count} taken; nothing was started.\n${lines.join('\n')}`
}

async function findHolder(port: number): Promise<string | null> {
  const pid = process.platform === 'linux' ? holderFromProc(port) : await holderFromLsof(port)
  if (pid === null) return null
  const command = readText(`/proc/${pid}/cmdline`)?.split('\0') ?? [await commandOf(pid)]
  return `${shortCommand(command)} (pid ${pid})`
}

/** A command line in few words: the program without its folder, and how it goes on. */
export function shortCommand(words: string[]): string {
  const [program = '', ...rest] = words.filter((word) => word !== '')
  const text = [basename(program), ...rest].join(' ')
  return text.length > 70 ? `${text.slice(0, 69)}…` : text
}

/** Inodes of sockets that listen on a port, out of the text of /proc/net/tcp. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = ':' + port.toString(16).toUpperCase().padStart(4, '0')
  return table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === '0A')
    .map((fields) => fields[9])
    .filter((inode) => inode !== undefined)
}

function holderFromProc(port: number): number | null {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readText(path) ?? '')
  const wanted = new Set(tables.flatMap((table) => listeningInodes(table, port)).map((inode) => `socket:[${inode}]`))
  if (wanted.size === 0) return null
  for (const pid of list('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      for (const descriptor of list(`/proc/${pid}/fd`)) {
        if (wanted.has(readlinkSync(`/proc/${pid}/fd/${descriptor}`))) return Number(pid)
      }
    } catch {
      // Ended meanwhile, or belongs to someone else whom we may not look at.
    }
  }
  return null
}

const execute = promisify(execFile)

async function holderFromLsof(port: number): Promise<number | null> {
  try {
    const { stdout } = await execute('lsof', ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'])
    return Number(stdout.trim().split('\n')[0]) || null
  } catch {
    return null
  }
}

async function commandOf(pid: number): Promise<string> {
  try {
    return (await execute('ps', ['-o', 'comm=', '-p', String(pid)])).stdout.trim()
  } catch {
    return 'a process'
  }
}
