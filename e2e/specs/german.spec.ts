import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, PATIENCE_MS, picture, sizeOf } from '../fixtures/browser.ts'
import { onCluster, ownEnvironment } from '../fixtures/own-environment.ts'
import { Api } from '../flows/api.ts'
import { slipsOf } from '../flows/german.ts'
import { sendForm, signIn } from '../flows/sign-in.ts'

interface Project {
  id: string
  slug: string
}
interface Engine {
  id: string
  status: { phase: string }
}

const env = await ownEnvironment('german', onCluster('german'))
/** Of this run alone. */
const run = `d${Date.now().toString(36)}`
const NARROW = 390

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  await env.stop()
})

/** A browser of someone who reads German, or of someone who reads English. */
async function open(locale: 'de-DE' | 'en-GB', width: number): Promise<BrowserContext> {
  const context = await browser.newContext({ baseURL: env.url, locale, viewport: sizeOf(width), timezoneId: 'Europe/Berlin' })
  context.setDefaultTimeout(PATIENCE_MS)
  return context
}

/** What the form calls its parts. */
const german = { username: 'Benutzername', password: 'Passwort', submit: 'Anmelden' }

it('speaks German to a browser that asks for it, on every page, also of what goes wrong, and fits a phone', async () => {
  const context = await open('de-DE', NARROW)
  const page = await context.newPage()
  const found: string[] = []
  /** What people wrote: this journey, and whoever set up the sizes of apps. */
  const written = [run]
  const own = (text: string): boolean => written.some((words) => text.includes(words))
  const look = async (name: string): Promise<void> => {
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
    await picture(page, `german-${name}`)
    expect(await page.locator('html').getAttribute('lang')).toBe('de')
    found.push(...(await slipsOf(page, own)).map(([why, text]) => `${name}: ${why}: ${text}`))
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (overflow > 0) found.push(`${name}: scrolls sideways by ${overflow} px`)
  }
  const go = async (path: string): Promise<void> => {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
  }

  // A wrong password, then the right one.
  await page.goto('/')
  await sendForm(page, { username: `niemand-${run}`, password: 'nicht das richtige' }, german)
  await page.getByRole('alert').first().waitFor()
  await look('sign-in-wrong')
  await sendForm(page, env, german)
  await page.getByRole('heading', { name: 'Projekte', level: 1 }).waitFor()

  const api = await Api.of(context.request)
  const { items: sizes } = await api.get<{ items: { title: string; description: string }[] }>('/api/sizes')
  written.push(...sizes.flatMap(({ title, description }) => [title, ...(description ? [description] : [])]))
  const { id, slug } = await api.post<Project>('/api/projects', {
    ...{ title: `Schwertlilien ${run}`, summary: `Benennt die Art einer Schwertlilie ${run}.`, task: 'tabular-classification' },
    ...{ tags: ['botanik'] },
  })
  const paragraph = { type: 'paragraph', content: [{ type: 'text', text: `Worum es geht ${run}` }] }
  const report = await api.post<{ id: string }>(`/api/projects/${id}/reports`, {
    ...{ title: `Bericht ${run}`, content: { type: 'doc', content: [paragraph] } },
  })
  const set = await api.post<{ id: string }>('/api/datasets', { projectId: id, name: `Messungen ${run}` })
  const bytes = Buffer.alloc(1536, 'x')
  const upload = await api.post<{ id: string; parts: { url: string }[] }>('/api/uploads', {
    ...{ target: { kind: 'dataset', id: set.id }, name: 'messung.csv', size: bytes.length, contentType: 'text/csv' },
  })
  const sent = await fetch(upload.parts[0]?.url ?? '', { method: 'PUT', body: bytes })
  await api.post(`/api/uploads/${upload.id}/complete`, { parts: [{ number: 1, etag: sent.headers.get('etag') }] })
  await api.post(`/api/projects/${id}/publication`, { note: `Die erste Version ${run}` })

  // An export that leaves a draft out.
  await api.post('/api/projects', { title: `Entwurf ${run}` })
  const all = await api.post<{ id: string }>('/api/admin/exports', { format: 'html', what: 'published' })

  // An app that runs, and one whose image nobody has pushed; they are looked at last.
  const deploy = (name: string, image: string): Promise<Engine> =>
    api.post<Engine>('/api/engines', { projectId: id, name, image, port: 8080 })
  const engines = [await deploy('hallo', env.hello), await deploy('fehlt', `${env.hello}-gibt-es-nicht`)]

  // What is refused: by the page, and by the portal.
  await go('/new')
  await page.getByRole('button', { name: 'Anlegen und weiter' }).click()
  await page.getByText('Geben Sie dem Projekt einen Titel.').waitFor()
  await look('new-refused')
  await go(`/p/${slug}/data`)
  await page.getByRole('button', { name: 'Neuer Datensatz' }).click()
  await page.getByLabel('Name', { exact: true }).fill(`Messungen ${run}`)
  await page.getByRole('button', { name: 'Datensatz anlegen' }).click()
  await page.getByRole('alert').first().waitFor()
  await page.getByText('1,5 KiB').first().waitFor()
  await look('data-refused')

  // The editor, with its menu and the panel of charts.
  await go(`/p/${slug}/reports/${report.id}/edit`)
  const text = page.getByRole('textbox', { name: /^Text des Berichts/ })
  await text.click()
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Enter')
  await page.keyboard.type('/')
  await page.getByRole('option', { name: /^Überschrift Ein/ }).waitFor()
  await look('slash-menu')
  await page.keyboard.type('diagramm')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('dialog', { name: 'Diagramm' })
  await panel.getByLabel('Zahlen', { exact: true }).fill('Epoche,Verlust\n1,0.9\n2,0.4')
  await panel.getByLabel('Art des Diagramms').waitFor()
  await look('chart-panel')
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  await page.locator('[data-state=saved]').waitFor()

  const pages: [name: string, path: string][] = [
    ['catalogue', `/?q=${run}`],
    ['catalogue-nothing', `/?q=${run}-gibt-es-nicht`],
    ['mine', '/mine'],
    ['overview', `/p/${slug}`],
    ['deploy', `/p/${slug}/deploy`],
    ['reports', `/p/${slug}/reports`],
    ['report', `/p/${slug}/reports/${report.id}`],
    ['history', `/p/${slug}/reports/${report.id}/history`],
    ...['basics', 'links', 'people', 'attributes', 'card', 'performance', 'app', 'publish'].map((step): [string, string] => [
      `setup-${step}`,
      `/p/${slug}/setup/${step}`,
    ]),
    ['publish', `/p/${slug}/publish`],
    ['preview', `/p/${slug}/publish/preview`],
    ['versions', `/p/${slug}/versions`],
    ['version', `/p/${slug}/v/1`],
    ['members', `/p/${slug}/members`],
    ['manage', `/p/${slug}/manage`],
    ['settings', '/settings'],
    ['settings-password', '/settings/password'],
    ['settings-sessions', '/settings/sessions'],
    ['settings-tokens', '/settings/tokens'],
    ...['users', 'users/import', 'groups', 'apps', 'limits', 'publication', 'exports', 'sweep', 'tokens', 'sessions', 'audit'].map(
      (page): [string, string] => [`admin-${page.replace('/', '-')}`, `/admin/${page}`],
    ),
    ['groups', '/groups'],
    ['not-found', '/gibt/es/nicht'],
  ]
  for (const [name, path] of pages) {
    await go(path)
    await look(name)
  }
  await api.until<{ state: string }>(`/api/tasks/${all.id}`, ({ state }) => state === 'succeeded', PATIENCE_MS)
  await go(`/admin/exports/${all.id}`)
  await page.getByText('Es hat keine veröffentlichte Version.').waitFor()
  await look('admin-export')
  for (const [engine, phase] of [
    [engines[0], 'Running'],
    [engines[1], 'Failed'],
  ] as const)
    await api.until<Engine>(`/api/engines/${engine?.id ?? ''}`, ({ status }) => status.phase === phase, 90_000)
  for (const [name, path] of [
    ['app-running', 'app/hallo'],
    ['app-revisions', 'app/hallo?show=revisions'],
    ['app-edit', 'app/hallo/edit'],
    ['app-failed', 'app/fehlt'],
  ] as const) {
    await go(`/p/${slug}/${path}`)
    await look(name)
  }
  for (const engine of engines) await api.delete(`/api/engines/${engine.id}`)
  await context.close()
  expect(found).toEqual([])
}, 180_000)

it('speaks the language that was chosen in the settings, with its numbers and dates, and keeps it', async () => {
  const context = await open('en-GB', 1280)
  const page = await context.newPage()
  await signIn(page, env)
  expect(await page.locator('html').getAttribute('lang')).toBe('en')
  await page.goto('/settings')
  await page.getByRole('combobox', { name: 'Language' }).selectOption({ label: 'Deutsch' })
  await page.getByRole('heading', { name: 'Einstellungen', level: 1 }).waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('de')
  await page.goto('/settings/sessions')
  await page.getByRole('heading', { name: 'Sitzungen' }).waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('de')
  await page.goto('/admin/users')
  const time = page.locator('td time').first()
  await time.waitFor()
  expect(await time.getAttribute('title')).toMatch(/^\d{1,2}\. \p{L}+ 20\d\d um \d{2}:\d{2}:\d{2}$/u)
  expect(await time.innerText()).toMatch(/^(?:vor |gestern|vorgestern|jetzt)/)
  await picture(page, 'german-chosen')
  await context.close()
})
