import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { interruptCommands } from '../exec.ts'
import { readText, remove, writeAtomically } from '../files.ts'
import { self } from '../identity.ts'
import { root, stateDir } from '../paths.ts'
import { Service, type ServiceSpec } from '../processes.ts'
import { Progress } from '../progress.ts'
import { sleep, waitFor } from '../time.ts'
import { cleanBuildCache, clusterTools, ensureTools, missingTools, toolVersion } from '../tools.ts'
import { KubeApi, type KubeObject } from './api.ts'
import { apiserverSpec, controllerManagerSpec, etcdSpec, schedulerSpec } from './control-plane.ts'
import { clusterImages, importImages, pauseImage, pushProbe, reference } from './images.ts'
import { apiUrl, appsPort, clusterPaths, etcdPort, host, nodeIp, nodeName, registry } from './layout.ts'
import { applyDefinitions, applyObjects } from './manifests.ts'
import { raiseCgroups, raiseNetwork } from './network.ts'
import { containerdSpec, kubeletSpec, kubeProxySpec } from './node.ts'
import { ensurePki, kubeconfig, readPki, writeKubeconfigs } from './pki.ts'
import { dropStaleLeases, proveServing, waitForApi } from './probe.ts'
import { registryReady, registrySpec } from './registry.ts'
import { liveLeases, writeRecord, type ClusterRecord, type ClusterState } from './record.ts'
import { sweepContainers, sweepHost } from './sweep.ts'

/** How often the daemon looks whether anybody still needs the cluster. */
const leaseCheckMs = 1000

/**
 * The cluster of this host, as a process of its own: it starts everything, keeps it running, and stops it when the last
 * lease is gone. What it is doing is in the record (/run/vitrine/cluster.json).
 */
export class ClusterDaemon {
  readonly #paths = clusterPaths(stateDir)
  readonly #services: Service[] = []
  readonly #progress = new Progress()
  readonly #stop = new AbortController()
  readonly #record: ClusterRecord

  constructor(logs: string) {
    const now = new Date().toISOString()
    const kubernetes = toolVersion('kubernetes', 'k8s.io/kubernetes')
    this.#record = {
      daemon: self(),
      root,
      stateDir,
      state: 'building',
      message: '',
      since: now,
      version: `Kubernetes ${kubernetes}, Knative Serving ${toolVersion('knative', 'knative.dev/serving')}`,
      registry,
      appsAddress: { host: nodeIp, port: appsPort },
      adminKubeconfig: this.#paths.adminKubeconfig,
      portalKubeconfig: this.#paths.portalKubeconfig,
      logs,
      components: [],
    }
  }

  /** Runs until nobody holds a lease any more, or a signal comes. Answers the exit code. */
  async run(): Promise<number> {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => this.#stop.abort())
    this.#stop.signal.addEventListener('abort', interruptCommands)
    this.#write()
    const watch = this.#watchLeases()
    let code = 0
    try {
      await this.#start()
      await watch
    } catch (error) {
      if (!this.#stop.signal.aborted) {
        code = 1
        const message = error instanceof Error ? error.message : String(error)
        this.#progress.line(`failed: ${message}`)
        this.#state('failed', message)
        this.#stop.abort()
      }
    }
    await this.#shutDown(code === 0)
    return code
  }

  async #watchLeases(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      if (liveLeases().length === 0) {
        this.#progress.line('nobody needs the cluster any more')
        this.#stop.abort()
      }
      await sleep(leaseCheckMs)
    }
  }

  async #start(): Promise<void> {
    const building = missingTools(clusterTools)
    if (building.length > 0) {
      this.#state('building', `building ${building.length} tools, once on this machine`)
      const relay = new Progress((line) => {
        this.#progress.plain(line)
        this.#state('building', line.trim())
      })
      await ensureTools(clusterTools, relay)
      await cleanBuildCache(this.#progress)
    }
    const signal = this.#stop.signal
    signal.throwIfAborted()
    const paths = this.#paths
    // Others may not list what is below: keys, secrets in etcd, other people's logs.
    mkdirSync(paths.dir, { recursive: true })
    chmodSync(paths.dir, 0o700)
    remove(paths.portalKubeconfig)

    this.#state('starting', 'network and certificates')
    await raiseNetwork()
    raiseCgroups()
    await ensurePki(paths)
    writeKubeconfigs(paths)

    this.#state('starting', 'control plane')
    const containerd = this.#launch(containerdSpec(paths, reference(pauseImage)), host.socket)
    const registryService = this.#launch(registrySpec(paths), registry)
    this.#launch(etcdSpec(paths), `127.0.0.1:${etcdPort}`)
    const apiserver = this.#launch(apiserverSpec(paths), apiUrl)
    const api = new KubeApi(paths)
    const images = this.#prepareImages(containerd, registryService)
    // Awaited below; a failure before that must not count as unhandled.
    images.catch(() => undefined)
    await this.#step('API server ready', () => waitForApi(api, signal, apiserver.assertRunning))
    await this.#step('definitions', () => applyDefinitions(paths, api, signal))
    this.#launch(controllerManagerSpec(paths), '127.0.0.1:10257')
    this.#launch(schedulerSpec(paths), '127.0.0.1:10259')
    this.#launch(kubeProxySpec(paths), '127.0.0.1:10249')
    await dropStaleLeases(api)

    this.#state('starting', 'images')
    await images
    const kubelet = this.#launch(kubeletSpec(paths), `${nodeIp}:10250`)

    this.#state('starting', 'Knative and ingress')
    await this.#step('manifests', async () => {
      const changed = await applyObjects(paths, api)
      if (!changed) this.#progress.line('manifests: unchanged')
    })
    await this.#step('node ready', () => waitForNode(api, signal, kubelet.assertRunning))
    await this.#step('Knative serves a probe app', () => proveServing(api, signal))
    await this.#writePortalKubeconfig(api)
    api.close()
    this.#state('ready', '')
    this.#progress.line('ready')
  }

  async #prepareImages(containerd: Service, registryService: Service): Promise<void> {
    const scratch = join(this.#paths.dir, 'scratch')
    await waitFor(() => readText(`/proc/net/unix`)?.includes(host.socket), {
      what: 'containerd',
      timeoutMs: 30_000,
      signal: this.#stop.signal,
      check: containerd.assertRunning,
    })
    await this.#step('images', async () => {
      const imported = await importImages(scratch, clusterImages)
      this.#progress.line(`images: ${imported} imported`)
    })
    await waitFor(registryReady, {
      what: 'the registry',
      timeoutMs: 30_000,
      signal: this.#stop.signal,
      check: registryService.assertRunning,
    })
    await pushProbe(scratch)
  }

  async #writePortalKubeconfig(api: KubeApi): Promise<void> {
    const secret = '/api/v1/namespaces/vitrine-system/secrets/vitrine-portal-token'
    const token = await waitFor(async () => (await api.get<KubeObject>(secret))?.data?.['token'], {
      what: "the portal's token",
      timeoutMs: 30_000,
      signal: this.#stop.signal,
    })
    const user = { token: Buffer.from(token, 'base64').toString() }
    writeAtomically(this.#paths.portalKubeconfig, kubeconfig('vitrine', user, readPki(this.#paths, 'ca.crt')), 0o600)
  }

  #launch(spec: ServiceSpec, address: string): Service {
    const folders = { run: this.#paths.run, logs: this.#record.logs, marker: stateDir }
    const service = new Service(spec, folders, (ended, reason) => {
      this.#progress.line(`${spec.name} ${reason}; starting it again`)
      ended.restart(() => this.#write())
      this.#write()
    })
    this.#services.push(service)
    this.#record.components.push({
      name: spec.name,
      address,
      pid: null,
      since: new Date().toISOString(),
      restarts: 0,
      running: false,
      log: service.log,
    })
    service.start()
    this.#write()
    return service
  }

  async #step<T>(name: string, run: () => Promise<T>): Promise<T> {
    return this.#progress.step(name, run)
  }

  #state(state: ClusterState, message: string): void {
    this.#record.state = state
    this.#record.message = message
    this.#record.since = new Date().toISOString()
    this.#write()
  }

  #write(): void {
    this.#services.forEach((service, index) => {
      const component = this.#record.components[index]
      if (!component) return
      component.pid = service.identity?.pid ?? null
      component.since = service.since.toISOString()
      component.restarts = service.restarts
      component.running = service.running
    })
    writeRecord(this.#record)
  }

  /** Apps first, then the node, then the control plane with its database. */
  async #shutDown(orderly: boolean): Promise<void> {
    if (orderly) this.#state('stopping', '')
    remove(this.#paths.portalKubeconfig)
    const stop = (...names: string[]) =>
      Promise.all(this.#services.filter((service) => names.includes(service.spec.name)).map((service) => service.stop()))
    await this.#progress.step('stopping the cluster', async () => {
      await stop('kubelet', 'kube-proxy', 'kube-scheduler', 'kube-controller-manager')
      await sweepContainers(this.#paths, 2000)
      await stop('containerd', 'registry', 'kube-apiserver')
      await stop('etcd')
      await sweepHost(this.#paths)
    })
    if (orderly) remove(host.record)
  }
}

async function waitForNode(api: KubeApi, signal: AbortSignal, check: () => void): Promise<void> {
  await waitFor(
    async () => {
      const node = await api.get(`/api/v1/nodes/${nodeName}`)
      const ready = node?.status?.conditions?.find((condition) => condition.type === 'Ready')
      if (ready?.status === 'True') return true
      throw new Error(ready?.message ?? 'not registered yet')
    },
    { what: 'the node to be ready', timeoutMs: 120_000, intervalMs: 200, signal, check },
  )
}
