import { beforeAll, describe, expect, it } from 'vitest'
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

const CASES = 100_000
const PER_MANIFEST = 250

/** The shape of a value: the same tree with every scalar replaced by its type. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return typeof value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]))
}

interface RenderedService extends Manifest {
  spec: {
    template: {
      metadata: { labels: Record<string, string> }
      spec: { containers: { image: string; ports: { containerPort: number }[]; env: { name: string; value: string }[] }[] }
    }
  }
}

/** The values of an app as they stand in the manifest. */
function valuesIn({ metadata, spec }: RenderedService): AppValues {
  const { labels } = spec.template.metadata
  const [container] = spec.template.spec.containers
  return {
    instance: labels['vitrine.dev/instance'] ?? '',
    project: labels['vitrine.dev/project'] ?? '',
    engine: labels['vitrine.dev/engine'] ?? '',
    generation: labels['vitrine.dev/generation'] ?? '',
    namespace: metadata.namespace ?? '',
    host: metadata.name,
    image: container?.image ?? '',
    port: container?.ports[0]?.containerPort ?? -1,
    env: container?.env ?? [],
  }
}

describe('hostile values in every field that reaches a manifest', () => {
  let templates: Templates
  beforeAll(() => {
    templates = loadTemplates(new URL('../../../../manifests-templates', import.meta.url).pathname, 'knative')
  })

  it(`${CASES.toLocaleString('en')} of them: the parsed manifest has the same structure and exactly the value`, () => {
    const random = randomOf(20_261_121)
    const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T
    const hostile = (): string => {
      const length = 1 + Math.floor(random() * 6)
      const text = Array.from({ length }, () => pick(PIECES)).join('')
      return random() < 0.002 ? text.repeat(500) : text
    }
    const names = Array.from({ length: (PER_MANIFEST - 8) / 2 }, (_, index) => ({ name: `N${index}`, value: '' }))
    const structure = JSON.stringify(shapeOf(renderApp(templates, { ...SAMPLE_APP, env: names })[0]))
    let cases = 0
    while (cases < CASES) {
      const env = names.map(() => ({ name: hostile(), value: hostile() }))
      const values: AppValues = {
        instance: hostile(),
        project: hostile(),
        engine: hostile(),
        generation: hostile(),
        namespace: hostile(),
        host: hostile(),
        image: hostile(),
        port: Math.floor(random() * 70_000) - 1_000,
        env,
      }
      const [service, ...others] = renderApp(templates, values)
      // Compared as texts: a difference of 250 values would be printed for minutes.
      expect(JSON.stringify(valuesIn(service as RenderedService)) === JSON.stringify(values), `values after ${cases} cases`).toBe(true)
      expect(JSON.stringify(shapeOf(service)) === structure, `structure after ${cases} cases`).toBe(true)
      expect(others).toEqual([])
      cases += PER_MANIFEST
    }
    expect(cases).toBe(CASES)
  }, 60_000)

  it('1,000 of them in the fields of a namespace', () => {
    const random = randomOf(4)
    const sample = renderProject(templates, SAMPLE_PROJECT)
    for (let i = 0; i < 200; i++) {
      const text = (): string => Array.from({ length: 4 }, () => PIECES[Math.floor(random() * PIECES.length)]).join('')
      const values = { ...SAMPLE_PROJECT, instance: text(), project: text(), namespace: text(), gatewayNamespaces: [text(), text()] }
      const rendered = renderProject(templates, values)
      expect(rendered.map(shapeOf)).toEqual(sample.map(shapeOf))
      expect(rendered[0]?.metadata).toMatchObject({
        name: values.namespace,
        labels: { 'vitrine.dev/instance': values.instance, 'vitrine.dev/project': values.project },
      })
    }
  }, 30_000)

  it.each(Object.keys(SAMPLE_APP) as (keyof AppValues)[])('a missing %s is an error, not the text "undefined"', (field) => {
    for (const missing of [undefined, null, () => 'x', Number.NaN])
      expect(() => renderApp(templates, { ...SAMPLE_APP, [field]: missing })).toThrow()
  })
})
