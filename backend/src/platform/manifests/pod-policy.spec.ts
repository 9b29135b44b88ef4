import { describe, expect, it } from 'vitest'
import { goodPods, hostilePods, POD_KINDS, scopeOf, templatesOf } from '../../../test/factories/hostile-pods.js'
import { DRIVER_NAMES } from '../kubernetes/drivers.js'
import { renderApp, SAMPLE_APP } from './manifests.js'
import { ManifestRefused } from './parse.js'
import { podViolations } from './pod-policy.js'

const app = scopeOf(SAMPLE_APP)
const good = goodPods(SAMPLE_APP)

describe('what the pods of an app may be', () => {
  it.each(POD_KINDS)('is what the templates make: %s', (kind) => expect(podViolations(good[kind], app)).toEqual([]))

  it.each(hostilePods(good))('is not: $name ($kind)', ({ manifest }) => expect(podViolations(manifest, app)).not.toEqual([]))

  it('names the field, and what is wrong with it', () => {
    const [hostile] = hostilePods(good).filter(({ kind, name }) => kind === 'Deployment' && name === 'user root')
    expect(hostile && podViolations(hostile.manifest, app)).toEqual([
      'spec.template.spec.containers[0].securityContext.runAsUser must be a whole number of at least 1, not 0',
    ])
  })

  it('takes scratch space, and the files of its own Secret', () => {
    const pod = structuredClone(good.Pod) as typeof good.Pod & { spec: { volumes: unknown[]; containers: { volumeMounts: unknown[] }[] } }
    pod.spec.volumes = [
      { name: 'scratch', emptyDir: { sizeLimit: '1Gi' } },
      { name: 'own', secret: { secretName: app.secret, defaultMode: 0o440 } },
    ]
    for (const container of pod.spec.containers)
      container.volumeMounts = [
        { name: 'scratch', mountPath: '/tmp' },
        { name: 'own', mountPath: '/home/app/keys', readOnly: true },
      ]
    expect(podViolations(pod, app)).toEqual([])
  })

  it.each([
    ['gateway', 'deployment'],
    ['knative', 'service'],
  ] as const)('keeps a changed template of %s from being applied, and names it', (driver, name) => {
    const templates = templatesOf(driver)
    const changed = {
      render: (each: string, values: object) =>
        templates
          .render(each, values)
          .replace('      enableServiceLinks: false\n', '      enableServiceLinks: false\n      hostNetwork: true\n'),
    }
    expect(() => renderApp(driver, changed, SAMPLE_APP)).toThrow(ManifestRefused)
    expect(() => renderApp(driver, changed, SAMPLE_APP)).toThrow(
      `the template ${name} of ${driver} makes what must not be applied: spec.template.spec.hostNetwork is not allowed`,
    )
  })

  it('says nothing of what makes no pods', () => {
    for (const driver of DRIVER_NAMES) {
      for (const manifest of renderApp(driver, templatesOf(driver), SAMPLE_APP)) expect(podViolations(manifest, app)).toEqual([])
    }
  })
})
