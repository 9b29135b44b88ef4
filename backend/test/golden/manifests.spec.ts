import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import type { Manifest } from '../../src/platform/kubernetes/kube-objects.js'
import { renderApp, renderProject, SAMPLE_APP, SAMPLE_PROJECT } from '../../src/platform/manifests/manifests.js'
import { loadTemplates } from '../../src/platform/manifests/templates.js'

const root = new URL('../../../manifests-templates', import.meta.url).pathname
const golden = join(root, 'knative', 'golden')
const templates = loadTemplates(root, 'knative')

/** The committed documents, in their order. */
const committed = (file: string): unknown[] => {
  const documents = parseAllDocuments(readFileSync(join(golden, file), 'utf8'))
  if ('empty' in documents) throw new Error(`${file} is empty`)
  return documents.map((document) => document.toJS() as unknown)
}

/** How a committed file is written anew, after a change that is meant: shown when it differs. */
const asFile = (manifests: Manifest[]): string => manifests.map((manifest) => stringify(manifest, { lineWidth: 0 })).join('---\n')

describe('manifests of knative', () => {
  it.each([
    ['project.yaml', 8, () => renderProject(templates, SAMPLE_PROJECT)],
    ['app.yaml', 1, () => renderApp(templates, SAMPLE_APP)],
    ['app-without-env.yaml', 1, () => renderApp(templates, { ...SAMPLE_APP, env: [] })],
  ] as const)('%s has %i documents and is as committed', (file, count, render) => {
    const rendered = render()
    expect(committed(file)).toHaveLength(count)
    expect(rendered, `if this change is meant, ${file} becomes:\n${asFile(rendered)}`).toEqual(committed(file))
  })

  it('has a committed file for nothing else', () => {
    expect(readdirSync(golden).sort()).toEqual(['app-without-env.yaml', 'app.yaml', 'project.yaml'])
  })
})

/** What must hold whatever the committed files say. */
describe('isolation of apps', () => {
  const app = renderApp(templates, SAMPLE_APP)[0] as Manifest & {
    spec: { template: { spec: Record<string, unknown> & { containers: Record<string, unknown>[] } } }
  }
  const project = renderProject(templates, SAMPLE_PROJECT)
  const pod = app.spec.template.spec

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

  it('holds its namespace to the restricted standard, a quota and limits', () => {
    expect(project.map(({ kind }) => kind).sort()).toEqual([
      'LimitRange',
      'Namespace',
      'NetworkPolicy',
      'NetworkPolicy',
      'NetworkPolicy',
      'NetworkPolicy',
      'ResourceQuota',
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
    }
    expect(app.metadata.labels).toEqual(labels)
    expect(app.spec.template).toMatchObject({ metadata: { labels } })
  })
})
