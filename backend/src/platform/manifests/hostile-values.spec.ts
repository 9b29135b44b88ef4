import { describe, expect, it } from 'vitest'
import { DRIVER_NAMES, DRIVER_SPECS, type DriverName } from '../kubernetes/drivers.js'
import type { Manifest } from '../kubernetes/kube-objects.js'
import { renderApp, renderProject, SAMPLE_APP, SAMPLE_PROJECT, type AppValues } from './manifests.js'
import { loadTemplates, type Templates } from './templates.js'

// What YAML, Eta, JSON, shells and Kubernetes' own expansion take for syntax.
const PIECES = [
  '\n',
  '\r\n',
  '\r',
  '\t',
  '\0',
  '\u0001',
  '\u007f',
  '\u0085',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\ufffe',
  '\ud800',
  '\udc00',
  '\u200b',
  '\u202e',
  '"',
  "'",
  '`',
  '\\',
  '\\n',
  '\\u0022',
  '\\x41',
  ':',
  ': ',
  ' #',
  '#',
  '- ',
  '? ',
  '|',
  '>',
  '|\n  ',
  '>-\n',
  '&',
  '&a',
  '*a',
  '!',
  '!!js/function',
  '!!binary',
  '%',
  '%YAML 1.1\n',
  '---\n',
  '\n---\n',
  '...\n',
  '{',
  '}',
  '[',
  ']',
  ',',
  '<<: *x',
  '~',
  'null',
  'true',
  'no',
  '0x1f',
  '1e3',
  '.inf',
  '2026-01-01',
  '=',
  '<%',
  '%>',
  '<%= it %>',
  '<%~ it %>',
  '<% throw 1 %>',
  '${x}',
  '#{x}',
  '{{x}}',
  '$(HOME)',
  '$$',
  '`id`',
  '&amp;',
  '<script>',
  '\n      serviceAccountName: admin',
  '\n  namespace: kube-system',
  '"\n    hostNetwork: true\n    x: "',
  '}}, "privileged": true',
  '\nkind: Secret\n',
  ' ',
  '  ',
  'a',
  'Z',
  '0',
  '_',
  '.',
  '/',
  '@',
  'é',
  'ß',
  'ü',
  '中',
  '💥',
  '👩‍👩‍👧',
  'e\u0301',
  '__proto__',
  'constructor',
  'toString',
] as const

/** A small generator with a seed (mulberry32), so that a failure can be seen again. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** For each driver; 100,000 in all. */
const CASES = 25_000
/** About so many values in one app. */
const PER_MANIFEST = 250

/** The shape of a value: the same tree with every scalar replaced by its type. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]))
}

interface PodTemplate {
  metadata: { labels: Record<string, string> }
  spec: {
    containers: {
      image: string
      imagePullPolicy?: string
      ports: { containerPort: number }[]
      env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[]
      command?: string[]
      args?: string[]
      readinessProbe: { httpGet?: { path: string } }
      resources: { limits: Record<string, string> }
    }[]
  }
}

/** Where each value of an app stands in what was rendered; a value that stands nowhere is not asked for. */
type Placed = Partial<Record<keyof AppValues, unknown>>

const at = (object: unknown, ...path: (string | number)[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], object)

function ofPods({ metadata, spec }: Manifest & { spec?: { template?: PodTemplate } }): Placed {
  const labels = spec?.template?.metadata.labels ?? {}
  const container = spec?.template?.spec.containers[0]
  return {
    instance: labels['vitrine.dev/instance'],
    project: labels['vitrine.dev/project'],
    engine: labels['vitrine.dev/engine'],
    generation: labels['vitrine.dev/generation'],
    namespace: metadata.namespace,
    host: metadata.name,
    image: container?.image,
    port: container?.ports[0]?.containerPort,
    command: container?.command,
    args: container?.args,
    env: container?.env.filter(({ value }) => value !== undefined),
    secrets: container?.env.flatMap(({ valueFrom }) => valueFrom?.secretKeyRef.key ?? []),
    healthPath: container?.readinessProbe.httpGet?.path,
  }
}

function ofDeployment([deployment, , route]: Manifest[]): Placed {
  const placed = ofPods(deployment as Manifest)
  const [port, ...env] = placed.env as { name: string; value: string }[]
  expect(port).toEqual({ name: 'PORT', value: String(placed.port) })
  return {
    ...placed,
    env,
    pullPolicy: at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'imagePullPolicy'),
    ...ofRoute(route as Manifest),
  }
}

const ofRoute = (route: Manifest): Placed =>
  ({
    HTTPRoute: {
      hostname: at(route, 'spec', 'hostnames', 0),
      gatewayNamespace: at(route, 'spec', 'parentRefs', 0, 'namespace'),
      gatewayName: at(route, 'spec', 'parentRefs', 0, 'name'),
    },
    Ingress: { hostname: at(route, 'spec', 'rules', 0, 'host'), ingressClass: at(route, 'spec', 'ingressClassName') },
    Mapping: { hostname: at(route, 'spec', 'hostname') },
  })[route.kind] ?? {}

/** Reads the values back. */
const READ: Record<DriverName, (app: Manifest[]) => Placed> = {
  knative: (app) => ({ ...ofPods(app[0] as Manifest), timeoutSeconds: at(app[0], 'spec', 'template', 'spec', 'timeoutSeconds') }),
  gateway: ofDeployment,
  ingress: ofDeployment,
  emissary: ofDeployment,
}

/** Names that are made of a value. */
function namesIn(app: Manifest[]): unknown[] {
  const route = app[2]
  return [
    app[1]?.metadata.name,
    at(route, 'spec', 'rules', 0, 'backendRefs', 0, 'name') ??
      at(route, 'spec', 'rules', 0, 'http', 'paths', 0, 'backend', 'service', 'name') ??
      at(route, 'spec', 'service'),
  ].filter((name) => name !== undefined)
}

/** What is checked to be a number, or one of two words, before it comes here. */
const NUMBERS = {
  cpuMillis: 100,
  cpuLimitMillis: 200,
  memoryMiB: 300,
  memoryLimitMiB: 400,
  ephemeralMiB: 500,
  gpus: 1,
  gpuResource: 'nvidia.com/gpu',
  replicas: 2,
  minScale: 1,
  maxScale: 4,
  scaleMetric: 'rps',
  scaleTarget: 7,
  windowSeconds: 60,
  scaleDownDelaySeconds: 30,
  startupSeconds: 90,
} as const

const random = randomOf(20_261_121)
const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
const hostile = (): string => {
  const length = 1 + Math.floor(random() * 6)
  const text = Array.from({ length }, () => pick(PIECES)).join('')
  return random() < 0.002 ? text.repeat(500) : text
}

const templatesOf = (driver: DriverName): Templates =>
  loadTemplates(new URL('../../../../manifests-templates', import.meta.url).pathname, DRIVER_SPECS[driver].folders)

describe.each(DRIVER_NAMES)('hostile values in every field that reaches a manifest of %s', (driver) => {
  const templates = templatesOf(driver)

  it(`${CASES.toLocaleString('en')} of them: the parsed manifests have the same structure and exactly the values`, () => {
    const fields = Object.keys(READ[driver](renderApp(driver, templates, SAMPLE_APP))) as (keyof AppValues)[]
    const names = Array.from({ length: (PER_MANIFEST - fields.length + 1) >> 1 }, (_, index) => ({ name: `N${index}`, value: '' }))
    const words = ['a', 'b', 'c']
    const lists = { command: words, args: words, secrets: words }
    const structure = JSON.stringify(
      shapeOf(renderApp(driver, templates, { ...SAMPLE_APP, ...NUMBERS, ...lists, env: names, healthPath: '/' })),
    )
    let cases = 0
    while (cases < CASES) {
      const host = hostile()
      const namespace = hostile()
      const values: AppValues = {
        instance: hostile(),
        project: hostile(),
        engine: hostile(),
        generation: hostile(),
        namespace,
        host,
        image: hostile(),
        // Ours, not a user's: one of two words.
        pullPolicy: random() < 0.5 ? 'Always' : 'IfNotPresent',
        port: Math.floor(random() * 70_000) - 1_000,
        command: words.map(hostile),
        args: words.map(hostile),
        env: names.map(() => ({ name: hostile(), value: hostile() })),
        secrets: words.map(hostile),
        ...NUMBERS,
        healthPath: hostile(),
        hostname: hostile(),
        gatewayNamespace: hostile(),
        gatewayName: hostile(),
        ingressClass: hostile(),
        timeoutSeconds: Math.floor(random() * 1_000),
        isPrivate: false,
      }
      const app = renderApp(driver, templates, values)
      const placed = READ[driver](app)
      // Compared as texts: a difference of 250 values would be printed for minutes.
      const expected = Object.fromEntries(fields.map((field) => [field, values[field]]))
      expect(JSON.stringify(placed) === JSON.stringify(expected), `values after ${cases} cases`).toBe(true)
      expect(JSON.stringify(shapeOf(app)) === structure, `structure after ${cases} cases`).toBe(true)
      const service = `${host}-app`
      const made = [service, driver === 'emissary' ? `http://${service}.${namespace}:80` : service]
      expect(namesIn(app)).toEqual(driver === 'knative' ? [] : made)
      cases += PER_MANIFEST
    }
    expect(cases).toBeGreaterThanOrEqual(CASES)
  }, 60_000)

  it('1,000 of them in the fields of a namespace', () => {
    const sample = renderProject(templates, SAMPLE_PROJECT)
    for (let i = 0; i < 200; i++) {
      const values = {
        ...SAMPLE_PROJECT,
        instance: hostile(),
        project: hostile(),
        namespace: hostile(),
        gatewayNamespaces: [hostile(), hostile()],
      }
      const rendered = renderProject(templates, values)
      expect(rendered.map(shapeOf)).toEqual(sample.map(shapeOf))
      expect(rendered[0]?.metadata).toMatchObject({
        name: values.namespace,
        labels: { 'vitrine.dev/instance': values.instance, 'vitrine.dev/project': values.project },
      })
    }
  }, 30_000)

  it.each(Object.keys(READ[driver](renderApp(driver, templates, SAMPLE_APP))) as (keyof AppValues)[])(
    'a missing %s is an error, not the text "undefined"',
    (field) => {
      for (const missing of [undefined, null, () => 'x', Number.NaN])
        expect(() => renderApp(driver, templates, { ...SAMPLE_APP, [field]: missing })).toThrow()
    },
  )
})
