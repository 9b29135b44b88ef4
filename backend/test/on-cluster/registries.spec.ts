import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineDto } from '../../src/modules/engines/engines.dto.js'
import { ImageRegistry } from '../../src/platform/registry/image-registry.js'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { askApp, testCluster } from '../cluster.js'
import { SignInRegistry } from '../sign-in-registry.js'

const cluster = testCluster()
const run = randomBytes(2).toString('hex')

let registry: SignInRegistry

beforeAll(async () => {
  registry = await SignInRegistry.start(cluster.registry)
})
afterAll(() => registry.stop())

describe.each(['knative', 'gateway'] as const)('an image behind a sign-in, with %s', (driver) => {
  const prefix = `${cluster.namespacePrefix}-r${driver[0]}${run}`
  let portal: TestApp
  let client: TestClient
  let projectId: string
  let namespace: string
  let image: string
  let engine: EngineDto

  const read = async (id = engine.id): Promise<EngineDto> => (await client.get<EngineDto>(`/api/engines/${id}`)).body
  const becomes = (phase: string, timeout: number, id = engine.id): Promise<EngineDto> =>
    vi.waitFor(
      async () => {
        const found = await read(id)
        expect(found.status.phase, JSON.stringify(found.status)).toBe(phase)
        return found
      },
      { timeout, interval: 250 },
    )
  const signIn = (password: string) =>
    client.put(`/api/projects/${projectId}/registries/${registry.host}`, { username: registry.username, password })

  beforeAll(async () => {
    portal = await startApp({
      spec: import.meta.filename,
      env: {
        KUBECONFIG: cluster.kubeconfig,
        VITRINE_KUBE_CONTEXT: cluster.context,
        VITRINE_NAMESPACE_PREFIX: prefix,
        VITRINE_APPS_URL: cluster.appsUrl,
        VITRINE_DRIVER: driver,
        VITRINE_GATEWAY: 'traefik/apps',
        VITRINE_INSECURE_REGISTRIES: `${cluster.registry},${registry.host}`,
      },
    })
    client = await portal.signedIn()
    await vi.waitFor(async () => {
      const { body } = await client.get<{ cluster: { state: string } }>('/api/system/capabilities')
      expect(body.cluster.state).toBe('ready')
    }, 15_000)
    const { body } = await client.post<{ id: string }>('/api/projects', {
      title: `Signed ${driver} ${run}`,
      summary: '',
      task: '',
      tags: [],
    })
    projectId = body.id
    namespace = `${prefix}-signed-${driver}-${run}-${projectId.slice(-6)}`
    image = cluster.helloImage.replace(cluster.registry, registry.host)
  })
  afterAll(async () => {
    await portal.remove()
    await cluster.kubectl('delete', 'namespaces', '-l', `vitrine.dev/instance=${prefix}`, '--wait=false')
  })

  it('is private before the project signs in', { timeout: 120_000 }, async () => {
    const answer = await client.post<EngineDto>('/api/engines', { projectId, name: 'signed', image, port: 8080 })
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    engine = answer.body
    const { status } = await becomes('Failed', 90_000)
    expect(status.cause).toMatchObject({ code: 'image-private', field: 'registries' })
    await expect(portal.app.get(ImageRegistry, { strict: false }).inspect(image, null)).rejects.toMatchObject({ kind: 'unauthorized' })
  })

  it('is deployed again once the project signs in, without anyone asking for it', { timeout: 150_000 }, async () => {
    expect((await signIn(registry.password)).status).toBe(200)
    const running = await becomes('Running', 120_000)
    expect(running.digest).toMatch(/^sha256:[0-9a-f]{64}$/)
    await vi.waitFor(async () => expect(await askApp(running.url)).toMatchObject({ status: 200 }), 15_000)
    const found = await portal.app
      .get(ImageRegistry, { strict: false })
      .inspect(image, { username: registry.username, password: registry.password })
    expect(found.digest).toBe(running.digest)
    expect(found.platforms).toEqual(['linux/amd64'])
  })

  it('is not run for a project that does not sign in, though the node has it', { timeout: 120_000 }, async () => {
    const { digest } = await read()
    const { body } = await client.post<{ id: string }>('/api/projects', {
      title: `Other ${driver} ${run}`,
      summary: '',
      task: '',
      tags: [],
    })
    const asked = { projectId: body.id, name: 'other', image: `${image.replace(/:[^:/]+$/, '')}@${digest}`, port: 8080 }
    const other = await client.post<EngineDto>('/api/engines', asked)
    expect(other.status, JSON.stringify(other.body)).toBe(202)
    const { status } = await becomes('Failed', 90_000, other.body.id)
    expect(status.cause).toMatchObject({ code: 'image-private' })
  })

  it('has the sign-in in its namespace at once when that changes, and the portal cannot read it there', async () => {
    const secret = async (): Promise<string> => {
      const encoded = await cluster.kubectl('get', 'secret', 'vitrine-pull', '-n', namespace, '-o', 'jsonpath={.data.\\.dockerconfigjson}')
      return Buffer.from(encoded, 'base64').toString()
    }
    const auth = (password: string) => Buffer.from(`${registry.username}:${password}`).toString('base64')
    expect(JSON.parse(await secret())).toEqual({ auths: { [registry.host]: { auth: auth(registry.password) } } })
    await signIn('another')
    await vi.waitFor(async () => expect(await secret()).toContain(auth('another')), 5_000)
    await client.delete(`/api/projects/${projectId}/registries/${registry.host}`)
    await vi.waitFor(async () => expect(JSON.parse(await secret())).toEqual({ auths: {} }), 5_000)
    expect((await read()).status.phase, 'what runs goes on').toBe('Running')
    const may = cluster.kubectl(
      'auth',
      'can-i',
      'get',
      'secrets',
      '-n',
      namespace,
      '--as',
      'system:serviceaccount:vitrine-system:vitrine-portal',
    )
    await expect(may).rejects.toThrow()
  })
})
