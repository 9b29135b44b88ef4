import { Inject, Injectable } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import type { Manifest } from '../kubernetes/kube-objects.js'
import { parseManifests, type Allowed } from './parse.js'
import { DRIVERS, loadTemplates, type Driver, type Templates } from './templates.js'

/** What the templates of a project's namespace take. */
export interface ProjectValues {
  instance: string
  /** The project's id. */
  project: string
  namespace: string
  /** Namespaces from which requests come. */
  gatewayNamespaces: string[]
  /** IP addresses of the API server, which apps must not reach. */
  apiAddresses: string[]
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
  /** Name of the service, and first label of the app's host. */
  host: string
  image: string
  port: number
  env: { name: string; value: string }[]
}

const PROJECT_TEMPLATES = ['namespace', 'service-account', 'quota', 'limits', 'network-policies'] as const

/** The manifests of a project's namespace, the namespace first. Pure. @throws Error when a template is not as it must be */
export const renderProject = (templates: Templates, values: ProjectValues): Manifest[] =>
  PROJECT_TEMPLATES.flatMap((name) => parseManifests(templates.render(name, values), projectRules(values)))

/** The manifests of an app. Pure. @throws Error when a template is not as it must be */
export const renderApp = (templates: Templates, values: AppValues): Manifest[] =>
  parseManifests(templates.render('service', values), appRules(values))

function projectRules({ namespace }: ProjectValues): Allowed[] {
  const named = (apiVersion: string, kind: string, ...names: string[]): Allowed => ({ apiVersion, kind, namespace, names })
  return [
    { apiVersion: 'v1', kind: 'Namespace', namespace: undefined, names: [namespace] },
    named('v1', 'ServiceAccount', 'vitrine-app'),
    named('v1', 'ResourceQuota', 'vitrine'),
    named('v1', 'LimitRange', 'vitrine'),
    named(
      'networking.k8s.io/v1',
      'NetworkPolicy',
      'vitrine-default-deny',
      'vitrine-allow-dns',
      'vitrine-allow-requests',
      'vitrine-allow-egress',
    ),
  ]
}

const appRules = ({ namespace, host }: AppValues): Allowed[] => [
  { apiVersion: 'serving.knative.dev/v1', kind: 'Service', namespace, names: [host] },
]

/** The templates of all drivers. Made at start: a template that cannot be rendered stops it. */
@Injectable()
export class Manifests {
  private readonly templates: Map<Driver, Templates>

  constructor(@Inject(CONFIG) config: Config) {
    this.templates = new Map(DRIVERS.map((driver) => [driver, loadTemplates(config.templatesDir, driver)]))
    for (const templates of this.templates.values()) {
      renderProject(templates, SAMPLE_PROJECT)
      renderApp(templates, SAMPLE_APP)
    }
  }

  project(driver: Driver, values: ProjectValues): Manifest[] {
    return renderProject(this.of(driver), values)
  }

  app(driver: Driver, values: AppValues): Manifest[] {
    return renderApp(this.of(driver), values)
  }

  private of(driver: Driver): Templates {
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
  gatewayNamespaces: ['knative-serving', 'traefik'],
  apiAddresses: ['10.96.0.1', '10.200.0.1'],
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
  port: 7860,
  env: [
    { name: 'GREETING', value: 'say "hello" & smile: # not a comment' },
    { name: 'EMPTY', value: '' },
    { name: 'LINES', value: 'one\ntwo\n' },
  ],
}
