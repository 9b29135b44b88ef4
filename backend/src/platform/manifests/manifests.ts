import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { DRIVER_NAMES, DRIVER_SPECS, specOf, type DriverName, type DriverPart } from '../kubernetes/drivers.js'
import { KIND, type Manifest } from '../kubernetes/kube-objects.js'
import { ManifestRefused, parseManifests, type Allowed } from './parse.js'
import { podViolations } from './pod-policy.js'
import { loadTemplates, type Templates } from './templates.js'

/** What the template of a quota takes: whole numbers. */
export interface QuotaValues {
  cpuMillis: number
  memoryMiB: number
  memoryLimitMiB: number
  ephemeralMiB: number
  gpus: number
  /** How the cluster calls a GPU, as in `nvidia.com/gpu`. */
  gpuResource: string
  pods: number
  /** Null where there is no Knative. */
  knativeServices: number | null
  /** Null where only Knative runs apps. */
  deployments: number | null
}

/** What the templates of a project's namespace take. */
export interface ProjectValues extends QuotaValues {
  instance: string
  /** The project's id. */
  project: string
  namespace: string
  /** Which database has the records of what is in it. */
  database: string
  /** Namespaces from which requests come. */
  gatewayNamespaces: string[]
  /** IP addresses of the API server, which apps must not reach. */
  apiAddresses: string[]
  /** What its images are pulled with: a `.dockerconfigjson`, in Base64. */
  pullSecret: string
}

/** What the template of an app takes. */
export interface AppValues {
  instance: string
  project: string
  /** The app's id. */
  engine: string
  /** Which version of the app's specification this is, as a text: labels are texts. */
  generation: string
  namespace: string
  /** Name of its objects, and first label of its host. */
  host: string
  image: string
  /** `Always` for an image that is named by a tag: a deploy takes what the tag stands for then. */
  pullPolicy: 'Always' | 'IfNotPresent'
  port: number
  /** Take the place of the image's own when they have a word. */
  command: string[]
  args: string[]
  env: { name: string; value: string }[]
  /** Names of variables whose values are in the app's Secret. */
  secrets: string[]
  /** See `Resources`. */
  cpuMillis: number
  cpuLimitMillis: number
  memoryMiB: number
  memoryLimitMiB: number
  ephemeralMiB: number
  gpus: number
  /** How the cluster calls a GPU, as in `nvidia.com/gpu`. */
  gpuResource: string
  /** Copies where nothing scales them. */
  replicas: number
  /** Copies where requests scale them. */
  minScale: number
  maxScale: number
  scaleMetric: 'concurrency' | 'rps'
  scaleTarget: number
  /** Seconds; 0 for what the cluster is set to. */
  windowSeconds: number
  scaleDownDelaySeconds: number
  /** What a health check asks for; empty when a connection will do. */
  healthPath: string
  startupSeconds: number
  /** Host name under which the app is reached. */
  hostname: string
  /** The Gateway to attach to; both empty where there is none. */
  gatewayNamespace: string
  gatewayName: string
  /** Class of the Ingress; empty for the cluster's default. */
  ingressClass: string
  /** How long Knative waits for the first byte of an answer, in seconds. */
  timeoutSeconds: number
  /** Whether the app is reached from within the cluster alone. */
  isPrivate: boolean
}

/** What the template of an app's Secret takes. */
export interface SecretValues extends Pick<AppValues, 'instance' | 'project' | 'engine' | 'namespace' | 'host'> {
  data: { name: string; base64: string }[]
}

/** What an app's Secret is called. */
export const secretNameOf = (host: string): string => `${host}-env`

const PROJECT_TEMPLATES = ['namespace', 'pull-secret', 'service-account', 'quota', 'limits', 'network-policies'] as const

/** The manifests of a project's namespace, the namespace first. Pure. @throws Error when a template is not as it must be */
export const renderProject = (templates: Templates, values: ProjectValues): Manifest[] =>
  PROJECT_TEMPLATES.flatMap((name) => parseManifests(name, templates.render(name, values), projectRules(values)))

/**
 * The manifests of an app, in the order of the driver's parts. Pure.
 * @throws ManifestRefused when what a template makes is not what may be applied, its pods included
 * @throws Error when a template cannot be rendered
 */
export function renderApp(driver: DriverName, templates: Templates, values: AppValues): Manifest[] {
  const { parts, templates: names } = specOf(driver, values.isPrivate)
  return parts.map((part, index) => {
    const name = names[index] ?? ''
    const template = `${name} of ${driver}`
    const [manifest, ...more] = parseManifests(template, templates.render(name, values), [allowedPart(part, values)])
    if (!manifest || more.length > 0) throw new ManifestRefused(template, ['it must contain one object'])
    const violations = podViolations(manifest, { secret: secretNameOf(values.host), gpuResource: values.gpuResource })
    if (violations.length > 0) throw new ManifestRefused(template, violations)
    return manifest
  })
}

/** The Secret of an app. Pure. @throws Error when the template is not as it must be */
export function renderSecret(templates: Templates, values: SecretValues): Manifest {
  const { apiVersion, kind } = KIND.secret
  const allowed: Allowed = { apiVersion, kind, namespace: values.namespace, names: [secretNameOf(values.host)] }
  const [manifest, ...more] = parseManifests('app-secret', templates.render('app-secret', values), [allowed])
  if (!manifest || more.length > 0) throw new ManifestRefused('app-secret', ['it must contain one object'])
  return manifest
}

function projectRules({ namespace }: ProjectValues): Allowed[] {
  const named = (apiVersion: string, kind: string, ...names: string[]): Allowed => ({ apiVersion, kind, namespace, names })
  return [
    { apiVersion: 'v1', kind: 'Namespace', namespace: undefined, names: [namespace] },
    named('v1', 'Secret', 'vitrine-pull'),
    named('v1', 'ServiceAccount', 'vitrine-app'),
    named('v1', 'ResourceQuota', 'vitrine'),
    named('v1', 'LimitRange', 'vitrine'),
    named(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'vitrine-default-deny',
      'vitrine-allow-dns',
      'vitrine-allow-requests',
      'vitrine-allow-direct-requests',
      'vitrine-allow-egress',
    ),
  ]
}

const allowedPart = ({ kind, nameOf }: DriverPart, { namespace, host }: AppValues): Allowed => ({
  apiVersion: kind.apiVersion,
  kind: kind.kind,
  namespace,
  names: [nameOf(host)],
})

/** The templates of all drivers. Made at start: a template that cannot be rendered stops it. */
@Injectable()
export class Manifests {
  private readonly templates: Map<DriverName, Templates>

  constructor(@Inject(CONFIG) config: Config) {
    this.templates = new Map(DRIVER_NAMES.map((name) => [name, loadTemplates(config.templatesDir, DRIVER_SPECS[name].folders)]))
    for (const [driver, templates] of this.templates) {
      renderProject(templates, SAMPLE_PROJECT)
      renderApp(driver, templates, SAMPLE_APP)
      renderSecret(templates, SAMPLE_SECRET)
    }
  }

  project(driver: DriverName, values: ProjectValues): Manifest[] {
    return renderProject(this.of(driver), values)
  }

  app(driver: DriverName, values: AppValues): Manifest[] {
    return renderApp(driver, this.of(driver), values)
  }

  /** The Secret of an app. */
  secret(driver: DriverName, values: SecretValues): Manifest {
    return renderSecret(this.of(driver), values)
  }

  private of(driver: DriverName): Templates {
    const templates = this.templates.get(driver)
    if (!templates) throw new Error(`there is no driver ${driver}`)
    return templates
  }
}

/** Values that every template can be rendered with: for the check at start and for the golden files. */
export const SAMPLE_PROJECT: ProjectValues = {
  instance: 'vitrine',
  project: '01jd0000000000000000000001',
  namespace: 'vitrine-iris-classifier-000001',
  database: '01jd0000000000000000000009',
  gatewayNamespaces: ['knative-serving', 'traefik'],
  apiAddresses: ['10.96.0.1', '10.200.0.1'],
  // {"auths":{}}
  pullSecret: 'eyJhdXRocyI6e319',
  cpuMillis: 8_000,
  memoryMiB: 16_384,
  memoryLimitMiB: 98_304,
  ephemeralMiB: 196_608,
  gpus: 0,
  gpuResource: 'nvidia.com/gpu',
  pods: 30,
  knativeServices: 30,
  deployments: null,
}

/** See {@link SAMPLE_PROJECT}. */
export const SAMPLE_APP: AppValues = {
  instance: 'vitrine',
  project: '01jd0000000000000000000001',
  engine: '01jd0000000000000000000002',
  generation: '1',
  namespace: 'vitrine-iris-classifier-000001',
  host: 'demo-iris-classifier',
  image: '10.200.0.1:5000/iris-classifier:1',
  pullPolicy: 'Always',
  port: 7860,
  env: [
    { name: 'GREETING', value: 'say "hello" & smile: # not a comment' },
    { name: 'EMPTY', value: '' },
    { name: 'LINES', value: 'one\ntwo\n' },
  ],
  command: [],
  args: ['--greeting', 'say "hello"'],
  secrets: ['API_KEY'],
  cpuMillis: 50,
  cpuLimitMillis: 2_000,
  memoryMiB: 128,
  memoryLimitMiB: 2_048,
  ephemeralMiB: 2_048,
  gpus: 0,
  gpuResource: 'nvidia.com/gpu',
  replicas: 1,
  minScale: 0,
  maxScale: 3,
  scaleMetric: 'concurrency',
  scaleTarget: 50,
  windowSeconds: 0,
  scaleDownDelaySeconds: 0,
  healthPath: '',
  startupSeconds: 60,
  hostname: 'demo-iris-classifier.apps.example.org',
  gatewayNamespace: 'traefik',
  gatewayName: 'apps',
  ingressClass: 'traefik',
  timeoutSeconds: 300,
  isPrivate: false,
}

/** See {@link SAMPLE_PROJECT}. */
export const SAMPLE_SECRET: SecretValues = {
  instance: SAMPLE_APP.instance,
  project: SAMPLE_APP.project,
  engine: SAMPLE_APP.engine,
  namespace: SAMPLE_APP.namespace,
  host: SAMPLE_APP.host,
  data: [{ name: 'API_KEY', base64: 'aHVudGVyMg==' }],
}
