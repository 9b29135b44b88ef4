import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { clusterObstacle, joinCluster, prepareCluster, type ClusterShare } from './cluster/client.ts'
import { addGatewayRoute, removeGatewayRoute, type GatewayRoute } from './cluster/gateway-route.ts'
import { nodeIp } from './cluster/layout.ts'
import type { ClusterRecord } from './cluster/record.ts'
import { list, readJson, remove, writeJson } from './files.ts'
import { Forward } from './forward.ts'
import { isAlive, self, type ProcessIdentity } from './identity.ts'
import { minioReady, minioService, provisionMinio } from './minio.ts'
import { accepts, mongoService } from './mongo.ts'
import { digest, profileDir, root, type Profile } from './paths.ts'
import { describeConflicts, findConflicts, type PortNeed } from './ports.ts'
import { Service, sweepProcesses, type ServiceSpec } from './processes.ts'
import { Progress } from './progress.ts'
import { ensureSecrets, type Secrets } from './secrets.ts'
import { portVariable, readSettings, type Ports, type Settings } from './settings.ts'
import { waitFor } from './time.ts'
import { ensureTools, type ToolName } from './tools.ts'

const CHROMIUM = '/usr/bin/chromium'

export interface StackOptions {
  profile: Profile
  progress?: Progress
  environment?: NodeJS.ProcessEnv
  /** Starts without the data of the run before. Tests do. */
  fresh?: boolean
  /** Without a cluster: for those who need the stores alone. */
  withoutCluster?: boolean
  /** Gives up the start where it stands; what has been started is stopped. */
  signal?: AbortSignal
  /** Runs before anything starts: builds the product and checks its configuration. */
  prepare?: (stack: Stack) => Promise<void>
}

/** What `make status` reads, and what finds a killed supervisor's leftovers. */
export interface StackRecord {
  supervisor: ProcessIdentity
  profile: Profile
  since: string
  logs: string
  ready: boolean
  portalUrl: string | null
  services: StackServiceRecord[]
}

export interface StackServiceRecord {
  name: string
  address: string
  state: 'running' | 'restarting' | 'external'
  pid: number | null
  since: string | null
  restarts: number
  log: string | null
}

/** The state of the cluster as a caller sees it. */
export type ClusterView =
  { kind: 'absent'; reason: string } | { kind: 'external'; kubeconfig: string; context: string } | { kind: 'embedded'; share: ClusterShare }

/** Runs of which the logs are kept. */
const keptRuns = 10

/** A running set of services. `startStack` makes one. */
export class Stack {
  readonly settings: Settings
  readonly dir: string
  readonly logs: string
  readonly secrets: Secrets
  readonly progress: Progress
  cluster: ClusterView = { kind: 'absent', reason: 'not started' }
  portalUrl: string | null = null
  ready = false
  readonly #environment: NodeJS.ProcessEnv
  readonly #services: { service: Service; address: string }[] = []
  readonly #since = new Date().toISOString()
  #forward: Forward | null = null
  #gatewayRoute: GatewayRoute | null = null
  #stopped: Promise<void> | null = null

  constructor(settings: Settings, progress: Progress, environment: NodeJS.ProcessEnv) {
    this.settings = settings
    this.progress = progress
    this.#environment = environment
    this.dir = profileDir(settings.profile)
    this.logs = newRunFolder(join(this.dir, 'logs'))
    this.secrets = ensureSecrets(this.dir)
  }

  get runDir(): string {
    return join(this.dir, 'run')
  }

  /** Starts a service and keeps it running; a restart is said, and counted in the status. */
  launch(spec: ServiceSpec, address: string): Service {
    const folders = { run: this.runDir, logs: this.logs, marker: this.dir }
    const service = new Service(spec, folders, (ended, reason) => {
      this.progress.line(`${spec.name} ${reason}; starting it again. Its log: ${ended.log}`)
      ended.restart(() => this.save())
      this.save()
    })
    this.#services.push({ service, address })
    service.start()
    this.save()
    return service
  }

  async startStores(): Promise<void> {
    const { ports, own, region, bucket } = this.settings
    const starts: Promise<void>[] = []
    if (!own.mongo) {
      const spec = mongoService(join(this.dir, 'mongo'), ports.mongo)
      starts.push(
        this.progress.step(`database on 127.0.0.1:${ports.mongo}`, async () => {
          const service = this.launch(spec, `127.0.0.1:${ports.mongo}`)
          await waitFor(() => accepts(ports.mongo), { what: 'the database', timeoutMs: 60_000, check: service.assertRunning })
        }),
      )
    }
    if (!own.s3) {
      const spec = minioService({
        dataDir: join(this.dir, 'minio'),
        port: ports.s3,
        secrets: this.secrets,
        region,
        origins: this.#origins(),
      })
      starts.push(
        this.progress.step(`object store on 127.0.0.1:${ports.s3}`, async () => {
          const service = this.launch(spec, `http://127.0.0.1:${ports.s3}`)
          await waitFor(() => minioReady(ports.s3), { what: 'the object store', timeoutMs: 60_000, check: service.assertRunning })
          // Tests make buckets of their own beside it.
          const patterns = this.settings.profile === 'dev' ? [bucket] : [bucket, `${bucket}-*`]
          await provisionMinio(ports.s3, this.secrets, region, [bucket], patterns)
        }),
      )
    }
    const results = await Promise.allSettled(starts)
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
  }

  #origins(): string[] {
    const { profile, ports, publicUrl } = this.settings
    // Journeys start portals of their own beside the one of the run.
    if (profile === 'services' || profile === 'test') return ['*']
    return [...new Set([publicUrl, `http://localhost:${ports.portal}`, `http://127.0.0.1:${ports.portal}`])]
  }

  /** Joins or starts the cluster, unless the user brings one or the machine cannot run one. Does not wait for "ready". */
  async startCluster(): Promise<void> {
    const { own, ports, profile } = this.settings
    if (own.cluster) {
      const kubeconfig = this.#environment['KUBECONFIG'] ?? ''
      this.cluster = { kind: 'external', kubeconfig, context: this.#environment['VITRINE_KUBE_CONTEXT'] ?? '' }
      return
    }
    const obstacle = clusterObstacle()
    if (obstacle !== null) {
      this.cluster = { kind: 'absent', reason: obstacle }
      return
    }
    const share = await joinCluster(profile, this.logs, this.progress)
    this.cluster = { kind: 'embedded', share }
    this.#forward = new Forward(() => {
      const record = share.record()
      return record.state === 'ready' || record.state === 'starting' ? record.appsAddress : null
    })
    await this.#forward.listen(ports.apps)
    this.save()
  }

  /** Waits until the embedded cluster serves apps; says what it is doing. Answers false, with the reason said, when it does not. */
  async clusterReady(timeoutMs = 45 * 60_000): Promise<boolean> {
    if (this.cluster.kind === 'external') return true
    if (this.cluster.kind === 'absent') return false
    const { share } = this.cluster
    let said = ''
    const record = await waitFor(
      () => {
        const now = share.record()
        if (this.#stopped) return now
        if (now.message !== said && (now.state === 'building' || now.state === 'starting')) {
          said = now.message
          if (said) this.progress.line(`cluster: ${said}`)
        }
        return now.state === 'building' || now.state === 'starting' ? null : now
      },
      { what: 'the cluster', timeoutMs, intervalMs: 200 },
    )
    if (record.state === 'ready') {
      this.progress.line(`cluster: ready (${record.version})`)
      this.save()
      return true
    }
    if (!this.#stopped) this.progress.line(`cluster: ${record.state}: ${record.message}`)
    return false
  }

  /** Leads the hosts of a domain that have no route to the portal's gateway, once the embedded cluster is ready. */
  async leadToGateway(domain: string, instance: string): Promise<void> {
    const record = this.clusterRecord()
    const port = this.settings.ports.gateway
    if (record?.state !== 'ready' || port === 0) return
    this.#gatewayRoute = { name: `gateway-${digest(this.settings.profile, root).slice(0, 6)}`, domain, port, instance }
    await addGatewayRoute(record.adminKubeconfig, this.#gatewayRoute)
  }

  /** Where the portal writes the first admin's sign-in. */
  get credentialsFile(): string {
    return this.#isGiven('VITRINE_CREDENTIALS_FILE')
      ? (this.#environment['VITRINE_CREDENTIALS_FILE'] ?? '')
      : join(this.dir, 'credentials.json')
  }

  /** Whether the user says so; only `make up` listens. */
  #isGiven(name: string): boolean {
    return this.settings.profile === 'dev' && Boolean(this.#environment[name] || this.#environment[`${name}_FILE`])
  }

  clusterRecord(): ClusterRecord | null {
    return this.cluster.kind === 'embedded' ? this.cluster.share.record() : null
  }

  /** The part of the portal's environment that says where the services are. Parts that the user brings stay as given. */
  portalEnvironment(): Record<string, string> {
    const { settings, secrets } = this
    const { ports, own } = settings
    const environment: Record<string, string> = { VITRINE_PORT: String(ports.portal), VITRINE_PUBLIC_URL: settings.publicUrl }
    const presets: Record<string, string> = { VITRINE_SECRET: secrets.portal, VITRINE_CREDENTIALS_FILE: this.credentialsFile }
    // Everyone who uses it, benchmarks and tests too, is the same few accounts at one address.
    for (const whom of ['ACCOUNT', 'TOKEN', 'ADDRESS']) presets[`VITRINE_RATE_LIMIT_${whom}`] = '0'
    // Prints to PDF where it is installed.
    if (existsSync(CHROMIUM)) presets['VITRINE_CHROMIUM'] = CHROMIUM
    if (!own.cluster) {
      presets['VITRINE_APPS_URL'] = `http://{app}.apps.localhost:${ports.apps}`
      // Portals of several checkouts share the cluster: each looks after the namespaces with its own name in front.
      presets['VITRINE_NAMESPACE_PREFIX'] = `vitrine-${digest(settings.profile, root).slice(0, 6)}`
    }
    for (const [name, value] of Object.entries(presets)) if (!this.#isGiven(name)) environment[name] = value
    if (!own.mongo) environment['MONGODB_URI'] = `mongodb://127.0.0.1:${ports.mongo}/vitrine`
    if (!own.s3) {
      Object.assign(environment, {
        S3_ENDPOINT: `http://127.0.0.1:${ports.s3}`,
        S3_PUBLIC_ENDPOINT: `http://127.0.0.1:${ports.s3}`,
        S3_ACCESS_KEY: secrets.s3AccessKey,
        S3_SECRET_KEY: secrets.s3SecretKey,
        S3_REGION: settings.region,
        S3_BUCKET: settings.bucket,
      })
    }
    const record = this.clusterRecord()
    if (record) {
      if (!this.#isGiven('VITRINE_INSECURE_REGISTRIES')) environment['VITRINE_INSECURE_REGISTRIES'] = record.registry
      Object.assign(environment, { KUBECONFIG: record.portalKubeconfig, VITRINE_KUBE_CONTEXT: 'vitrine' })
      // For the drivers that need them; which one is used is the portal's to find out, or yours to say (VITRINE_DRIVER).
      Object.assign(environment, { VITRINE_GATEWAY: 'traefik/apps', VITRINE_INGRESS_CLASS: 'traefik' })
      // Where the ingress in the cluster reaches it.
      Object.assign(environment, {
        VITRINE_GATEWAY_PORT: settings.profile === 'services' ? 'off' : String(ports.gateway || 'off'),
        VITRINE_GATEWAY_HOST: nodeIp,
      })
    }
    return environment
  }

  /** What cannot be removed any more is put right by the next start. */
  async #leaveGateway(): Promise<void> {
    const record = this.clusterRecord()
    if (this.#gatewayRoute === null || record?.state !== 'ready') return
    await removeGatewayRoute(record.adminKubeconfig, this.#gatewayRoute).catch((error: unknown) =>
      this.progress.line(`the route to the gateway is still there: ${error instanceof Error ? error.message : String(error)}`),
    )
  }

  /** Writes what `make status` and the next start need. */
  save(): void {
    const external = Object.entries(this.settings.own)
      .filter(([, isOwn]) => isOwn)
      .map(([name]): StackServiceRecord => {
        return { name, address: 'yours', state: 'external', pid: null, since: null, restarts: 0, log: null }
      })
    const own = this.#services.map(({ service, address }): StackServiceRecord => {
      return {
        name: service.spec.name,
        address,
        state: service.running ? 'running' : 'restarting',
        pid: service.identity?.pid ?? null,
        since: service.since.toISOString(),
        restarts: service.restarts,
        log: service.log,
      }
    })
    const record: StackRecord = {
      supervisor: self(),
      profile: this.settings.profile,
      since: this.#since,
      logs: this.logs,
      ready: this.ready,
      portalUrl: this.portalUrl,
      services: [...own, ...external],
    }
    writeJson(stackFile(this.settings.profile), record)
  }

  /** Stops everything in the reverse order of its start, and gives the cluster back. Stopping twice is stopping once. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    for (const { service } of [...this.#services].reverse()) {
      await this.progress.step(`${service.spec.name}: stopping`, () => service.stop())
    }
    await this.#forward?.close()
    await this.#leaveGateway()
    if (this.cluster.kind === 'embedded') await this.cluster.share.release(this.progress)
    remove(stackFile(this.settings.profile))
  }
}

function newRunFolder(logs: string): string {
  const name = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  const folder = join(logs, name)
  mkdirSync(folder, { recursive: true })
  for (const old of list(logs).slice(0, -keptRuns)) remove(join(logs, old))
  return folder
}

export function stackFile(profile: Profile): string {
  return join(profileDir(profile), 'run', 'stack', 'record.json')
}

/** The record of a profile's running supervisor, or null. */
export function liveStack(profile: Profile): StackRecord | null {
  const record = readJson<StackRecord>(stackFile(profile))
  return record !== null && isAlive(record.supervisor) ? record : null
}

function portNeeds(settings: Settings): PortNeed[] {
  const names: Record<keyof Ports, string> = {
    portal: 'the portal',
    mongo: 'the database',
    s3: 'the object store',
    apps: 'the address of the apps',
    gateway: 'the gateway to private apps',
  }
  const unneeded = {
    portal: settings.profile === 'services',
    mongo: settings.own.mongo,
    s3: settings.own.s3,
    apps: settings.own.cluster,
    gateway: settings.own.cluster || settings.profile === 'services' || settings.ports.gateway === 0,
  }
  return (Object.keys(names) as (keyof Ports)[])
    .filter((port) => !unneeded[port])
    .map((port) => {
      const need = { service: names[port], host: port === 'gateway' ? nodeIp : '127.0.0.1', port: settings.ports[port] }
      return settings.profile === 'dev' ? { ...need, remedy: `choose another with ${portVariable(port)}` } : need
    })
}

/**
 * Starts the services of a profile: sweeps what a killed run left, checks all ports, builds what is missing, starts the
 * stores, and joins or starts the cluster without waiting for it (`clusterReady` does). The caller stops it.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const environment = options.environment ?? process.env
  const progress = options.progress ?? new Progress()
  const settings = readSettings(options.profile, environment)
  for (const note of settings.notes) progress.line(note)
  const running = liveStack(options.profile)
  if (running) throw new AlreadyRunning(running)
  const dir = profileDir(options.profile)
  const swept = await sweepProcesses(join(dir, 'run'))
  if (swept.length > 0) progress.line(`cleaned up after a killed run: ${swept.join(', ')}`)
  if (options.fresh) for (const data of ['mongo', 'minio', 'credentials.json', 'secrets.json']) remove(join(dir, data))

  const wantsCluster = !options.withoutCluster && !settings.own.cluster && clusterObstacle() === null
  const conflicts = await findConflicts(portNeeds(settings))
  if (wantsCluster) conflicts.push(...(await prepareCluster(progress)))
  if (conflicts.length > 0) throw new Error(describeConflicts(conflicts))

  const tools: ToolName[] = []
  if (!settings.own.mongo) tools.push('mongo')
  if (!settings.own.s3) tools.push('minio')
  const stack = new Stack(settings, progress, environment)
  stack.save()
  try {
    await options.prepare?.(stack)
    options.signal?.throwIfAborted()
    await ensureTools(tools, progress)
    options.signal?.throwIfAborted()
    await stack.startStores()
    options.signal?.throwIfAborted()
    if (options.withoutCluster) stack.cluster = { kind: 'absent', reason: 'started without a cluster' }
    else await stack.startCluster()
    options.signal?.throwIfAborted()
  } catch (error) {
    await stack.stop()
    throw error
  }
  return stack
}

/** A supervisor of this profile runs already. */
export class AlreadyRunning extends Error {
  readonly record: StackRecord

  constructor(record: StackRecord) {
    const where = record.portalUrl ? ` at ${record.portalUrl}` : ''
    super(
      `Vitrine runs already${where} (pid ${record.supervisor.pid}, since ${record.since}). \`make status\` shows it, \`make down\` stops it.`,
    )
    this.record = record
  }
}
