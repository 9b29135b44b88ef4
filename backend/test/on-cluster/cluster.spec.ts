import { Logger } from '@nestjs/common'
import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Health } from '../../src/common/health.js'
import { parseConfig } from '../../src/config/config.js'
import { KubernetesAppWatch } from '../../src/platform/kubernetes/app-watch.js'
import { ClusterConnection } from '../../src/platform/kubernetes/cluster-connection.js'
import { KubernetesQuotaWatch } from '../../src/platform/kubernetes/quota-watch.js'
import { KubernetesCluster } from '../../src/platform/kubernetes/cluster.js'
import { KubeApi } from '../../src/platform/kubernetes/kube-api.js'
import type { KubeErrorKind } from '../../src/platform/kubernetes/kube-error.js'
import { LABEL, type Manifest } from '../../src/platform/kubernetes/kube-objects.js'
import { SAMPLE_APP } from '../../src/platform/manifests/manifests.js'
import { testCluster, wireTo, type WiredCluster } from '../cluster.js'
import { goodPods } from '../factories/hostile-pods.js'

const cluster = testCluster()
// Each run has an instance of its own, so that it sees nothing of another.
const prefix = `${cluster.namespacePrefix}-c${randomBytes(2).toString('hex')}`
Logger.overrideLogger(false)

let wired: WiredCluster
const stop: (() => Promise<void>)[] = []

beforeAll(async () => {
  wired = await wireTo(cluster)
})
afterEach(async () => {
  for (const each of stop.splice(0)) await each()
  await wired.wire.cut()
  await wired.wire.mend()
})
afterAll(async () => {
  await cluster.kubectl('delete', 'namespace', '--wait=false', '--ignore-not-found', `${prefix}-one`, `${prefix}-two`)
  await wired.remove()
})

/** The adapter as the portal runs it. */
function connect(context = cluster.context, settings: Record<string, string> = {}) {
  const config = parseConfig({
    VITRINE_SECRET: 'only-for-tests-0123456789abcdefghijklmnop',
    MONGODB_URI: 'mongodb://127.0.0.1/none',
    S3_ENDPOINT: 'http://127.0.0.1:1',
    S3_ACCESS_KEY: 'none',
    S3_SECRET_KEY: 'none',
    KUBECONFIG: wired.kubeconfig,
    VITRINE_KUBE_CONTEXT: context,
    VITRINE_NAMESPACE_PREFIX: prefix,
    ...settings,
  })
  const api = new KubeApi()
  const health = new Health()
  const connection = new ClusterConnection(config, api, health)
  const watch = new KubernetesAppWatch(config, api, connection, health, new KubernetesQuotaWatch(config, api, connection))
  watch.onApplicationBootstrap()
  connection.onApplicationBootstrap()
  stop.push(async () => {
    connection.onApplicationShutdown()
    await watch.onApplicationShutdown()
  })
  return { connection, health, watch, cluster: new KubernetesCluster(api) }
}

const becomes = (connection: ClusterConnection, state: string) =>
  vi.waitFor(() => expect(connection.state.state).toBe(state), { timeout: 15_000 })
const namespace = (name: string, project = 'p1'): Manifest => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: `${prefix}-${name}`,
    labels: { [LABEL.instance]: prefix, [LABEL.project]: project, 'pod-security.kubernetes.io/enforce': 'restricted' },
  },
})

describe('the connection to the cluster', () => {
  it('waits for a kubeconfig that does not exist yet, and is no required part of the portal', async () => {
    const { connection, health } = connect()
    await sleep(700)
    expect(connection.state).toMatchObject({ state: 'starting', driver: null })
    const parts = await health.check()
    expect(parts['cluster']).toMatchObject({ state: 'unavailable', message: connection.state.message })
    expect(health.isReady(parts)).toBe(true)
    await wired.write()
    await becomes(connection, 'ready')
    expect(connection.state).toMatchObject({ driver: 'knative', version: expect.stringMatching(/^v1\./) as string })
  })

  it('says what is wrong with a file that cannot be used, and takes the next one', async () => {
    await wired.write(() => 'not: [a kubeconfig')
    const { connection } = connect()
    await vi.waitFor(() => expect(connection.state.message).toContain('is not a kubeconfig'), { timeout: 5_000 })
    await wired.write((text) => text.replaceAll(`"${cluster.context}"`, '"another"'))
    await vi.waitFor(() => expect(connection.state.message).toContain(`no context "${cluster.context}"`), { timeout: 5_000 })
    await wired.write()
    await becomes(connection, 'ready')
  })

  it('takes over credentials that were rotated', async () => {
    await wired.write((text) => text.replace(/("?token"?: "?)[^"\n]+/, '$1expired'))
    const { connection } = connect()
    await vi.waitFor(() => expect(connection.state.message).toContain('refuses the credentials'), { timeout: 5_000 })
    await wired.write()
    await becomes(connection, 'ready')
  })

  it('notices that the cluster went away and came back, and sees what happened meanwhile', async () => {
    await wired.write()
    const { connection, watch, cluster: made } = connect()
    await becomes(connection, 'ready')
    await vi.waitFor(() => expect(watch.synced).toBe(true), { timeout: 10_000 })
    await made.apply(namespace('one'))
    await vi.waitFor(() => expect(watch.namespaceOf('p1')?.metadata.name).toBe(`${prefix}-one`), { timeout: 5_000 })

    await wired.wire.cut()
    await becomes(connection, 'unreachable')
    expect(connection.state.message).toContain('when the cluster is back')
    await vi.waitFor(() => expect(watch.synced).toBe(false), { timeout: 10_000 })
    expect(watch.namespaceOf('p1')?.metadata.name, 'what was known is kept').toBe(`${prefix}-one`)
    const told: string[] = []
    watch.onProject((project) => told.push(project))
    await cluster.kubectl('label', 'namespace', `${prefix}-one`, 'while=away')
    await cluster.kubectl('create', 'namespace', `${prefix}-two`)
    await cluster.kubectl('label', 'namespace', `${prefix}-two`, `${LABEL.instance}=${prefix}`, `${LABEL.project}=p2`)

    await wired.wire.mend()
    await becomes(connection, 'ready')
    await vi.waitFor(() => expect(watch.synced).toBe(true), { timeout: 20_000 })
    await vi.waitFor(() => expect(new Set(told)).toEqual(new Set(['p1', 'p2'])), { timeout: 5_000 })
  })
})

describe('which drivers the cluster has', () => {
  it.each<[string, Record<string, string>, string[], string[]]>([
    ['as it is', {}, ['knative', 'ingress'], ['services.serving.knative.dev', 'ingresses.networking.k8s.io']],
    [
      'with a Gateway',
      { VITRINE_GATEWAY: 'traefik/apps' },
      ['knative', 'gateway', 'ingress'],
      ['httproutes.gateway.networking.k8s.io', 'deployments.apps'],
    ],
    ['where one is asked for', { VITRINE_DRIVER: 'ingress' }, ['ingress'], ['ingresses.networking.k8s.io', 'replicasets.apps', 'services']],
    ['where Emissary is asked for', { VITRINE_DRIVER: 'emissary' }, ['emissary'], ['mappings.getambassador.io']],
  ])('%s', async (_, settings, drivers, watched) => {
    await wired.write()
    const { connection, watch } = connect(cluster.context, settings)
    await becomes(connection, 'ready')
    expect(connection.state).toMatchObject({ driver: drivers[0], drivers })
    await vi.waitFor(() => expect(watch.synced).toBe(true), { timeout: 10_000 })
    expect(Object.keys(watch.states)).toEqual(expect.arrayContaining(['pods', 'namespaces', ...watched]))
    const others = ['services.serving.knative.dev', 'mappings.getambassador.io'].filter((name) => !watched.includes(name))
    if (drivers.length === 1) for (const name of others) expect(Object.keys(watch.states), 'nothing else is watched').not.toContain(name)
  })
})

describe('what the portal does to the cluster', () => {
  let api: KubernetesCluster

  async function ready(): Promise<void> {
    await wired.write()
    const connected = connect()
    await becomes(connected.connection, 'ready')
    api = connected.cluster
    await api.apply(namespace('one'))
  }
  const quota = (pods: unknown): Manifest => ({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'vitrine', namespace: `${prefix}-one` },
    spec: { hard: { pods } },
  })

  it('applies again without a change, takes back what others changed, and removes', async () => {
    await ready()
    const first = await api.apply(namespace('one'))
    expect((await api.apply(namespace('one'))).metadata.resourceVersion).toBe(first.metadata.resourceVersion)
    await api.apply(quota('3'))
    await cluster.kubectl(
      'patch',
      'resourcequota',
      'vitrine',
      '-n',
      `${prefix}-one`,
      '--type=merge',
      '-p',
      '{"spec":{"hard":{"pods":"99"}}}',
    )
    expect(await api.apply(quota('3'))).toMatchObject({ spec: { hard: { pods: '3' } } })
    const managed = await cluster.kubectl(
      'get',
      'resourcequota',
      'vitrine',
      '-n',
      `${prefix}-one`,
      '-o',
      'jsonpath={.metadata.managedFields[*].manager}',
      '--show-managed-fields',
    )
    expect(managed).toContain('vitrine')
    const ref = { apiVersion: 'v1', kind: 'ResourceQuota', namespace: `${prefix}-one`, name: 'vitrine' }
    expect(await api.delete(ref)).toBe(true)
    expect(await api.get(ref)).toBeNull()
    expect(await api.delete(ref)).toBe(false)
  })

  it.each<[string, KubeErrorKind, () => Promise<unknown>, RegExp]>([
    ['a value that is no quantity', 'invalid', () => api.apply(quota('many')), /quantities|convert/],
    ['a field of the wrong type', 'invalid', () => api.apply(quota({ x: 1 })), /./],
    [
      'a namespace that does not exist',
      'not-found',
      () => api.apply({ ...quota('1'), metadata: { name: 'a', namespace: `${prefix}-none` } }),
      /not found/,
    ],
    [
      'a label that is none',
      'invalid',
      () => api.apply({ ...namespace('one'), metadata: { name: `${prefix}-one`, labels: { [LABEL.project]: 'not a label!' } } }),
      /metadata\.labels/,
    ],
    [
      'what Knative does not allow',
      'invalid',
      () => api.apply(goodPods({ ...SAMPLE_APP, instance: prefix, namespace: `${prefix}-one`, image: 'Bad Image' })['Knative service']),
      /reference/,
    ],
  ])('says of %s that it is %s', async (_, kind, act, message) => {
    await ready()
    await expect(act()).rejects.toMatchObject({ name: 'KubeError', kind, message: expect.stringMatching(message) as string })
  })

  it('says that the cluster is unreachable, at once', async () => {
    await ready()
    await wired.wire.cut()
    await expect(api.apply(quota('1'))).rejects.toMatchObject({ kind: 'unreachable' })
  })

  it('knows where the API server is, for the policies that keep apps away from it', async () => {
    await ready()
    expect(await api.apiAddresses()).toContain('10.96.0.1')
  })

  it.each([
    ['patch', 'services.serving.knative.dev', true],
    ['patch', 'deployments.apps', true],
    ['patch', 'services', true],
    ['patch', 'httproutes.gateway.networking.k8s.io', true],
    ['patch', 'ingresses.networking.k8s.io', true],
    ['patch', 'mappings.getambassador.io', true],
    ['list', 'ingressclasses.networking.k8s.io', true],
    ['patch', 'replicasets.apps', false],
    ['patch', 'revisions.serving.knative.dev', false],
    ['get', 'gateways.gateway.networking.k8s.io', false],
    ['patch', 'gateways.gateway.networking.k8s.io', false],
    ['patch', 'ingressclasses.networking.k8s.io', false],
    ['get', 'secrets', false],
    ['patch', 'pods', false],
    ['create', 'pods/exec', false],
    ['patch', 'customresourcedefinitions.apiextensions.k8s.io', false],
    ['create', 'clusterrolebindings.rbac.authorization.k8s.io', false],
    ['*', '*', false],
  ])('may %s %s: %s', async (verb, resource, allowed) => {
    const [kind = '', subresource] = resource.split('/')
    const asked = ['auth', 'can-i', verb, kind, ...(subresource ? [`--subresource=${subresource}`] : []), '--all-namespaces']
    // It ends with an error where the answer is no.
    const answer = await cluster
      .kubectl(...asked, '--as=system:serviceaccount:vitrine-system:vitrine-portal')
      .catch((error: unknown) => (error as { stdout: string }).stdout)
    expect(answer.trim()).toBe(allowed ? 'yes' : 'no')
  })

  it('may not read secrets, and cannot even ask for what it does not handle', async () => {
    await ready()
    const get = async (kind: string) => api.get({ apiVersion: 'v1', kind, namespace: 'default', name: 'x' })
    await expect(get('Secret')).rejects.toMatchObject({ kind: 'forbidden' })
    await expect(get('ConfigMap')).rejects.toThrow('does not handle')
  })
})
