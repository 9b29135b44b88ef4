import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseAllDocuments, stringify } from 'yaml'
import { run } from '../exec.ts'
import { exists, readText, walk, writeAtomically } from '../files.ts'
import { digest, root } from '../paths.ts'
import { waitFor } from '../time.ts'
import { toolDir, toolPath } from '../tools.ts'
import type { KubeApi, KubeObject } from './api.ts'
import { clusterImages, reference } from './images.ts'
import type { ClusterPaths } from './layout.ts'
import { hostResolvers } from './node.ts'

/** Parses the objects of a YAML text. */
export function parseObjects(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null)
}

/** What Knative is told beyond its own defaults. The keys are its ConfigMaps'. */
const knativeSettings: Record<string, Record<string, string>> = {
  'config-network': {
    'ingress-class': 'traefik.ingress.networking.knative.dev',
    // One label per app: the portal makes names that are unique in the whole cluster.
    'domain-template': '{{.Name}}.{{.Domain}}',
  },
  'config-domain': { 'apps.localhost': '' },
  // Queue-proxy and app get the security context that the "restricted" pod security level asks for.
  'config-features': { 'secure-pod-defaults': 'enabled' },
  'config-deployment': {
    // Never the node's own registry: its tags are pinned to digests like everybody's.
    'registries-skipping-tag-resolving': 'vitrine.local,kind.local,ko.local,dev.local',
    'progress-deadline': '120s',
  },
  'config-autoscaler': { 'scale-to-zero-grace-period': '30s' },
  // A restarted controller waits for the lease of its former self; a minute by default.
  'config-leader-election': { 'lease-duration': '15s', 'renew-deadline': '10s', 'retry-period': '2s' },
}

/** One node has nothing to scale to or to keep available during a drain. */
const skippedKinds = new Set(['HorizontalPodAutoscaler', 'PodDisruptionBudget'])

/** Knative's own manifests, as its module carries them, with our images and settings. */
export function knativeObjects(texts: string[], references: Map<string, string>): KubeObject[] {
  return texts
    .flatMap((text) =>
      parseObjects(
        text.replaceAll(/ko:\/\/knative\.dev\/serving\/cmd\/([a-z]+)/g, (_, part: string) =>
          lookUp(references, `vitrine.local/knative-${part}`),
        ),
      ),
    )
    .filter((object) => !skippedKinds.has(object.kind))
    .map((object) => {
      if (object.kind === 'ConfigMap') return { ...object, data: { ...object.data, ...knativeSettings[object.metadata.name] } }
      if (object.kind === 'Deployment') lowerRequests(object)
      return object
    })
}

function lookUp(references: Map<string, string>, name: string): string {
  const found = references.get(name)
  if (found === undefined) throw new Error(`no image ${name} is built`)
  return found
}

interface PodTemplateSpec {
  template: { spec: { containers: { resources?: { requests?: Record<string, string> } }[] } }
}

/** Knative asks for 600 thousandths of a processor for itself; on two that belongs to the apps. */
function lowerRequests(deployment: KubeObject): void {
  for (const container of (deployment.spec as unknown as PodTemplateSpec).template.spec.containers) {
    if (container.resources?.requests) container.resources.requests['cpu'] = '10m'
  }
}

function order(object: KubeObject): number {
  const first = [
    'Namespace',
    'CustomResourceDefinition',
    'ServiceAccount',
    'ClusterRole',
    'ClusterRoleBinding',
    'Role',
    'RoleBinding',
    'Secret',
    'ConfigMap',
    'Service',
  ]
  const last = ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration']
  if (last.includes(object.kind)) return 100
  const index = first.indexOf(object.kind)
  return index < 0 ? 50 : index
}

/** Everything that the cluster is made of, in the order in which it can be applied. */
export function renderObjects(): KubeObject[] {
  const references = new Map(clusterImages.map((image) => [image.name, reference(image)]))
  const resolvers = hostResolvers()
  const forward = resolvers.length > 0 ? `forward . ${resolvers.join(' ')}` : ''
  const own = ['coredns', 'traefik', 'gateway', 'emissary-crd', 'portal-rbac', 'admission-policy']
    .map((name) => readFileSync(join(root, 'tools/cluster', `${name}.yaml`), 'utf8'))
    .map((text) => text.replaceAll(/vitrine\.local\/[a-z-]+/g, (name) => lookUp(references, name)).replaceAll('FORWARD_UPSTREAM', forward))
    .flatMap(parseObjects)
  const gateway = walk(join(toolDir('gateway-api'), 'crd')).flatMap((path) => parseObjects(readFileSync(path, 'utf8')))
  const knative = knativeManifests().map((path) => readFileSync(path, 'utf8'))
  return [...own, ...gateway, ...knativeObjects(knative, references)].sort((a, b) => order(a) - order(b))
}

function knativeManifests(): string[] {
  const folder = join(toolDir('knative'), 'manifests')
  const parts = [
    'serving/100-namespace.yaml',
    'serving/200-roles',
    'serving/200-serviceaccount.yaml',
    'serving/300-resources',
    'networking',
    'caching',
    'serving/configmaps',
    'serving/webhooks',
    'serving/deployments',
  ]
  return parts.flatMap((part) => walk(join(folder, part))).filter((path) => path.endsWith('.yaml'))
}

/** Whether what the cluster is made of is what was applied last, by a stamp in the state folder. */
function isApplied(paths: ClusterPaths, objects: KubeObject[]): boolean {
  return readText(paths.applied) === digest(JSON.stringify(objects)) && exists(paths.etcd)
}

const isDefinition = (object: KubeObject): boolean => order(object) <= 1

/**
 * Applies the namespaces and the kinds that the cluster knows beyond its own. Before the controllers start: those look for new kinds only every half a
 * minute, and until then a quota that counts objects of such a kind lets none of them in.
 */
export async function applyDefinitions(paths: ClusterPaths, api: KubeApi, signal: AbortSignal): Promise<void> {
  const objects = renderObjects()
  if (isApplied(paths, objects)) return
  const definitions = objects.filter(isDefinition)
  await kubectlApply(paths, definitions)
  const wanted = definitions.filter(({ kind }) => kind === 'CustomResourceDefinition').map(({ metadata }) => metadata.name)
  await waitFor(
    async () => {
      const found = await api.get<{ items: KubeObject[] }>('/apis/apiextensions.k8s.io/v1/customresourcedefinitions')
      const served = namesServed(found?.items ?? [])
      const missing = wanted.filter((name) => !served.includes(name))
      if (missing.length > 0) throw new Error(`not yet: ${missing.join(', ')}`)
      return true
    },
    { what: 'the kinds that the cluster knows beyond its own', timeoutMs: 120_000, intervalMs: 500, signal },
  )
}

/** Names of the definitions that are served. `kubectl wait` gives up on one that has no conditions at all, as each has none for a moment. */
export function namesServed(definitions: KubeObject[]): string[] {
  return definitions
    .filter(({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Established' && value === 'True'))
    .map(({ metadata }) => metadata.name)
}

/**
 * Applies what the cluster is made of, after {@link applyDefinitions}, when it differs from what was applied last.
 * @returns false when nothing was to be done
 */
export async function applyObjects(paths: ClusterPaths, api: KubeApi): Promise<boolean> {
  const objects = renderObjects()
  if (isApplied(paths, objects)) return false
  // While Knative's own admission is not up, it would refuse the new version of itself. It comes last, and anew.
  for (const object of objects) if (object.kind.endsWith('WebhookConfiguration')) await api.delete(webhookPath(object))
  await kubectlApply(
    paths,
    objects.filter((object) => !isDefinition(object)),
  )
  writeAtomically(paths.applied, digest(JSON.stringify(objects)))
  return true
}

function webhookPath(object: KubeObject): string {
  return `/apis/admissionregistration.k8s.io/v1/${object.kind.toLowerCase()}s/${object.metadata.name}`
}

function kubectl(paths: ClusterPaths, args: string[], input?: string) {
  return run(toolPath('kubernetes', 'kubectl'), ['--kubeconfig', paths.adminKubeconfig, ...args], { input })
}

async function kubectlApply(paths: ClusterPaths, objects: KubeObject[]): Promise<void> {
  const input = objects.map((object) => stringify(object)).join('---\n')
  await kubectl(paths, ['apply', '--server-side', '--force-conflicts', '--field-manager=vitrine-stack', '-f', '-'], input)
}
