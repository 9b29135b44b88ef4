import { describe, expect, it } from 'vitest'
import { makeEngine } from '../../../../test/factories/engines.js'
import { DRIVER_NAMES, DRIVER_SPECS } from '../../../platform/kubernetes/drivers.js'
import { renderApp, SAMPLE_APP } from '../../../platform/manifests/manifests.js'
import { loadTemplates } from '../../../platform/manifests/templates.js'
import { RegistryError, type ImageFacts } from '../../../platform/registry/image-registry.js'
import type { QuotaBar } from '../../quotas/quota.js'
import { diffOf, imageChecks, podOf, quotaCheck, takesOf, verdictOf, type Check } from './preflight.js'

const facts = (only: Partial<ImageFacts> = {}): ImageFacts => ({
  digest: `sha256:${'a'.repeat(64)}`,
  mediaType: 'application/vnd.oci.image.index.v1+json',
  platforms: ['linux/amd64'],
  compressedBytes: 52_428_800,
  user: null,
  exposedPorts: [],
  entrypoint: [],
  cmd: [],
  ...only,
})
const states = (checks: Check[]): [string, string, string | null][] => checks.map(({ id, state, field }) => [id, state, field])

describe('what a registry says', () => {
  it.each([
    [
      'all is well',
      facts(),
      8080,
      [
        ['image', 'ok', null],
        ['architecture', 'ok', null],
      ],
    ],
    [
      'a variant runs, too',
      facts({ platforms: ['linux/amd64/v2'] }),
      8080,
      [
        ['image', 'ok', null],
        ['architecture', 'ok', null],
      ],
    ],
    [
      'built for other machines',
      facts({ platforms: ['linux/arm64'] }),
      8080,
      [
        ['image', 'ok', null],
        ['architecture', 'failed', 'image'],
      ],
    ],
    [
      'the port is the one that it names',
      facts({ exposedPorts: [8080] }),
      8080,
      [
        ['image', 'ok', null],
        ['architecture', 'ok', null],
      ],
    ],
    [
      'another port',
      facts({ exposedPorts: [80] }),
      8080,
      [
        ['image', 'ok', null],
        ['architecture', 'ok', null],
        ['port', 'warning', 'port'],
      ],
    ],
    ['not there', new RegistryError('not-found', 'No.'), 8080, [['image', 'failed', 'image']]],
    ['not for us', new RegistryError('unauthorized', 'No.'), 8080, [['image', 'failed', 'registries']]],
    ['no image', new RegistryError('invalid', 'No.'), 8080, [['image', 'failed', 'image']]],
    ['no answer: the cluster may get one', new RegistryError('unreachable', 'No.'), 8080, [['image', 'warning', 'image']]],
  ] as const)('%s', (_, answer, port, expected) => {
    expect(states(imageChecks('x:1', answer, 'linux/amd64', port))).toEqual(expected)
  })

  it('says nothing of machines that are not known', () => {
    expect(states(imageChecks('x:1', facts({ platforms: ['linux/arm64'] }), null, 1))).toEqual([['image', 'ok', null]])
  })
})

const bars: QuotaBar[] = [
  { resource: 'apps', unit: 'count', used: 19, limit: 20 },
  { resource: 'cpu', unit: 'millicpu', used: 2_000, limit: 4_000 },
  { resource: 'memory', unit: 'MiB', used: 0, limit: 16_384 },
  { resource: 'gpus', unit: 'count', used: 0, limit: 0 },
]
const resources = { cpuMillis: 3_000, cpuLimitMillis: 3_000, memoryMiB: 1_536, memoryLimitMiB: 1_536, ephemeralMiB: 64, gpus: 0 }

describe('the arithmetic of a quota', () => {
  it('says what is left and what a deploy takes', () => {
    const check = quotaCheck(takesOf(bars, makeEngine({ resources }), true, false))
    expect(check).toMatchObject({ state: 'failed', field: 'size' })
    expect(check.detail).toContain('2 of 4 cpu left, this takes 3.')
  })

  it('counts every copy, and what Knative puts beside it', () => {
    const scaling = { ...makeEngine().scaling, min: 3 }
    const small = { ...resources, cpuMillis: 100 }
    expect(takesOf(bars, makeEngine({ resources: small, scaling }), false, true).map(({ takes }) => takes)).toEqual([0, 375, 4_800, 0])
    expect(takesOf(bars, makeEngine({ resources: small }), true, false).map(({ takes }) => takes)).toEqual([1, 100, 1_536, 0])
  })

  it('names no size when a smaller one does not help', () => {
    const full = bars.map((bar) => (bar.resource === 'apps' ? { ...bar, used: 20 } : bar))
    expect(quotaCheck(takesOf(full, makeEngine(), true, false))).toMatchObject({ state: 'failed', field: null })
    expect(quotaCheck(takesOf(full, makeEngine(), false, false)), 'a change is no app more').toMatchObject({ state: 'ok' })
  })
})

it('blocks for what would not run, and warns of what might not', () => {
  const check = (state: Check['state']): Check => ({ id: 'image', state, title: '', detail: '', field: null })
  expect(verdictOf([check('ok'), check('skipped')])).toBe('ok')
  expect(verdictOf([check('warning'), check('ok')])).toBe('warning')
  expect(verdictOf([check('warning'), check('failed')])).toBe('blocked')
})

describe.each(DRIVER_NAMES)('a pod of %s', (driver) => {
  const templates = loadTemplates(new URL('../../../../../manifests-templates', import.meta.url).pathname, DRIVER_SPECS[driver].folders)

  it('is one that the API server could make: no field of Knative, no port 0', () => {
    const [first] = renderApp(driver, templates, SAMPLE_APP)
    const pod = podOf(first ?? { apiVersion: '', kind: '', metadata: { name: '' } })
    expect(pod).toMatchObject({
      kind: 'Pod',
      metadata: { namespace: SAMPLE_APP.namespace, labels: { 'vitrine.dev/engine': SAMPLE_APP.engine } },
    })
    expect(JSON.stringify(pod)).not.toMatch(/containerConcurrency|timeoutSeconds|"port":0/)
    expect(pod).toMatchObject({ spec: { serviceAccountName: 'vitrine-app', containers: [{ image: SAMPLE_APP.image }] } })
  })
})

describe('a diff against the cluster', () => {
  const service = (image: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'demo', uid: String(Math.random()), resourceVersion: image, generation: 3, managedFields: [{ image }] },
    spec: { image, port: 80 },
    status: { seen: image },
  })

  it('is empty when only what the API server keeps differs', () => {
    expect(diffOf([service('a')], [service('a')])).toBe('')
  })

  it('shows the lines that differ', () => {
    expect(diffOf([service('a:1')], [service('a:2')]).split('\n')).toEqual(
      expect.arrayContaining(['--- Service/demo', '-  image: a:1', '+  image: a:2', '   port: 80']),
    )
  })

  it('of something new begins at nothing', () => {
    expect(diffOf([null], [service('a')])).toMatch(/^--- \/dev\/null\t?\n\+\+\+ Service\/demo/)
  })
})
