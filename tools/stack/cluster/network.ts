import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { list, readJson, readText, remove, writeJson } from '../files.ts'
import { run } from '../exec.ts'
import { cgroupName, host, kubeletPort, nodeIp, nodeLink, nodePodRange, podLink, podRange, serviceRange } from './layout.ts'

/** Kernel settings that the cluster changes (the last four are the kubelet's): restored when it stops. */
const sysctls = ['net.ipv4.ip_forward', 'vm.overcommit_memory', 'vm.panic_on_oom', 'kernel.panic', 'kernel.panic_on_oops']
const nftTable = 'vitrine'

function sysctlFile(name: string): string {
  return join('/proc/sys', ...name.split('.'))
}

/** Looks in this network namespace; /sys may show another one's. */
function linkExists(name: string): boolean {
  return (readText('/proc/net/dev') ?? '').split('\n').some((line) => line.trim().startsWith(`${name}:`))
}

/** Makes the node's address, forwarding and address translation. Everything carries our name. */
export async function raiseNetwork(): Promise<void> {
  if (!existsSync(host.sysctls)) {
    writeJson(host.sysctls, Object.fromEntries(sysctls.map((name) => [name, readText(sysctlFile(name))?.trim()])))
  }
  writeFileSync(sysctlFile('net.ipv4.ip_forward'), '1')
  // Some kernels have no "dummy" device: an empty bridge carries the node's address.
  if (!linkExists(nodeLink)) await run('ip', ['link', 'add', nodeLink, 'type', 'bridge'])
  await run('ip', ['addr', 'replace', `${nodeIp}/24`, 'dev', nodeLink])
  await run('ip', ['link', 'set', nodeLink, 'up'])
  // A machine without a default route (offline) would not even try to reach a service's address.
  await run('ip', ['route', 'replace', serviceRange, 'dev', nodeLink])
  // Our own table instead of the CNI plugin's masquerading: one thing to take away again.
  const rules = `
table ip ${nftTable}
delete table ip ${nftTable}
table ip ${nftTable} {
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr ${nodePodRange} ip daddr != ${podRange} masquerade
  }
  # Nothing enforces network policies here. These two hold for every pod: no metadata of a cloud's machine, and not the kubelet.
  chain forward {
    type filter hook forward priority filter; policy accept;
    ip saddr ${nodePodRange} ip daddr 169.254.0.0/16 reject with icmp admin-prohibited
  }
  chain input {
    type filter hook input priority filter; policy accept;
    ip saddr ${nodePodRange} ip daddr 169.254.0.0/16 reject with icmp admin-prohibited
    ip saddr ${nodePodRange} tcp dport ${kubeletPort} reject with tcp reset
  }
}
`
  await run('nft', ['-f', '-'], { input: rules })
  await openForward()
}

const forwardRules = ['-i', '-o'].map((side) => [side, podLink, '-m', 'comment', '--comment', 'vitrine', '-j', 'ACCEPT'])

/** A Docker engine sets the FORWARD policy to drop; a table of ours cannot overrule that, a rule in that chain can. */
async function openForward(): Promise<void> {
  const { stdout, code } = await run('iptables', ['-S', 'FORWARD'], { tolerate: true })
  if (code !== 0 || !stdout.includes('-P FORWARD DROP')) return
  for (const rule of forwardRules) await run('iptables', ['-I', 'FORWARD', ...rule])
}

/** Takes away links, tables and rules of ours, and puts the kernel settings back. */
export async function dropNetwork(): Promise<void> {
  for (const link of [podLink, nodeLink]) {
    if (linkExists(link)) await run('ip', ['link', 'del', link], { tolerate: true })
  }
  const { stdout } = await run('nft', ['list', 'tables'], { tolerate: true })
  for (const table of [`ip ${nftTable}`, 'ip kube-proxy', 'ip6 kube-proxy']) {
    if (stdout.includes(`table ${table}\n`)) await run('nft', ['delete', 'table', ...table.split(' ')], { tolerate: true })
  }
  const forward = await run('iptables', ['-S', 'FORWARD'], { tolerate: true })
  if (forward.stdout.includes(podLink)) {
    for (const rule of forwardRules) await run('iptables', ['-D', 'FORWARD', ...rule], { tolerate: true })
  }
  const before = readJson<Record<string, string>>(host.sysctls) ?? {}
  for (const [name, value] of Object.entries(before)) writeFileSync(sysctlFile(name), value)
  remove(host.sysctls)
}

/** Control group folders of ours: one under cgroup v2, one in each hierarchy under v1. */
function cgroupFolders(): string[] {
  const base = '/sys/fs/cgroup'
  if (existsSync(join(base, 'cgroup.controllers'))) return [join(base, cgroupName)]
  return list(base)
    .filter((name) => existsSync(join(base, name, 'cgroup.procs')))
    .map((name) => join(base, name, cgroupName))
}

/** Makes the parent group of all containers, so that what belongs to the cluster can be told from everything else. */
export function raiseCgroups(): void {
  for (const folder of cgroupFolders()) {
    mkdirSync(folder, { recursive: true })
    // Under cgroup v1 a new cpuset is empty and admits nobody.
    for (const name of ['cpuset.mems', 'cpuset.cpus']) {
      const file = join(folder, name)
      const inherited = readText(join(folder, '..', name))
      if (existsSync(file) && inherited !== null && readFileSync(file, 'utf8').trim() === '') writeFileSync(file, inherited)
    }
  }
}

/** Removes our (by now empty) control groups. */
export function dropCgroups(): void {
  for (const folder of cgroupFolders()) if (existsSync(folder)) removeGroup(folder)
}

function removeGroup(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(folder, entry.name))
  }
  try {
    rmdirSync(folder)
  } catch {
    // Still has a process in it; the sweep at the next start comes by again.
  }
}
