import { join } from 'node:path'
import { checkoutName } from './cluster/sweep.ts'
import { liveLeases, liveRecord, type ClusterRecord } from './cluster/record.ts'
import { profiles, root } from './paths.ts'
import { ago } from './processes.ts'
import { liveStack } from './stack.ts'

interface Row {
  service: string
  state: string
  address: string
  since: string
  pid: string
  log: string
}

const header: Row = { service: 'SERVICE', state: 'STATE', address: 'ADDRESS', since: 'FOR', pid: 'PID', log: 'LOG' }

/** Rows with their columns under each other. */
export function formatTable(rows: Row[]): string {
  const columns = Object.keys(header) as (keyof Row)[]
  const widths = columns.map((column) => Math.max(...[header, ...rows].map((row) => row[column].length)))
  const line = (row: Row) =>
    columns
      .map((column, index) => row[column].padEnd(widths[index] ?? 0))
      .join('  ')
      .trimEnd()
  return [header, ...rows].map(line).join('\n')
}

function withRestarts(state: string, restarts: number): string {
  return restarts === 0 ? state : `${state} (restarted ${restarts}×)`
}

/** `make status`: what runs, where, since when. */
export function status(): void {
  const rows: Row[] = []
  for (const profile of profiles) {
    const stack = liveStack(profile)
    if (!stack) continue
    rows.push({
      service: profile === 'dev' ? 'supervisor' : `supervisor (${profile})`,
      state: stack.ready ? 'ready' : 'running',
      address: stack.portalUrl ?? '',
      since: ago(stack.since),
      pid: String(stack.supervisor.pid),
      log: shorten(stack.logs),
    })
    for (const service of stack.services) {
      rows.push({
        service: `  ${service.name}`,
        state: withRestarts(service.state, service.restarts),
        address: service.address,
        since: service.since ? ago(service.since) : '',
        pid: service.pid === null ? '' : String(service.pid),
        log: service.log ? shorten(service.log) : '',
      })
    }
  }
  const cluster = liveRecord()
  if (cluster) rows.push(...clusterRows(cluster))
  if (rows.length === 0) {
    process.stdout.write('Nothing runs. Start it with `make up`.\n')
    return
  }
  process.stdout.write(formatTable(rows) + '\n')
  if (cluster) {
    const users = liveLeases().map((lease) => `${lease.profile} of ${checkoutName(lease.root)}`)
    process.stdout.write(`\nCluster of ${checkoutName(cluster.root)}, used by ${users.join(', ') || 'nobody: it stops'}.\n`)
    if (cluster.message) process.stdout.write(`Cluster: ${cluster.message}\n`)
    process.stdout.write(`kubectl: export KUBECONFIG=${shorten(cluster.adminKubeconfig)}\n`)
  }
}

function clusterRows(cluster: ClusterRecord): Row[] {
  return [
    {
      service: 'cluster',
      state: cluster.state,
      address: `http://${cluster.appsAddress.host}:${cluster.appsAddress.port}`,
      since: ago(cluster.since),
      pid: String(cluster.daemon.pid),
      log: shorten(join(cluster.logs, 'cluster.log')),
    },
    ...cluster.components.map((component) => ({
      service: `  ${component.name}`,
      state: withRestarts(component.running ? 'running' : 'restarting', component.restarts),
      address: component.address,
      since: ago(component.since),
      pid: component.pid === null ? '' : String(component.pid),
      log: shorten(component.log),
    })),
  ]
}

function shorten(path: string): string {
  return path.startsWith(root + '/') ? path.slice(root.length + 1) : path
}
