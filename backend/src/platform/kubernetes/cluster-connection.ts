import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { isDeepStrictEqual } from 'node:util'
import { Pause } from '../../common/pause.js'
import { now } from '../../common/clock.js'
import { Health } from '../../common/health.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ClusterMonitor, type ClusterState } from './cluster-state.js'
import { candidatesOf, DRIVER_SPECS, SeenLately, usableDrivers, type DriverName } from './drivers.js'
import { KubeApi } from './kube-api.js'
import { KubeError, toKubeError } from './kube-error.js'
import { groupPath, type Kind } from './kube-objects.js'
import { KubeconfigFile } from './kubeconfig-file.js'

const CHECK_READY_MS = 4_000
const CHECK_WAITING_MS = 500
const CHECK_TIMEOUT_MS = 3_000
const HOLD_MS = 60_000

/** How the cluster is, without the time since when. */
type Finding = Omit<ClusterState, 'since'>

/** Keeps asking whether the configured cluster is there and what it can do, and loads its credentials whenever their file changed. */
@Injectable()
export class ClusterConnection extends ClusterMonitor implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('Cluster')
  private readonly file: KubeconfigFile | null
  private readonly listeners = new Set<(state: ClusterState) => void>()
  private current: ClusterState
  private readonly served = new SeenLately<DriverName>(HOLD_MS)
  private reachedOnce = false
  private connected = false
  private stopped = false
  private readonly pause = new Pause()

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly api: KubeApi,
    health: Health,
  ) {
    super()
    const { kubeconfig, kubeContext } = config
    this.file = kubeconfig !== null && kubeContext !== null ? new KubeconfigFile(kubeconfig, kubeContext) : null
    this.current = { ...(this.file ? STARTING : ABSENT), since: now() }
    // Required by no request: what is deployed meanwhile happens later.
    if (this.file) health.register({ name: 'cluster', required: false, check: () => this.requireReady() })
  }

  get state(): ClusterState {
    return this.current
  }

  onChange(listener: (state: ClusterState) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Asks for a look at the cluster now: someone has seen a request fail. */
  suspect(): void {
    this.pause.wake()
  }

  onApplicationBootstrap(): void {
    if (this.file) void this.run(this.file)
  }

  onApplicationShutdown(): void {
    this.stopped = true
    this.pause.wake()
  }

  private async requireReady(): Promise<void> {
    if (this.current.state !== 'ready') throw new Error(this.current.message)
  }

  private async run(file: KubeconfigFile): Promise<void> {
    while (!this.stopped) {
      this.enter(await this.look(file))
      await this.pause.wait(this.current.state === 'ready' ? CHECK_READY_MS : CHECK_WAITING_MS)
    }
  }

  private async look(file: KubeconfigFile): Promise<Finding> {
    const reading = await file.read()
    try {
      if (reading.is === 'new') {
        await this.api.use(reading.config)
        this.connected = true
      } else if (this.current.state === 'unreachable') await this.api.renew()
      if (reading.is === 'wrong' && !this.connected)
        return { ...this.away(), message: `The kubeconfig file of the cluster cannot be used: ${reading.reason}.` }
      // Without a file the cluster is not up yet. One that went away later does not matter while its credentials still work.
      if (!this.connected) return this.away()
      return await this.ask()
    } catch (error) {
      return this.explain(toKubeError(error))
    }
  }

  private async ask(): Promise<Finding> {
    const { gitVersion: version, platform } = await this.api.json<{ gitVersion: string; platform: string }>('GET', '/version', {
      timeoutMs: CHECK_TIMEOUT_MS,
    })
    const drivers = await this.findDrivers()
    const [driver] = drivers
    if (!driver) return { ...this.away(), version, platform, message: lacking(this.config.driver) }
    this.reachedOnce = true
    return { state: 'ready', driver, drivers, version, platform, message: 'Apps can be deployed.' }
  }

  private async findDrivers(): Promise<DriverName[]> {
    const { driver: setting, gateway, ingressClass } = this.config
    const candidates = candidatesOf(setting)
    const served = await Promise.all(candidates.map((name) => this.serves(DRIVER_SPECS[name].needs)))
    const byIngress = setting === 'auto' && ingressClass === null
    return usableDrivers({
      setting,
      served: this.served.with(
        candidates.filter((_, index) => served[index]),
        performance.now(),
      ),
      hasGateway: gateway !== null,
      hasIngressClass: !byIngress || (await this.hasIngressClass()),
    })
  }

  /** Whether the API server serves all of these kinds. */
  private async serves(kinds: readonly Kind[]): Promise<boolean> {
    const plurals = new Map<string, string[]>()
    for (const { apiVersion, plural } of kinds) plurals.set(apiVersion, [...(plurals.get(apiVersion) ?? []), plural])
    const groups = await Promise.all(
      [...plurals].map(async ([apiVersion, wanted]) => {
        const { resources = [] } = await this.lookUp<{ resources?: { name: string }[] }>(groupPath(apiVersion))
        return wanted.every((plural) => resources.some(({ name }) => name === plural))
      }),
    )
    return groups.every(Boolean)
  }

  private async hasIngressClass(): Promise<boolean> {
    try {
      const { items = [] } = await this.lookUp<{ items?: unknown[] }>('/apis/networking.k8s.io/v1/ingressclasses?limit=1')
      return items.length > 0
    } catch (error) {
      // Who may not look has been given rights for what is used: then there is nothing to find out.
      if (error instanceof KubeError && error.kind === 'forbidden') return true
      throw error
    }
  }

  /** What is at a path; nothing when there is no such path. */
  private async lookUp<T extends object>(path: string): Promise<Partial<T>> {
    try {
      return await this.api.json<T>('GET', path, { timeoutMs: CHECK_TIMEOUT_MS })
    } catch (error) {
      if (error instanceof KubeError && error.kind === 'not-found') return {}
      throw error
    }
  }

  private away(): Finding {
    return this.reachedOnce ? { ...UNREACHABLE, version: this.current.version, platform: this.current.platform } : STARTING
  }

  private explain(error: KubeError): Finding {
    this.logger.debug({ err: error }, 'the cluster was not reached')
    if (error.kind === 'forbidden')
      return {
        ...this.away(),
        message:
          'The cluster refuses the credentials of the portal. An admin has to renew them; apps that you deploy now start afterwards.',
      }
    return this.away()
  }

  private enter(finding: Finding): void {
    if (isDeepStrictEqual({ ...finding, since: this.current.since }, this.current)) return
    const { state } = this.current
    this.current = { ...finding, since: state === finding.state ? this.current.since : now() }
    this.logger.log(`${finding.state}: ${finding.message}`)
    for (const listener of this.listeners) this.tell(listener)
  }

  /** A listener that throws must not end the looking. */
  private tell(listener: (state: ClusterState) => void): void {
    try {
      listener(this.current)
    } catch (error) {
      this.logger.error({ err: error }, 'a listener of the state of the cluster failed')
    }
  }
}

/** What a cluster that answers does not have yet, in words. */
const lacking = (setting: DriverName | 'auto'): string =>
  setting === 'auto'
    ? 'The cluster runs, but has nothing yet that runs apps and leads requests to them: Knative Serving, a Gateway or an Ingress class. Apps that you deploy now start when it has.'
    : `The cluster runs, but ${DRIVER_SPECS[setting].title} is not there yet. Apps that you deploy now start when it is.`

const ABSENT: Finding = {
  state: 'absent',
  message: 'No cluster is configured, so apps cannot run here. Everything else works.',
  driver: null,
  drivers: [],
  version: null,
  platform: null,
}
const STARTING: Finding = {
  state: 'starting',
  message: 'The cluster is starting. Apps that you deploy now start when it is ready.',
  driver: null,
  drivers: [],
  version: null,
  platform: null,
}
const UNREACHABLE: Finding = {
  state: 'unreachable',
  message: 'The cluster cannot be reached. Apps that you deploy now start when the cluster is back.',
  driver: null,
  drivers: [],
  version: null,
  platform: null,
}
