import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testCluster } from '../cluster.js'
import { KubeRequests } from '../kube-requests.js'

const cluster = testCluster()
// Rights are asked for by name: nothing has to be there.
const anywhere = `${cluster.namespacePrefix}-anywhere`
let portal: KubeRequests

beforeAll(async () => {
  portal = await KubeRequests.as(cluster.kubeconfig)
})
afterAll(() => portal.close())

interface Rule {
  apiGroups: string[]
  resources: string[]
  resourceNames?: string[]
  verbs: string[]
}

/** What the portal's account may do in a namespace and in the cluster, as the API server adds it up. */
async function rulesIn(place: string): Promise<Rule[]> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace: place } }
  const { body } = await portal.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review)
  const { incomplete, resourceRules } = body['status'] as { incomplete: boolean; resourceRules: Rule[] }
  expect(incomplete).toBe(false)
  return resourceRules
}

/** One line for each kind of thing, with what may be done to it. */
function linesOf(rules: Rule[]): string[] {
  const rights = rules.flatMap(({ apiGroups, resources, resourceNames = [], verbs }) =>
    apiGroups.flatMap((group) =>
      resources.map((resource) => {
        const named = resourceNames.length > 0 ? ` ${resourceNames.join(', ')}` : ''
        return { what: `${resource}${group === '' ? '' : `.${group}`}${named}`, verbs }
      }),
    ),
  )
  return [...Map.groupBy(rights, ({ what }) => what)]
    .map(([what, all]) => `${what}: ${[...new Set(all.flatMap(({ verbs }) => verbs))].sort().join(' ')}`)
    .sort()
}

async function may(verb: string, what: string, place?: string): Promise<boolean> {
  const [path = '', subresource] = what.split('/')
  const [resource, ...group] = path.split('.')
  const resourceAttributes = {
    verb,
    resource,
    group: group.join('.'),
    ...(subresource ? { subresource } : {}),
    ...(place ? { namespace: place } : {}),
  }
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: what.startsWith('/') ? { nonResourceAttributes: { verb, path: what } } : { resourceAttributes },
  }
  const { status, body } = await portal.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review)
  expect(status, body.message).toBe(201)
  return (body['status'] as { allowed: boolean }).allowed
}

describe("the rights of the portal's own account", () => {
  it('are those of an account that is nobody else', async () => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const { body } = await portal.ask('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', review)
    expect(body['status']).toMatchObject({
      userInfo: {
        username: 'system:serviceaccount:vitrine-system:vitrine-portal',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:vitrine-system', 'system:authenticated'],
      },
    })
  })

  it('are these, and no others', async () => {
    const [everywhere, inDefault, ofProject] = await Promise.all(['kube-system', 'default', anywhere].map(rulesIn))
    const lines = linesOf(everywhere ?? [])
    expect(linesOf(ofProject ?? []), 'nothing more in its own namespaces').toEqual(lines)
    const text = [
      "What the portal's own account may do in the cluster: test/on-cluster/portal-rights.spec.ts compares it. Where it may do it is narrowed further by",
      'the admission policy vitrine-portal: it writes in namespaces of projects only.',
      '',
      'Everywhere:',
      ...lines.map((line) => `  ${line}`),
      'In the namespace default besides:',
      ...linesOf(inDefault ?? [])
        .filter((line) => !lines.includes(line))
        .map((line) => `  ${line}`),
      '',
    ]
    await expect(text.join('\n')).toMatchFileSnapshot('snapshots/portal-rights.txt')
  })

  it('have no wildcard, and none by which it could give itself more', async () => {
    const rules = [...(await rulesIn(anywhere)), ...(await rulesIn('default')), ...(await rulesIn('vitrine-system'))]
    for (const { apiGroups, resources, verbs } of rules) {
      expect([...apiGroups, ...resources, ...verbs]).not.toContain('*')
      for (const verb of ['escalate', 'bind', 'impersonate', 'deletecollection', 'approve', 'sign']) expect(verbs).not.toContain(verb)
      expect(apiGroups).not.toContain('rbac.authorization.k8s.io')
      expect(apiGroups).not.toContain('admissionregistration.k8s.io')
      if (resources.includes('secrets')) expect(new Set(verbs)).toEqual(new Set(['create', 'patch', 'delete']))
    }
  })

  it('do not include what would lead to everything', async () => {
    const never: [verb: string, what: string, place?: string][] = [
      ['*', '*'],
      ...['get', 'list', 'watch', 'update', 'deletecollection'].map((verb): [string, string, string] => [verb, 'secrets', 'kube-system']),
      ...['get', 'list', 'watch'].map((verb): [string, string, string] => [verb, 'secrets', anywhere]),
      ['create', 'serviceaccounts/token', anywhere],
      ['create', 'serviceaccounts/token', 'kube-system'],
      ...['exec', 'attach', 'portforward', 'proxy', 'eviction', 'binding', 'ephemeralcontainers'].map((sub): [string, string, string] => [
        'create',
        `pods/${sub}`,
        anywhere,
      ]),
      ['patch', 'pods', anywhere],
      ['delete', 'pods', anywhere],
      ['patch', 'pods/ephemeralcontainers', anywhere],
      ['create', 'services/proxy', anywhere],
      ['create', 'endpointslices.discovery.k8s.io', anywhere],
      ['create', 'daemonsets.apps', anywhere],
      ['create', 'replicasets.apps', anywhere],
      ['create', 'jobs.batch', anywhere],
      ['create', 'persistentvolumeclaims', anywhere],
      ['create', 'persistentvolumes'],
      ['create', 'configmaps', 'kube-system'],
      ['get', 'configmaps', 'kube-system'],
      ['get', 'nodes'],
      ['patch', 'nodes'],
      ['get', 'nodes/proxy'],
      ['create', 'nodes/proxy'],
      ['update', 'namespaces/finalize'],
      ...['create', 'patch', 'escalate'].map((verb): [string, string] => [verb, 'clusterroles.rbac.authorization.k8s.io']),
      ['bind', 'clusterroles.rbac.authorization.k8s.io'],
      ['create', 'clusterrolebindings.rbac.authorization.k8s.io'],
      ['create', 'rolebindings.rbac.authorization.k8s.io', anywhere],
      ['create', 'rolebindings.rbac.authorization.k8s.io', 'kube-system'],
      ...['users', 'groups', 'serviceaccounts'].map((who): [string, string] => ['impersonate', who]),
      ['create', 'tokenreviews.authentication.k8s.io'],
      ['create', 'subjectaccessreviews.authorization.k8s.io'],
      ['create', 'certificatesigningrequests.certificates.k8s.io'],
      ['approve', 'signers.certificates.k8s.io'],
      ['create', 'mutatingwebhookconfigurations.admissionregistration.k8s.io'],
      ...['create', 'patch', 'delete'].map((verb): [string, string] => [verb, 'validatingadmissionpolicies.admissionregistration.k8s.io']),
      ['delete', 'validatingadmissionpolicybindings.admissionregistration.k8s.io'],
      ['patch', 'customresourcedefinitions.apiextensions.k8s.io'],
      ['create', 'apiservices.apiregistration.k8s.io'],
      ['patch', 'gateways.gateway.networking.k8s.io'],
      ['create', 'priorityclasses.scheduling.k8s.io'],
      ['create', 'runtimeclasses.node.k8s.io'],
      ['patch', 'leases.coordination.k8s.io', 'kube-system'],
      ['get', '/metrics'],
      ['get', '/logs/'],
      ['get', '/debug/pprof/'],
    ]
    const answers = await Promise.all(
      never.map(async ([verb, what, place]) => ({ right: `${verb} ${what}`, allowed: await may(verb, what, place) })),
    )
    expect(answers.filter(({ allowed }) => allowed).map(({ right }) => right)).toEqual([])
    expect(await may('patch', 'services.serving.knative.dev', anywhere), 'what it needs').toBe(true)
  })
})
