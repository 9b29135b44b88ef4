import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { DriverName } from '../../src/platform/kubernetes/drivers.js'
import { pathOf, refOf, type Manifest } from '../../src/platform/kubernetes/kube-objects.js'
import { renderApp, renderProject, SAMPLE_APP, SAMPLE_PROJECT, type AppValues } from '../../src/platform/manifests/manifests.js'
import { podViolations } from '../../src/platform/manifests/pod-policy.js'
import { askApp, testCluster } from '../cluster.js'
import { goodObjects, goodPods, hostilePods, mendedPods, POD_KINDS, scopeOf, templatesOf } from '../factories/hostile-pods.js'
import { KubeRequests, type KubeAnswer } from '../kube-requests.js'

const cluster = testCluster()
const run = randomBytes(2).toString('hex')
const instance = `${cluster.namespacePrefix}-is${run}`
const namespace = `${instance}-hostile`
const values: AppValues = {
  ...SAMPLE_APP,
  instance,
  namespace,
  image: cluster.helloImage,
  hostname: new URL(cluster.appsUrl.replace('{app}', SAMPLE_APP.host)).hostname,
}
const good = goodPods(values)
const hostile = hostilePods(good)

let portal: KubeRequests

/** Asks the API server, as the portal, to take something and to keep nothing of it. Pods the portal may only make, and only so. */
function tried(manifest: Manifest): Promise<KubeAnswer> {
  const { name, ...place } = refOf(manifest)
  if (manifest.kind === 'Pod') return portal.ask('POST', `${pathOf(place)}?dryRun=All&fieldManager=vitrine`, manifest)
  return portal.ask('PATCH', `${pathOf({ name, ...place })}?dryRun=All&fieldManager=vitrine&force=true`, manifest)
}

async function applied(manifest: Manifest): Promise<void> {
  const { status, body } = await portal.ask('PATCH', `${pathOf(refOf(manifest))}?fieldManager=vitrine&force=true`, manifest)
  expect(status, body.message).toBeLessThan(300)
}

beforeAll(async () => {
  portal = await KubeRequests.as(cluster.kubeconfig)
  for (const manifest of renderProject(templatesOf('knative'), { ...SAMPLE_PROJECT, instance, namespace })) await applied(manifest)
  // The quota of a new namespace is counted some moments after it was made.
  await vi.waitFor(
    async () => {
      for (const kind of POD_KINDS) {
        const { status, body } = await tried(good[kind])
        expect(status, `${kind}: ${body.message}`).toBeLessThan(300)
      }
    },
    { timeout: 60_000, interval: 200 },
  )
})

afterAll(async () => {
  await cluster.kubectl('delete', 'namespaces', '--wait=false', '-l', `vitrine.dev/instance=${instance}`)
  await portal.close()
})

/** Whose word it is that something is not taken; null when it is. */
function refuser({ status, body: { message = '' } }: KubeAnswer): string | null {
  if (status < 300) return null
  const policy = /ValidatingAdmissionPolicy '([^']*)'/.exec(message)?.[1]
  if (policy !== undefined) return policy
  if (/violates PodSecurity/.test(message)) return 'pod security'
  if (/admission webhook "[^"]*\.knative\.dev" denied/.test(message)) return 'Knative'
  if (/^admission webhook|^Internal error|timeout|too many requests/i.test(message) || ![400, 403, 422, 500].includes(status))
    throw new Error(`not a refusal: ${status} ${message}`)
  return 'schema'
}

describe('pods that take more than an app may have', () => {
  it('are some hundreds', () => {
    expect(hostile.length).toBeGreaterThanOrEqual(200)
    expect(new Set(hostile.map(({ kind, name }) => `${kind}: ${name}`)).size).toBe(hostile.length)
    expect(new Set(hostile.map(({ manifest }) => JSON.stringify(manifest))).size, 'no two are the same').toBe(hostile.length)
  })

  it('are refused by the portal, each and every one', () => {
    expect(Object.values(good).flatMap((manifest) => podViolations(manifest, scopeOf(values)))).toEqual([])
    const passed = hostile.filter(({ manifest }) => podViolations(manifest, scopeOf(values)).length === 0)
    expect(passed.map(({ kind, name }) => `${kind}: ${name}`)).toEqual([])
  })

  it("are refused by the cluster, when the portal's account sends them without any check of its own", async () => {
    const answers = await Promise.all(
      hostile.map(async ({ kind, name, manifest }) => {
        const answer = await tried(manifest)
        return { what: `${kind}: ${name}`, by: refuser(answer), said: answer.body.message ?? '' }
      }),
    )
    expect(answers.filter(({ by }) => by === null).map(({ what }) => what)).toEqual([])
    // What no version of the API knows needs nobody to refuse it; all else is refused by admission, which is what is to be shown.
    const byAdmission = answers.filter(({ by }) => by !== 'schema')
    expect(byAdmission.length).toBeGreaterThanOrEqual(200)
    expect(byAdmission.filter(({ by }) => by === 'vitrine-pods').length).toBeGreaterThanOrEqual(200)
  }, 60_000)

  it('are made good where admission fills in what is missing', async () => {
    for (const { kind, name, manifest } of mendedPods(good)) {
      const { status, body } = await tried(manifest)
      expect(status, `${kind}: ${name}: ${body.message}`).toBeLessThan(300)
      const spec = specIn(body)
      const [container] = spec.containers
      expect(spec.enableServiceLinks).toBe(false)
      expect(container?.resources.limits).toHaveProperty('memory')
      expect(container?.securityContext).toMatchObject({
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
      })
    }
  })
})

interface PodSpec {
  enableServiceLinks: boolean
  containers: { resources: { limits: Record<string, string> }; securityContext: Record<string, unknown> }[]
}

/** The specification of the pod in what the API server answered. */
function specIn({ spec }: KubeAnswer['body']): PodSpec {
  const { template } = spec as { template?: { spec: PodSpec } }
  return template?.spec ?? (spec as PodSpec)
}

type Tree = Record<string, unknown>
const inSpec = (change: Tree) => (manifest: Manifest) => ({ ...manifest, spec: { ...(manifest['spec'] as Tree), ...change } })
const inMetadata = (change: Tree) => (manifest: Manifest) => ({ ...manifest, metadata: { ...manifest.metadata, ...change } })
const to = (name: string, more: Tree = {}) => [{ backendRefs: [{ kind: 'Service', name, port: 80, ...more }] }]
const rule = (host: string | undefined, service: string) => ({
  ...(host === undefined ? {} : { host }),
  http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { number: 80 } } } }] },
})
const own = `${SAMPLE_APP.host}-app`
const OWNER = { apiVersion: 'v1', kind: 'ConfigMap', name: 'kube-root-ca.crt', uid: '00000000-0000-4000-8000-000000000000' }

describe('objects that lead elsewhere', () => {
  const objects = goodObjects(values)
  const HOSTILE: [kind: string, name: string, change: (manifest: Manifest) => Manifest][] = [
    ['Service', 'a port of every machine', inSpec({ type: 'NodePort' })],
    ['Service', 'an address of the cloud', inSpec({ type: 'LoadBalancer' })],
    ['Service', 'a name elsewhere', inSpec({ type: 'ExternalName', externalName: 'kubernetes.default.svc.cluster.local' })],
    ['Service', 'an address of others', inSpec({ externalIPs: ['10.200.0.1'] })],
    ['Service', 'all pods of the project', inSpec({ selector: { 'vitrine.dev/project': SAMPLE_APP.project } })],
    ['Service', 'an order to the cloud', inMetadata({ annotations: { 'service.beta.kubernetes.io/aws-load-balancer-internal': 'false' } })],
    ['Service', 'an owner', inMetadata({ ownerReferences: [OWNER] })],
    ['Service', 'a finalizer', inMetadata({ finalizers: ['example.org/never'] })],
    ['Deployment', 'an owner', inMetadata({ ownerReferences: [OWNER] })],
    ['Ingress', 'the host of the portal', inSpec({ rules: [rule('portal.example.org', own)] })],
    ['Ingress', 'every host', inSpec({ rules: [rule(undefined, own)] })],
    ['Ingress', 'every host of the apps', inSpec({ rules: [rule(`*.${values.hostname.replace(/^[^.]*\./, '')}`, own)] })],
    ['Ingress', 'a host below an app', inSpec({ rules: [rule(`login.${values.hostname}`, own)] })],
    ['Ingress', 'the host of another app', inSpec({ rules: [rule(values.hostname.replace(/^[^.]*/, 'other'), own)] })],
    ['Ingress', 'another Service', inSpec({ rules: [rule(values.hostname, 'other-app')] })],
    ['Ingress', 'whatever is asked for', inSpec({ defaultBackend: { service: { name: own, port: { number: 80 } } } })],
    ['Ingress', 'a certificate', inSpec({ tls: [{ hosts: ['portal.example.org'], secretName: 'portal' }] })],
    ['Ingress', 'a middleware of Traefik', inMetadata({ annotations: { 'traefik.ingress.kubernetes.io/router.middlewares': 'x@file' } })],
    ['Ingress', 'lines for nginx', inMetadata({ annotations: { 'nginx.ingress.kubernetes.io/server-snippet': 'return 200;' } })],
    ['HTTPRoute', 'the host of the portal', inSpec({ hostnames: ['portal.example.org'] })],
    ['HTTPRoute', 'the host of another app besides', inSpec({ hostnames: [values.hostname, values.hostname.replace(/^[^.]*/, 'other')] })],
    ['HTTPRoute', 'every host', inSpec({ hostnames: [] })],
    ['HTTPRoute', 'a host that ends alike', inSpec({ hostnames: [values.hostname.replace('.', '-x')] })],
    ['HTTPRoute', 'a Service of another namespace', inSpec({ rules: to(own, { namespace: 'vitrine-system' }) })],
    ['HTTPRoute', 'another Service', inSpec({ rules: to('kubernetes') })],
    ['HTTPRoute', 'something else than a Service', inSpec({ rules: to(own, { group: 'traefik.io', kind: 'TraefikService' }) })],
    [
      'HTTPRoute',
      'a copy of each request',
      inSpec({
        rules: [{ ...to(own)[0], filters: [{ type: 'RequestMirror', requestMirror: { backendRef: { name: 'spy', port: 80 } } }] }],
      }),
    ],
    ['Mapping', 'the host of the portal', inSpec({ hostname: 'portal.example.org' })],
    ['Mapping', 'a Service of another namespace', inSpec({ service: 'http://portal.vitrine-system:80' })],
    ['Mapping', 'the API server', inSpec({ service: 'https://kubernetes.default:443' })],
    ['ServiceAccount', 'a token in each pod', (account) => ({ ...account, automountServiceAccountToken: true })],
    ['ServiceAccount', 'a role of the cloud', inMetadata({ annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/admin' } })],
    ['ServiceAccount', 'another account', inMetadata({ name: 'mine' })],
    ['ServiceAccount', "others' right to pull", (account) => ({ ...account, imagePullSecrets: [{ name: 'other' }] })],
    [
      'Secret',
      'the token of an account',
      (secret) => ({
        ...inMetadata({ annotations: { 'kubernetes.io/service-account.name': 'vitrine-app' } })(secret),
        type: 'kubernetes.io/service-account-token',
      }),
    ],
  ]

  it('are none of those that an app has', async () => {
    for (const manifest of objects) {
      const { status, body } = await tried(manifest)
      expect(status, `${manifest.kind}: ${body.message}`).toBeLessThan(300)
    }
  })

  it.each(HOSTILE)('are refused: %s with %s', async (kind, _, change) => {
    const manifest = objects.find((each) => each.kind === kind && !each.apiVersion.startsWith('serving.'))
    if (!manifest) throw new Error(`an app has no ${kind}`)
    const answer = await tried(change(manifest))
    expect(refuser(answer), answer.body.message).toBe('vitrine-objects')
  })
})

describe("the portal's own account, outside of its namespaces", () => {
  const restricted = { 'pod-security.kubernetes.io/enforce': 'restricted' }
  const namespaceOf = (name: string, labels: Record<string, string>): Manifest => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels },
  })
  const elsewhere = (manifest: Manifest, place: string): Manifest => ({ ...manifest, metadata: { ...manifest.metadata, namespace: place } })

  it.each<[string, Manifest]>([
    ['applies no Deployment', elsewhere(good.Deployment, 'default')],
    ['applies none to the system', elsewhere(good.Deployment, 'kube-system')],
    [
      'writes no Secret',
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'vitrine-portal-token', namespace: 'vitrine-system' }, data: {} },
    ],
    ['makes no namespace that is not isolated', namespaceOf(`${instance}-open`, { 'vitrine.dev/instance': instance })],
    ['makes none that is not a project', namespaceOf(`${instance}-none`, restricted)],
    ['takes none over', namespaceOf('kube-system', { 'vitrine.dev/instance': instance, ...restricted })],
    ['opens none', namespaceOf(namespace, { 'vitrine.dev/instance': instance, 'pod-security.kubernetes.io/enforce': 'privileged' })],
    ['gives none to another instance', namespaceOf(namespace, { 'vitrine.dev/instance': 'another', ...restricted })],
  ])('%s', async (_, manifest) => {
    const answer = await tried(manifest)
    expect(refuser(answer), answer.body.message).toBe('vitrine-portal')
  })

  it.each(['/api/v1/namespaces/knative-serving', '/apis/apps/v1/namespaces/kube-system/deployments/coredns'])(
    'removes nothing: %s',
    async (path) => {
      const answer = await portal.ask('DELETE', `${path}?dryRun=All`)
      expect(refuser(answer), answer.body.message).toBe('vitrine-portal')
    },
  )

  it('makes no pods but as a dry run', async () => {
    const { metadata } = good.Pod
    const answer = await portal.ask('POST', `/api/v1/namespaces/${metadata.namespace}/pods`, good.Pod)
    expect(refuser(answer), answer.body.message).toBe('vitrine-portal')
  })

  it('removes a namespace of its own', async () => {
    expect((await portal.ask('DELETE', `/api/v1/namespaces/${namespace}?dryRun=All`)).status).toBe(200)
  })
})

describe('from inside an app', () => {
  const appOf = (driver: DriverName): AppValues => {
    const host = `inside-${driver}-${run}`
    const hostname = new URL(cluster.appsUrl.replace('{app}', host)).hostname
    return { ...values, host, hostname, engine: `inside-${driver}`, port: 8080, args: [], secrets: [] }
  }

  beforeAll(async () => {
    for (const driver of ['knative', 'gateway'] as const)
      for (const manifest of renderApp(driver, templatesOf(driver), appOf(driver))) await applied(manifest)
  })

  describe.each(['knative', 'gateway'] as const)('of the driver %s', (driver) => {
    const ask = (path: string) => askApp(cluster.appsUrl.replace('{app}', appOf(driver).host), path)
    const read = (path: string) => ask(`/read?path=${path}`)

    beforeAll(() => vi.waitFor(async () => expect((await ask('/')).status).toBe(200), { timeout: 60_000, interval: 200 }))

    it('nobody is root, nobody becomes it, and the kernel refuses what apps do not need', async () => {
      const { body: text } = await read('/proc/self/status')
      const status = Object.fromEntries(text.split('\n').map((line) => line.split(/:\s+/, 2) as [string, string]))
      const none = '0000000000000000'
      expect(status).toMatchObject({ Uid: '1000\t1000\t1000\t1000', Gid: '1000\t1000\t1000\t1000', NoNewPrivs: '1', Seccomp: '2' })
      expect(status).toMatchObject({ CapInh: none, CapPrm: none, CapEff: none, CapBnd: none, CapAmb: none })
    })

    it('there is no token, no other process, and nothing of the machine', async () => {
      expect((await read('/var/run/secrets')).status).toBe(404)
      expect((await read('/run/secrets')).status).toBe(404)
      const processes = (await read('/proc')).body.split('\n').filter((name) => /^\d+$/.test(name))
      expect(processes).toEqual(['1'])
      const { body: text } = await read('/proc/self/mountinfo')
      const mounted = text
        .split('\n')
        .filter(Boolean)
        .map((line) => line.split(' ')[4])
      const expected = /^\/$|^\/(?:proc|sys|dev)(?:\/|$)|^\/etc\/(?:hosts|hostname|resolv\.conf)$/
      expect(mounted.filter((path) => !expected.test(path ?? ''))).toEqual([])
    })

    it('only what is its own can be written', async () => {
      for (const path of ['/x', '/etc/hosts', '/etc/x', '/proc/sys/kernel/hostname', '/sys/kernel/x', '/dev/x'])
        expect((await ask(`/write?path=${path}`)).status, path).toBe(403)
    })

    it('the variables are its own', async () => {
      const names = (await read('/proc/self/environ')).body.split('\0').map((each) => each.split('=')[0])
      // Kubernetes tells every pod where its API server is, which answers nobody without a token.
      const known = /^(?:|PATH|HOME|HOSTNAME|PORT|K_(?:REVISION|CONFIGURATION|SERVICE)|KUBERNETES_\w+)$/
      const own = new Set(values.env.map(({ name }) => name))
      expect(names.filter((name = '') => !known.test(name) && !own.has(name))).toEqual([])
    })

    it('it cannot be changed into more than it is', async () => {
      const kind = driver === 'knative' ? 'Knative service' : 'Deployment'
      const changes = hostilePods(goodPods(appOf(driver))).filter((each) => each.kind === kind)
      const present = specIn((await tried(goodPods(appOf(driver))[kind])).body)
      const answers = await Promise.all(changes.map(async ({ name, manifest }) => ({ name, answer: await tried(manifest) })))
      const taken = answers.filter(({ answer }) => refuser(answer) === null)
      // What is only left out may be kept, as it is under its old name.
      for (const { name, answer } of taken) expect(specIn(answer.body), name).toEqual(present)
      expect(answers.length - taken.length).toBeGreaterThanOrEqual(answers.length - 3)
    }, 60_000)

    // Network policies say so everywhere; in this cluster, where nothing enforces those, rules of the machine's own do.
    it.each(['169.254.169.254:80', '10.200.0.1:10250'])('%s is not reached', async (address) => {
      expect((await ask(`/dial?address=${address}`)).body).not.toContain('open')
    })
  })
})
