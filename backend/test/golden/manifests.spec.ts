import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { DRIVER_NAMES, DRIVER_SPECS, type DriverName } from '../../src/platform/kubernetes/drivers.js'
import type { Manifest } from '../../src/platform/kubernetes/kube-objects.js'
import { renderApp, renderProject, SAMPLE_APP, SAMPLE_PROJECT } from '../../src/platform/manifests/manifests.js'
import { loadTemplates, type Templates } from '../../src/platform/manifests/templates.js'

const root = new URL('../../../manifests-templates', import.meta.url).pathname
const golden = (driver: DriverName): string => join(root, driver, 'golden')
const templatesOf = (driver: DriverName): Templates => loadTemplates(root, DRIVER_SPECS[driver].folders)

/** The committed documents, in their order. */
const committed = (driver: DriverName, file: string): unknown[] => {
  const documents = parseAllDocuments(readFileSync(join(golden(driver), file), 'utf8'))
  if ('empty' in documents) throw new Error(`${file} is empty`)
  return documents.map((document) => document.toJS() as unknown)
}

/** How a committed file is written anew, after a change that is meant: shown when it differs. */
const asFile = (manifests: Manifest[]): string => manifests.map((manifest) => stringify(manifest, { lineWidth: 0 })).join('---\n')

const PROJECT = 10
const DEPLOYED = 3
const BARE: Partial<typeof SAMPLE_APP> = { env: [], secrets: [], args: [] }
/** All that a person may say. */
const WHOLE: Partial<typeof SAMPLE_APP> = {
  command: ['python', '-m', 'app'],
  gpus: 2,
  replicas: 2,
  minScale: 1,
  maxScale: 5,
  scaleMetric: 'rps',
  scaleTarget: 20,
  windowSeconds: 120,
  scaleDownDelaySeconds: 300,
  healthPath: '/healthz',
  startupSeconds: 300,
}
/** Each option of each driver: file, number of documents, what differs from the sample. */
const CASES: Record<DriverName, [string, number, Partial<typeof SAMPLE_APP>][]> = {
  knative: [
    ['app.yaml', 1, {}],
    ['app-without-env.yaml', 1, BARE],
    ['app-whole.yaml', 1, WHOLE],
    ['app-private.yaml', 1, { isPrivate: true }],
  ],
  gateway: [
    ['app.yaml', DEPLOYED, {}],
    ['app-without-env.yaml', DEPLOYED, { ...BARE, image: `registry/app@sha256:${'0'.repeat(64)}`, pullPolicy: 'IfNotPresent' }],
    ['app-whole.yaml', DEPLOYED, WHOLE],
    ['app-private.yaml', DEPLOYED - 1, { isPrivate: true }],
  ],
  ingress: [
    ['app.yaml', DEPLOYED, {}],
    ['app-of-default-class.yaml', DEPLOYED, { ingressClass: '' }],
  ],
  emissary: [['app.yaml', DEPLOYED, {}]],
}

describe.each(DRIVER_NAMES)('manifests of %s', (driver) => {
  const templates = templatesOf(driver)
  const counted = driver === 'knative' ? {} : { knativeServices: null, deployments: 30 }
  const project = (): Manifest[] => renderProject(templates, { ...SAMPLE_PROJECT, ...counted })

  it.each<[string, number, () => Manifest[]]>([
    ['project.yaml', PROJECT, project],
    ...CASES[driver].map(([file, count, change]): [string, number, () => Manifest[]] => [
      file,
      count,
      () => renderApp(driver, templates, { ...SAMPLE_APP, ...change }),
    ]),
  ])('%s has %i documents and is as committed', (file, count, render) => {
    const rendered = render()
    expect(rendered).toHaveLength(count)
    expect(committed(driver, file), 'the committed file').toHaveLength(count)
    expect(rendered, `if this change is meant, ${driver}/golden/${file} becomes:\n${asFile(rendered)}`).toEqual(committed(driver, file))
  })

  it('has a committed file for nothing else', () => {
    expect(readdirSync(golden(driver)).sort()).toEqual([...CASES[driver].map(([file]) => file), 'project.yaml'].sort())
  })
})

interface PodTemplate {
  metadata: { labels: Record<string, string> }
  spec: Record<string, unknown> & { containers: Record<string, unknown>[] }
}
const podOf = (app: Manifest[]): PodTemplate => (app[0] as Manifest & { spec: { template: PodTemplate } }).spec.template

/** What must hold whatever the committed files say. */
describe.each(DRIVER_NAMES)('isolation of apps of %s', (driver) => {
  const templates = templatesOf(driver)
  const app = renderApp(driver, templates, SAMPLE_APP)
  const project = renderProject(templates, SAMPLE_PROJECT)
  const pod = podOf(app).spec

  it('gives an app no token, no root, no capability and no more than its limits', () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false, serviceAccountName: 'vitrine-app' })
    expect(pod.containers).toHaveLength(1)
    expect(pod.containers[0]).toMatchObject({
      securityContext: {
        allowPrivilegeEscalation: false,
        runAsNonRoot: true,
        runAsUser: 1000,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
      resources: {
        requests: { cpu: expect.any(String) as string, memory: expect.any(String) as string },
        limits: { cpu: expect.any(String) as string, memory: expect.any(String) as string },
      },
    })
    for (const key of ['hostNetwork', 'hostPID', 'hostIPC', 'volumes', 'hostAliases']) expect(pod).not.toHaveProperty(key)
  })

  it('isolates as Knative does: same account, same limits, same rights, same user', () => {
    const knative = podOf(renderApp('knative', templatesOf('knative'), SAMPLE_APP)).spec
    const [container, wanted] = [pod.containers[0], knative.containers[0]]
    for (const key of ['securityContext', 'resources']) expect(container?.[key]).toEqual(wanted?.[key])
    for (const key of ['serviceAccountName', 'automountServiceAccountToken', 'enableServiceLinks']) expect(pod[key]).toEqual(knative[key])
  })

  it('holds its namespace to the restricted standard, a quota and limits', () => {
    expect(project.map(({ kind }) => kind).sort()).toEqual([
      'LimitRange',
      'Namespace',
      ...Array.from({ length: 5 }, () => 'NetworkPolicy'),
      'ResourceQuota',
      'Secret',
      'ServiceAccount',
    ])
    expect(project[0]?.metadata.labels).toMatchObject({ 'pod-security.kubernetes.io/enforce': 'restricted' })
    expect(project.find(({ kind }) => kind === 'ServiceAccount')).toMatchObject({ automountServiceAccountToken: false })
  })

  it('denies all traffic first, and never allows metadata and the API server', () => {
    const policy = (name: string): unknown => project.find(({ metadata }) => metadata.name === name)?.['spec']
    expect(policy('vitrine-default-deny')).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
    const egress = policy('vitrine-allow-egress') as { egress: { to: { ipBlock: { cidr: string; except: string[] } }[] }[] }
    const blocks = egress.egress.flatMap(({ to }) => to.map(({ ipBlock }) => ipBlock))
    expect(blocks.map(({ cidr }) => cidr)).toEqual(['0.0.0.0/0', '::/0'])
    expect(blocks[0]?.except).toEqual(['169.254.0.0/16', '10.96.0.1/32', '10.200.0.1/32'])
  })

  it('labels the app and its pods alike, so that both are found again', () => {
    const labels = {
      'vitrine.dev/instance': SAMPLE_APP.instance,
      'vitrine.dev/project': SAMPLE_APP.project,
      'vitrine.dev/engine': SAMPLE_APP.engine,
      'vitrine.dev/generation': '1',
      ...(driver === 'knative' ? {} : { 'vitrine.dev/runtime': 'deployment' }),
    }
    for (const { metadata } of app) expect(metadata.labels).toEqual(labels)
    expect(podOf(app).metadata.labels).toEqual(labels)
  })

  it('uses no vendor’s annotations', () => {
    for (const { metadata } of app) expect(metadata).not.toHaveProperty('annotations')
  })
})

describe('apps that are no Knative services', () => {
  it.each(DRIVER_NAMES.filter((driver) => driver !== 'knative'))(
    '%s: are replaced without a gap, and found by their own Service',
    (driver) => {
      const [deployment, service] = renderApp(driver, templatesOf(driver), SAMPLE_APP)
      expect(deployment).toMatchObject({
        spec: {
          replicas: 1,
          strategy: { rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
          template: {
            spec: {
              containers: [
                {
                  env: expect.arrayContaining([{ name: 'PORT', value: '7860' }]) as unknown,
                  lifecycle: { preStop: { sleep: { seconds: 5 } } },
                  readinessProbe: { tcpSocket: { port: 7860 }, periodSeconds: 1 },
                },
              ],
            },
          },
        },
      })
      const selector = { 'vitrine.dev/engine': SAMPLE_APP.engine, 'vitrine.dev/runtime': 'deployment' }
      expect(deployment).toMatchObject({ spec: { selector: { matchLabels: selector } } })
      expect(service).toMatchObject({ metadata: { name: 'demo-iris-classifier-app' }, spec: { selector, ports: [{ targetPort: 7860 }] } })
    },
  )
})
