import { expect, vi } from 'vitest'
import type { EnginePhase } from '../src/modules/engines/engine.js'
import type { EngineDto } from '../src/modules/engines/engines.dto.js'
import type { DriverName } from '../src/platform/kubernetes/drivers.js'
import { startApp, type TestApp } from './app.js'
import type { TestClient } from './client.js'
import type { TestCluster } from './cluster.js'

const SETTINGS = { VITRINE_GATEWAY: 'traefik/apps', VITRINE_INGRESS_CLASS: 'traefik' }
const KINDS =
  'deployments,replicasets,services,httproutes.gateway.networking.k8s.io,ingresses,mappings.getambassador.io,services.serving.knative.dev,revisions.serving.knative.dev'

/** A portal of its own, with a project in it. */
export class Site {
  readonly prefix: string
  portal!: TestApp
  client!: TestClient
  projectId = ''
  namespace = ''

  /** @param spec the file of the test @param name of the site, in small letters; its first two must differ from those of others there */
  constructor(
    private readonly cluster: TestCluster,
    private readonly spec: string,
    private readonly name: string,
    private readonly run: string,
  ) {
    this.prefix = `${this.cluster.namespacePrefix}-${name.slice(0, 2)}${this.run}`
  }

  async start(driver: DriverName | 'auto'): Promise<void> {
    this.portal = await startApp({
      spec: this.spec.replace('.spec', `-${this.name}.spec`),
      env: {
        ...SETTINGS,
        KUBECONFIG: this.cluster.kubeconfig,
        VITRINE_KUBE_CONTEXT: this.cluster.context,
        VITRINE_NAMESPACE_PREFIX: this.prefix,
        VITRINE_APPS_URL: this.cluster.appsUrl,
        VITRINE_DRIVER: driver,
        VITRINE_INSECURE_REGISTRIES: this.cluster.registry,
      },
    })
    this.client = await this.portal.signedIn()
    await vi.waitFor(async () => expect((await this.capabilities()).state).toBe('ready'), { timeout: 20_000, interval: 100 })
    if (this.projectId !== '') return
    const title = `${this.name} ${this.run}`
    const { body } = await this.client.post<{ id: string }>('/api/projects', { title, summary: '', task: '', tags: [] })
    this.projectId = body.id
    this.namespace = `${this.prefix}-${this.name}-${this.run}-${body.id.slice(-6)}`
  }

  async capabilities() {
    type Capabilities = { cluster: { state: string; driver: string | null; drivers: string[]; scaleToZero: boolean } }
    return (await this.client.get<Capabilities>('/api/system/capabilities')).body.cluster
  }

  async deploy(name: string, change: Record<string, unknown> = {}): Promise<EngineDto> {
    const wanted = { projectId: this.projectId, name, image: this.cluster.helloImage, port: 8080, ...change }
    const answer = await this.client.post<EngineDto>('/api/engines', wanted)
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    return answer.body
  }

  async change(id: string, change: Record<string, unknown>): Promise<void> {
    const { revision } = await this.read(id)
    expect((await this.client.patch(`/api/engines/${id}`, { revision, ...change })).status).toBe(202)
  }

  read = async (id: string): Promise<EngineDto> => (await this.client.get<EngineDto>(`/api/engines/${id}`)).body

  becomes(id: string, phase: EnginePhase, timeout = 60_000): Promise<EngineDto> {
    return vi.waitFor(
      async () => {
        const engine = await this.read(id)
        expect(engine.status.phase, JSON.stringify(engine.status)).toBe(phase)
        return engine
      },
      { timeout, interval: 200 },
    )
  }

  /** Lines of the app's log, as it is read page by page. */
  linesOf = async (id: string): Promise<{ text: string; revision?: string | null }[]> =>
    (await this.client.get<{ items: { text: string; revision?: string | null }[] }>(`/api/engines/${id}/logs/lines`)).body.items

  /** Deletes the app; resolves when its record is gone, too. */
  async delete(id: string): Promise<void> {
    expect((await this.client.delete(`/api/engines/${id}`)).status).toBe(202)
    await vi.waitFor(async () => expect((await this.client.get(`/api/engines/${id}`)).status).toBe(404), { timeout: 60_000, interval: 200 })
  }

  /** What is in the cluster of an app, as `kind/name`; pods that are ending are not. */
  async objectsOf(id: string): Promise<string[]> {
    const selected = ['-n', this.namespace, '-l', `vitrine.dev/engine=${id}`]
    const objects = (await this.cluster.kubectl('get', KINDS, ...selected, '-o', 'name')).split('\n').filter(Boolean)
    const pods = JSON.parse(await this.cluster.kubectl('get', 'pods', ...selected, '-o', 'json')) as {
      items: { metadata: { name: string; deletionTimestamp?: string } }[]
    }
    const alive = pods.items.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    return [...objects, ...alive.map(({ metadata }) => `pod/${metadata.name}`)].sort()
  }

  stop = (): Promise<void> => this.portal.stop()

  async remove(): Promise<void> {
    await this.portal.remove()
    const namespaces = await this.cluster.kubectl('get', 'namespaces', '-l', `vitrine.dev/instance=${this.prefix}`, '-o', 'name')
    const names = namespaces.split('\n').filter(Boolean)
    if (names.length > 0) await this.cluster.kubectl('delete', '--wait=false', ...names)
  }
}
