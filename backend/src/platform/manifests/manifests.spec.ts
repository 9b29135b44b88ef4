import { describe, expect, it } from 'vitest'
import { renderApp, renderProject, SAMPLE_APP, SAMPLE_PROJECT } from './manifests.js'
import { loadTemplates } from './templates.js'

const templates = loadTemplates(new URL('../../../../manifests-templates', import.meta.url).pathname, 'knative')

describe('manifests of knative', () => {
  it('renders', () => {
    const t = performance.now()
    for (let i = 0; i < 200; i++) renderApp(templates, SAMPLE_APP)
    console.log(
      (performance.now() - t) / 200,
      JSON.stringify(renderApp(templates, SAMPLE_APP), null, 1),
      renderProject(templates, SAMPLE_PROJECT).length,
    )
    const env = Array.from({ length: 100 }, (_, i) => ({ name: 'A' + i, value: 'x'.repeat(i) }))
    const t2 = performance.now()
    for (let i = 0; i < 50; i++) renderApp(templates, { ...SAMPLE_APP, env })
    console.log((performance.now() - t2) / 50)
    expect(1).toBe(1)
  })
})
