import { existsSync, readFileSync, readlinkSync, rmdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { list, readJson, readText, remove } from '../files.ts'
import { run } from '../exec.ts'
import { allProcesses, identify, isAlive, type ProcessIdentity } from '../identity.ts'
import { cacheDir, root, stateDir } from '../paths.ts'
import { signalPid, sweepProcesses } from '../processes.ts'
import { sleep } from '../time.ts'
import { clusterPaths, host, type ClusterPaths } from './layout.ts'
import { dropCgroups, dropNetwork } from './network.ts'
import { readRecord } from './record.ts'

/** Mount points at or below one of the folders, deepest first, out of the text of /proc/mounts. */
export function mountsBelow(table: string, folders: string[]): string[] {
  return table
    .split('\n')
    .map((line) => line.split(' ')[1])
    .filter((point) => point !== undefined)
    .map((point) => point.replaceAll(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))))
    .filter((point) => folders.some((folder) => point === folder || point.startsWith(folder + '/')))
    .sort((a, b) => b.length - a.length)
}

/** Whether a process lives in a container of ours: its root is an overlay whose layers are in our folder. */
export function isInContainer(mountinfo: string, containerdRoot: string): boolean {
  const rootMount = mountinfo.split('\n').find((line) => line.split(' ')[4] === '/')
  return rootMount !== undefined && rootMount.includes(`=${containerdRoot}/`)
}

function containerProcesses(paths: ClusterPaths): ProcessIdentity[] {
  return allProcesses()
    .filter((stat) => isInContainer(readQuietly(`/proc/${stat.pid}/mountinfo`), paths.containerd))
    .map((stat) => identify(stat.pid))
    .filter((identity) => identity !== null)
}

/** The shims hold containers while containerd is away. Ours come from our cache and name our socket. */
function shims(): ProcessIdentity[] {
  return allProcesses()
    .filter((stat) => {
      const [program, ...args] = readQuietly(`/proc/${stat.pid}/cmdline`).split('\0')
      return (
        program?.endsWith('containerd-shim-runc-v2') && args.includes(host.socket) && linkOf(`/proc/${stat.pid}/exe`).startsWith(cacheDir)
      )
    })
    .map((stat) => identify(stat.pid))
    .filter((identity) => identity !== null)
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // The process has ended meanwhile.
    return ''
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}

/** Ends processes, politely first. */
async function end(find: () => ProcessIdentity[], graceMs: number): Promise<number> {
  const found = find()
  for (const process of found) if (isAlive(process)) signalPid(process.pid, graceMs > 0 ? 'SIGTERM' : 'SIGKILL')
  const politely = Date.now() + graceMs
  while (found.some(isAlive) && Date.now() < politely) await sleep(50)
  const finally_ = Date.now() + 10_000
  for (let left = find(); left.length > 0 && Date.now() < finally_; left = find()) {
    for (const process of left) if (isAlive(process)) signalPid(process.pid, 'SIGKILL')
    await sleep(50)
  }
  return found.length
}

/** Sockets of the shims: containerd puts them into a folder that other containerds use too, each shim knows its own. */
function shimSockets(): string[] {
  const tasks = join(host.containerd, 'io.containerd.runtime.v2.task', 'k8s.io')
  return list(tasks)
    .map((id) => readJson<{ address?: string }>(join(tasks, id, 'bootstrap.json'))?.address)
    .filter((address) => address !== undefined)
    .map((address) => address.replace(/^unix:\/\//, ''))
}

/**
 * Ends containers and removes what they leave behind: shims, mounts, network namespaces, links, tables, control groups.
 * Serves the orderly stop as well as the start after a kill -9.
 * @returns how many processes were still there
 */
export async function sweepContainers(paths: ClusterPaths, graceMs: number): Promise<number> {
  const sockets = shimSockets()
  const ended = (await end(() => containerProcesses(paths), graceMs)) + (await end(shims, 0))
  for (const socket of sockets) remove(socket)
  return ended
}

/** Removes mounts, links, tables, control groups and run files. No process of ours may be left when it is called. */
export async function sweepHost(paths: ClusterPaths): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const mounts = mountsBelow(readText('/proc/mounts') ?? '', [paths.dir, paths.kubelet, host.containerd, host.runc])
    if (mounts.length === 0) break
    await run('umount', ['-l', ...mounts], { tolerate: true })
  }
  if (!paths.kubelet.startsWith(paths.dir)) remove(paths.kubelet)
  await dropNetwork()
  dropCgroups()
  for (const folder of [host.containerd, host.runc, host.ipam, host.socket, `${host.socket}.ttrpc`]) remove(folder)
  removeCniResults()
  removePodLogLinks(paths)
  for (const folder of ['/run/containerd/s', '/run/containerd']) removeEmpty(folder)
}

/**
 * The CNI library remembers each container's interfaces in a folder that it shares with others: ours are those whose
 * network namespace is in our state folder.
 */
function removeCniResults(): void {
  const folder = '/var/lib/cni/results'
  for (const name of list(folder)) {
    const result = readJson<{ netns?: string }>(join(folder, name))
    if (result?.netns?.startsWith(host.containerd)) remove(join(folder, name))
  }
}

/** The kubelet links each container's log in /var/log/containers, wherever its logs are. */
function removePodLogLinks(paths: ClusterPaths): void {
  const folder = '/var/log/containers'
  for (const name of list(folder)) if (linkOf(join(folder, name)).startsWith(paths.dir)) remove(join(folder, name))
}

function removeEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // In use by someone else, or not there.
  }
}

/**
 * Cleans up after a cluster whose daemon is dead: its processes by their run files, its containers by their mounts.
 * @returns the names of what was still running
 */
export async function sweepCluster(): Promise<string[]> {
  const swept: string[] = []
  const states = new Set([readRecord()?.stateDir, stateDir].filter((folder) => folder !== undefined))
  const touched = existsSync(host.record) || existsSync(host.sysctls)
  for (const state of states) {
    const paths = clusterPaths(state)
    if (!touched && list(paths.run).length === 0) continue
    remove(paths.portalKubeconfig)
    swept.push(...(await sweepProcesses(paths.run)))
    const containers = await sweepContainers(paths, 0)
    if (containers > 0) swept.push(`${containers} container processes`)
    await sweepHost(paths)
  }
  remove(host.record)
  return swept
}

/** The name of the checkout, for messages about somebody else's cluster. */
export function checkoutName(of: string): string {
  return of === root ? 'this checkout' : `${basename(of)} (${of})`
}
