import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { EngineDeployer } from '../../src/modules/engines/engine.deployer.js'
import { EngineRepository } from '../../src/modules/engines/engine.repository.js'
import type { EngineDto } from '../../src/modules/engines/engines.dto.js'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { testCluster } from '../cluster.js'
import { BROKEN_APPS, SIZES, type BrokenApp, type Runner } from '../factories/broken-apps.js'
import { ImageShelf } from '../images.js'
import { recordingOf, recordingsFolder } from '../recording.js'

const cluster = testCluster()
const run = randomBytes(2).toString('hex')
const shelf = new ImageShelf(cluster.registry)
const PROJECTS = ['plain', 'quota', 'ceiling', 'policy'] as const
type ProjectName = (typeof PROJECTS)[number]
/** Where what the cluster shows is written to, as fixtures of engine.recorded.spec.ts; null to write nothing. */
const recordings = recordingsFolder()

/** Puts images into the registry that no tool would build. */
async function fillShelf(): Promise<void> {
  const hello = 'vitrine-test/hello:1'
  const app = await shelf.file(hello, '/app')
  // The head of a program is enough for the kernel to refuse it: 0xb7 stands for ARM64.
  const other = Buffer.from(app.subarray(0, 4_096))
  other.writeUInt16LE(0xb7, 18)
  const program = [{ path: '/app', mode: 0o755, content: other }]
  await Promise.all([
    shelf.vary(hello, 'vitrine-test/other-program:1', { files: program, architecture: 'arm64' }),
    shelf.vary(hello, 'vitrine-test/other-index:1', { files: program, architecture: 'arm64', inIndex: true }),
    shelf.vary(hello, 'vitrine-test/for-root:1', { files: [{ path: '/app', mode: 0o700, content: app }], config: { User: '0' } }),
    shelf.vary(hello, 'vitrine-test/folders:1', {
      files: [
        { path: 'tmp/', mode: 0o1777 },
        { path: 'var/cache/', mode: 0o755 },
      ],
    }),
  ])
}

/** A registry that lets nobody in who does not say who it is. */
async function startClosedRegistry(): Promise<Server> {
  const server = createServer((_, answer) => {
    answer.writeHead(401, { 'www-authenticate': 'Basic realm="registry"', 'content-type': 'application/json' })
    answer.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }))
  })
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve))
  return server
}

/** A portal with one driver, and projects in it in which apps fail in different ways. */
class Site {
  private portal!: TestApp
  private client!: TestClient
  private readonly projects = new Map<ProjectName, string>()
  private readonly ids = new Map<string, string>()
  private readonly deploys = new Map<string, Promise<void>>()
  private readonly prefix: string

  constructor(
    private readonly runner: Runner,
    private readonly closed: string,
  ) {
    this.prefix = `${cluster.namespacePrefix}-d${runner[0]}${run}`
  }

  async start(): Promise<void> {
    this.portal = await startApp({
      spec: import.meta.filename.replace('.spec', `-${this.runner}.spec`),
      env: {
        KUBECONFIG: cluster.kubeconfig,
        VITRINE_KUBE_CONTEXT: cluster.context,
        VITRINE_NAMESPACE_PREFIX: this.prefix,
        VITRINE_APPS_URL: cluster.appsUrl,
        VITRINE_DRIVER: this.runner === 'knative' ? 'knative' : 'gateway',
        VITRINE_GATEWAY: 'traefik/apps',
      },
    })
    this.client = await this.portal.signedIn()
    const state = async () => (await this.client.get<{ cluster: { state: string } }>('/api/system/capabilities')).body.cluster.state
    await vi.waitFor(async () => expect(await state()).toBe('ready'), { timeout: 20_000, interval: 100 })
    for (const [id, resources] of Object.entries(SIZES)) await this.ask('post', '/api/sizes', { id, title: id, ...resources }, 201)
    for (const name of PROJECTS) {
      const { id } = await this.ask<{ id: string }>(
        'post',
        '/api/projects',
        { title: `${name} ${run}`, summary: '', task: '', tags: [] },
        201,
      )
      this.projects.set(name, id)
      const cpuMillis = name === 'quota' ? 2_000 : 200_000
      await this.ask('put', `/api/projects/${id}/quota`, { apps: 50, cpuMillis, memoryMiB: 1_000_000, gpus: 4 }, 200)
    }
  }

  /** Begins to deploy an app, and to do to it what makes it fail. */
  begin(app: BrokenApp): void {
    const deploy = this.deploy(app)
    // Whoever waits for it is told; nobody may have come to that yet.
    deploy.catch(() => undefined)
    this.deploys.set(app.name, deploy)
  }

  /** Waits until all is done that makes an app fail. @throws what went wrong with that */
  begun = async (name: string): Promise<void> => this.deploys.get(name)

  private async deploy(app: BrokenApp): Promise<void> {
    const { provoke } = app
    const project: ProjectName = provoke === 'quota' || provoke === 'ceiling' || provoke === 'policy' ? provoke : 'plain'
    if (provoke === 'ceiling' || provoke === 'policy') await this.close(project, provoke)
    const engine = await this.create(project, app)
    this.ids.set(app.name, engine.id)
    if (provoke === 'secret') await this.removeSecret(engine, app.name)
  }

  async read(name: string): Promise<EngineDto> {
    return (await this.client.get<EngineDto>(`/api/engines/${this.ids.get(name) ?? ''}`)).body
  }

  /** What the portal sees of an app, as a fixture. */
  async record(name: string, folder: string): Promise<void> {
    const engine = await this.portal.app.get(EngineRepository, { strict: false }).findById(this.ids.get(name) ?? '')
    if (!engine) throw new Error(`${name} is gone`)
    const deployer = this.portal.app.get(EngineDeployer, { strict: false })
    const observed = deployer.observe(engine, await deployer.driverFor(engine))
    const names: [string | RegExp, string][] = [
      [cluster.registry, 'registry.example:5000'],
      [this.closed, 'closed.example'],
      [this.prefix, 'vitrine'],
      [new RegExp(`\\b${run}\\b`, 'g'), '0000'],
    ]
    const file = join(folder, this.runner, `${name}.json`)
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, `${JSON.stringify(recordingOf(engine, observed, names), null, 2)}\n`)
  }

  async remove(): Promise<void> {
    await this.portal.remove()
    await cluster.kubectl('delete', 'validatingadmissionpolicies,validatingadmissionpolicybindings', '--ignore-not-found', this.prefix)
    const namespaces = await cluster.kubectl('get', 'namespaces', '-l', `vitrine.dev/instance=${this.prefix}`, '-o', 'name')
    const names = namespaces.split('\n').filter(Boolean)
    if (names.length > 0) await cluster.kubectl('delete', '--wait=false', ...names)
  }

  private create(project: ProjectName, { name, image = 'hello', env = {}, healthPath, provoke, ...spec }: BrokenApp): Promise<EngineDto> {
    const { port = 8080, command = [], secrets = {}, size = 'tiny' } = spec
    return this.ask<EngineDto>(
      'post',
      '/api/engines',
      {
        projectId: this.projects.get(project),
        name,
        image:
          provoke === 'registry'
            ? `${this.closed}/closed/app:1`
            : image.includes('/')
              ? image
              : `${cluster.registry}/vitrine-test/${image}:1`,
        port,
        command,
        env: Object.entries(env).map(([key, value]) => ({ name: key, value })),
        secrets,
        size,
        scaling: { min: 1, max: 1 },
        health: { kind: healthPath === undefined ? 'tcp' : 'http', path: healthPath ?? '', startupSeconds: 10 },
      },
      202,
    )
  }

  /** Has the cluster refuse the pods of a project from now on; a first app makes its namespace. */
  private async close(project: ProjectName, how: 'ceiling' | 'policy'): Promise<void> {
    const first = await this.create(project, { ...(BROKEN_APPS[0] as BrokenApp), name: 'first' })
    const namespace = await this.namespaceOf(first.projectId)
    const limits = [{ type: 'Container', max: { cpu: '100m' } }]
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods', 'configmaps'] }
    const policy = {
      matchConstraints: {
        namespaceSelector: { matchLabels: { 'vitrine.dev/project': first.projectId } },
        resourceRules: [rule],
      },
      validations: [{ expression: 'false', message: 'no apps here' }],
    }
    const items =
      how === 'ceiling'
        ? [{ apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'ceiling', namespace }, spec: { limits } }]
        : [
            { apiVersion: ADMISSION, kind: 'ValidatingAdmissionPolicy', metadata: { name: this.prefix }, spec: policy },
            {
              apiVersion: ADMISSION,
              kind: 'ValidatingAdmissionPolicyBinding',
              metadata: { name: this.prefix },
              spec: { policyName: this.prefix, validationActions: ['Deny'] },
            },
          ]
    for (const item of items) await apply(item)
    // The API server learns of a policy within seconds; what is only tried says when.
    const refusal = () => cluster.kubectl('-n', namespace, 'create', 'configmap', 'try', '--dry-run=server').then(() => '', String)
    const refused = async (): Promise<void> => {
      // No expectation: this goes on while tests run, and Vitest would count one that does not hold yet as theirs.
      if (!/no apps here/.test(await refusal())) throw new Error('the policy does not hold yet')
    }
    if (how === 'policy') await vi.waitFor(refused, { timeout: 60_000, interval: 500 })
  }

  /** Removes the secret of an app that runs, which is when the portal is done with it, and then its pods: the next ones wait for it. */
  private async removeSecret({ id, projectId }: EngineDto, name: string): Promise<void> {
    await vi.waitFor(async () => expect((await this.read(name)).status.phase).toBe('Running'), { timeout: 110_000, interval: 500 })
    const selected = ['-l', `vitrine.dev/engine=${id}`]
    const namespace = await this.namespaceOf(projectId)
    const secrets = (await cluster.kubectl('-n', namespace, 'get', 'secrets', '-o', 'name')).split('\n')
    await cluster.kubectl('-n', namespace, 'delete', ...secrets.filter((name) => name.includes('secret-gone')))
    await cluster.kubectl('-n', namespace, 'delete', 'pods', ...selected, '--wait=false', '--grace-period=1')
  }

  /** The namespace of a project; it is there once an app is. */
  private async namespaceOf(projectId: string): Promise<string> {
    const find = () => cluster.kubectl('get', 'namespaces', '-l', `vitrine.dev/project=${projectId}`, '-o', 'name')
    return (await vi.waitUntil(find, { timeout: 60_000, interval: 500 })).trim().replace('namespace/', '')
  }

  private async ask<T>(method: 'post' | 'put', path: string, body: unknown, status: number): Promise<T> {
    const answer = await this.client[method]<T>(path, body)
    expect(answer.status, JSON.stringify(answer.body)).toBe(status)
    return answer.body
  }
}

const ADMISSION = 'admissionregistration.k8s.io/v1'

/** Applies an object as the cluster's admin. */
async function apply(object: object): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-object-'))
  try {
    await writeFile(join(folder, 'object.json'), JSON.stringify(object))
    await cluster.kubectl('apply', '-f', join(folder, 'object.json'))
  } finally {
    await rm(folder, { recursive: true })
  }
}

const RUNNERS = ['knative', 'deployment'] as const satisfies Runner[]

/** A recording takes all; a test provokes each with one of the two, by turns. */
const appsOf = (runner: Runner): BrokenApp[] =>
  BROKEN_APPS.filter(({ only }, index) => (only ?? (recordings === null ? RUNNERS[index % 2] : runner)) === runner)

let registry: Server
let sites: Record<Runner, Site>

beforeAll(async () => {
  await fillShelf()
  registry = await startClosedRegistry()
  const { port } = registry.address() as AddressInfo
  // The node pulls by plain HTTP from itself only, Knative from any private address.
  sites = {
    knative: new Site('knative', `${cluster.registry.replace(/:\d+$/, '')}:${port}`),
    deployment: new Site('deployment', `127.0.0.1:${port}`),
  }
  // All at once: most of the time is spent waiting for the cluster.
  await Promise.all(
    RUNNERS.map(async (runner) => {
      await sites[runner].start()
      for (const app of appsOf(runner)) sites[runner].begin(app)
    }),
  )
}, 180_000)

afterAll(async () => {
  registry.close()
  await Promise.all(Object.values(sites).map((site) => site.remove()))
})

describe.each(RUNNERS)('an app that does not run, by %s', (runner) => {
  it.each(appsOf(runner).map((app) => [app.name, app] as const))(
    '%s: says why, and what helps',
    async (name, { code, field, evidence, fix = /./ }) => {
      await sites[runner].begun(name)
      const { cause } = await vi.waitFor(
        async () => {
          const { status } = await sites[runner].read(name)
          expect(status.cause, JSON.stringify(status)).toMatchObject({ code, field })
          expect(status.cause?.evidence).toMatch(evidence)
          return status
        },
        { timeout: 120_000, interval: 500 },
      )
      expect(cause?.fix).toMatch(fix)
      expect(`${cause?.title} ${cause?.fix}`).not.toMatch(/\{\w+\}/)
      if (recordings !== null) await sites[runner].record(name, recordings)
    },
    130_000,
  )
})
