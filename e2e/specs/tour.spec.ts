import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, openPage } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { FIRST_LOAD_LIMIT, firstLoad } from '../fixtures/first-load.ts'
import { look, LOOKS } from '../fixtures/look.ts'
import { EVERY_NODE, ASSET, ENGINE } from '../../backend/src/modules/richtext/fixtures/every-node.ts'
import { Api } from '../flows/api.ts'
import { uploadPixel } from '../flows/assets.ts'
import { signIn } from '../flows/sign-in.ts'

interface Engine {
  id: string
  status: { phase: string; cause: { code: string } | null }
}

const env = environment()

let browser: Browser
let slug: string
let failing: string
let report: string

/** A project with an app that runs and one whose image does not exist: both sides of every page. */
beforeAll(async () => {
  browser = await launch()
  const { page, context } = await openPage(browser, env.url)
  await signIn(page, env)
  const api = await Api.of(context.request)
  const make = async (title: string, image: string, phases: string[]) => {
    const project = await api.post<{ id: string; slug: string }>('/api/projects', {
      title,
      summary: 'Names the species of an iris from four lengths, with the probability of each.',
      task: 'tabular-classification',
      tags: ['scikit-learn', 'gradio'],
    })
    await api.post('/api/datasets', { projectId: project.id, name: 'iris' })
    const engine = await api.post<Engine>('/api/engines', {
      projectId: project.id,
      name: 'demo',
      image,
      port: 7860,
      env: { GREETING: 'hello' },
    })
    await api.until<Engine>(`/api/engines/${engine.id}`, ({ status }) => phases.includes(status.phase), 180_000)
    return { ...project, engineId: engine.id }
  }
  const [running, failed] = await Promise.all([
    make('Tour of a running app', env.image, ['Running', 'Idle']),
    make('Tour of a failed app', `${env.image}-does-not-exist`, ['Failed']),
  ])
  ;[slug, failing] = [running.slug, failed.slug]
  const asset = await uploadPixel(api, running.id)
  // The one picture cannot stand for a film and its captions.
  const nodes = { ...EVERY_NODE, content: EVERY_NODE.content.filter(({ type }) => type !== 'video') }
  const content = JSON.parse(JSON.stringify(nodes).replaceAll(ASSET, asset).replaceAll(ENGINE, running.engineId)) as object
  report = (await api.post<{ id: string }>(`/api/projects/${running.id}/reports`, { title: 'All that a text may hold', content })).id
  await api.patch(`/api/reports/${report}`, { revision: 1, title: 'All that a report may hold', keep: true })
  const card = await api.get<{ revision: number }>(`/api/projects/${running.id}/card`)
  await api.put(`/api/projects/${running.id}/card`, { revision: card.revision, section: 'description', content })
  await api.post(`/api/projects/${running.id}/publication`, { note: 'The first version that others may cite.' })
  await context.close()
}, 300_000)
afterAll(() => browser.close())

const pages = (): [name: string, path: string][] => [
  ['catalogue', '/'],
  ['catalogue-nothing', '/?q=nothing-has-this-name'],
  ['mine', '/mine'],
  ['new', '/new'],
  ['overview', `/p/${slug}`],
  ['app', `/p/${slug}/app`],
  ['app-revisions', `/p/${slug}/app?show=revisions`],
  ['app-new', `/p/${slug}/deploy`],
  ['app-edit', `/p/${slug}/app/demo/edit`],
  ['app-failed', `/p/${failing}/app`],
  ['data', `/p/${slug}/data`],
  ['reports', `/p/${slug}/reports`],
  ['report', `/p/${slug}/reports/${report}`],
  ['report-edit', `/p/${slug}/reports/${report}/edit`],
  ['report-history', `/p/${slug}/reports/${report}/history`],
  ['setup-basics', `/p/${slug}/setup/basics`],
  ['setup-links', `/p/${slug}/setup/links`],
  ['setup-people', `/p/${slug}/setup/people`],
  ['setup-attributes', `/p/${slug}/setup/attributes`],
  ['setup-card', `/p/${slug}/setup/card`],
  ['setup-performance', `/p/${slug}/setup/performance`],
  ['setup-app', `/p/${slug}/setup/app`],
  ['publish', `/p/${slug}/publish`],
  ['publish-preview', `/p/${slug}/publish/preview`],
  ['versions', `/p/${slug}/versions`],
  ['version', `/p/${slug}/v/1`],
  ['manage', `/p/${slug}/manage`],
  ['members', `/p/${slug}/members`],
  ['settings', '/settings'],
  ['settings-password', '/settings/password'],
  ['settings-sessions', '/settings/sessions'],
  ['settings-tokens', '/settings/tokens'],
  ['admin-users', '/admin/users'],
  ['admin-import', '/admin/users/import'],
  ['admin-groups', '/admin/groups'],
  ['admin-apps', '/admin/apps'],
  ['admin-limits', '/admin/limits'],
  ['admin-sweep', '/admin/sweep'],
  ['admin-publication', '/admin/publication'],
  ['admin-exports', '/admin/exports'],
  ['admin-tokens', '/admin/tokens'],
  ['admin-sessions', '/admin/sessions'],
  ['admin-audit', '/admin/audit'],
  ['groups', '/groups'],
  ['not-found', '/no/such/page'],
]

// A page is loaded in the look that the one before it was left in, and turned to the others in place: each look is one that pages begin in.
it('every page, in every look, has no barrier that axe finds, does not scroll sideways and complains of nothing', async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  const problems: string[] = []
  let looks = LOOKS
  const lookAt = async (name: string) => {
    for (const each of looks) problems.push(...(await look(page, `tour-${name}`, each)))
    looks = [...looks.slice(-1), ...looks.slice(0, -1)]
  }
  await page.goto('/')
  await page.getByLabel('User name').waitFor()
  await lookAt('sign-in')
  await signIn(page, env)
  complaints.length = 0
  for (const [name, path] of pages()) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await lookAt(name)
  }
  expect(problems).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
})

it('loads little script before the catalogue is shown, and none of what only an editor or a chart needs', async () => {
  const { page, context } = await openPage(browser, env.url)
  await signIn(page, env)
  const state = await context.storageState()
  await context.close()
  const fresh = await openPage(browser, env.url, { state })
  const { bytes, files } = await firstLoad(fresh.page, '/')
  expect(files.length).toBeGreaterThan(1)
  expect(files.filter(({ name }) => /^(?:plotly|vanilla-jsoneditor|katex|lowlight|plyr|schema|RichText)/.test(name))).toEqual([])
  expect(bytes, JSON.stringify(files)).toBeLessThanOrEqual(FIRST_LOAD_LIMIT)
  await fresh.context.close()
})
