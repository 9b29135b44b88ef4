import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Download, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CHROMIUM, launch, openPage, picture, sizeOf } from '../fixtures/browser.ts'
import { everyLook, inBothThemes } from '../fixtures/look.ts'
import { ownEnvironment } from '../fixtures/own-environment.ts'
import { Api } from '../flows/api.ts'
import { signIn } from '../flows/sign-in.ts'

interface Project {
  id: string
  slug: string
  revision: number
}

const env = await ownEnvironment('exports', { VITRINE_CHROMIUM: CHROMIUM })
/** So many that their export is still under way when it is cancelled. */
const DRAFTS = 30
const run = Date.now().toString(36)
const EXPORT_MS = 180_000

let browser: Browser
let folder: string
beforeAll(async () => {
  browser = await launch()
  folder = mkdtempSync(join(tmpdir(), 'vitrine-exports-'))
})
afterAll(async () => {
  await browser.close()
  await env.stop()
  rmSync(folder, { recursive: true, force: true })
})

const text = (words: string): object => ({
  type: 'doc',
  content: [{ type: 'paragraph', content: [{ type: 'text', text: words }] }],
})

/** A project with a report, and with a version when it is published. */
async function project(api: Api, title: string, isPublished: boolean): Promise<Project & { report: string }> {
  const made = await api.post<Project>('/api/projects', { title, summary: 'Made to be exported.', tags: [], visibility: 'internal' })
  const report = await api.post<{ id: string }>(`/api/projects/${made.id}/reports`, {
    title: 'What was found',
    content: text(`Found in ${title}.`),
  })
  if (isPublished) await api.post(`/api/projects/${made.id}/publication`, { note: 'To be exported.' })
  return { ...made, report: report.id }
}

/** What a download has in it. */
async function save(download: Download): Promise<string> {
  const path = join(folder, download.suggestedFilename())
  await download.saveAs(path)
  return path
}

/** Waits until nothing lies over a control, wide and narrow: a press at its middle reaches it. */
async function isFree(page: Page, control: Locator): Promise<void> {
  const reached = () =>
    control.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect()
      const at = document.elementFromPoint(left + width / 2, top + height / 2)
      return at !== null && (element === at || element.contains(at))
    })
  for (const width of [390, 1280]) {
    await page.setViewportSize(sizeOf(width))
    await expect.poll(reached, { message: `covered at ${width} px` }).toBe(true)
  }
}

it('an upload that goes on while one is elsewhere covers nothing of the page', async () => {
  const problems: string[] = []
  const { page, context, complaints } = await openPage(browser, env.url)
  await signIn(page, env)
  const { id, slug } = await project(await Api.of(context.request), `Upload ${run}`, false)
  await (await Api.of(context.request)).post('/api/datasets', { projectId: id, name: 'slow' })
  complaints.length = 0
  // The store takes the parts when the test says so.
  let goOn = (): void => undefined
  const held = new Promise<void>((resolve) => (goOn = resolve))
  await page.route(
    (url) => !url.href.startsWith(env.url),
    async (route) => {
      if (route.request().method() === 'PUT') await held
      await route.continue()
    },
  )
  await page.goto(`/p/${slug}/setup/links`)
  await page
    .locator('input[type=file]')
    .first()
    .setInputFiles({ name: 'slow.csv', mimeType: 'text/csv', buffer: Buffer.alloc(200_000, 'x') })
  await page.locator('[data-upload="slow.csv"]').first().waitFor()
  const next = page.getByRole('link', { name: 'Next' })
  await next.click()
  await page.getByRole('heading', { level: 1, name: 'People' }).waitFor()
  const tray = page.getByRole('complementary', { name: 'Activity' })
  await tray.getByText('1 upload under way').waitFor()
  problems.push(...(await everyLook(page, 'exports-tray-closed')))
  await isFree(page, next)
  await tray.getByRole('button', { name: 'Show activity' }).click()
  await tray.locator('[data-upload="slow.csv"]').waitFor()
  problems.push(...(await everyLook(page, 'exports-tray-open')))
  await isFree(page, next)
  await next.click()
  await page.getByRole('heading', { level: 1, name: 'Attributes' }).waitFor()
  goOn()
  await tray.getByText('Uploaded').waitFor()
  await tray.getByRole('button', { name: 'Clear what has ended' }).click()
  await tray.waitFor({ state: 'detached' })
  expect(complaints).toEqual([])
  await context.close()
  expect(problems).toEqual([])
})

it('a reader saves a report as a web page and as a PDF, by keyboard too', async () => {
  const problems: string[] = []
  const { page, context, complaints } = await openPage(browser, env.url)
  await signIn(page, env)
  complaints.length = 0
  const { slug, report } = await project(await Api.of(context.request), `Menu ${run}`, true)
  await page.goto(`/p/${slug}/reports/${report}`)
  const button = page.getByRole('button', { name: 'Export', exact: true })
  const menu = page.getByRole('menu', { name: 'Export' })

  await button.focus()
  await page.keyboard.press('Enter')
  await menu.waitFor()
  const isAt = (name: string): Promise<unknown> =>
    page.waitForFunction((text) => {
      const at = document.activeElement
      return at?.role === 'menuitem' && at.textContent.includes(text) && getComputedStyle(at).outlineStyle === 'solid'
    }, name)
  await isAt('Web page in one file')
  await page.keyboard.press('ArrowDown')
  await isAt('PDF')
  problems.push(...(await inBothThemes(page, 'exports-menu')))
  await page.keyboard.press('Escape')
  await menu.waitFor({ state: 'detached' })
  expect(await button.evaluate((element) => element === document.activeElement)).toBe(true)

  const pick = async (name: string): Promise<Download> => {
    await button.click()
    const [download] = await Promise.all([page.waitForEvent('download', { timeout: 90_000 }), menu.getByText(name).click()])
    return download
  }
  const html = readFileSync(await save(await pick('Web page in one file')), 'utf8')
  expect(html).toContain(`Found in Menu ${run}.`)
  const pdf = await save(await pick('PDF'))
  expect(readFileSync(pdf).subarray(0, 5).toString()).toBe('%PDF-')
  expect(readFileSync(pdf, 'latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0).toBeGreaterThan(0)
  await page.getByText('is saved.').waitFor({ state: 'attached' })

  // What cannot be made says so, and offers what can be done.
  await page.route('**/export?format=pdf*', (route) =>
    route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      headers: { 'retry-after': '15' },
      body: JSON.stringify({ status: 503, code: 'export-busy', title: 'Too many exports are under way', detail: 'Others come first.' }),
    }),
  )
  await button.click()
  await menu.getByText('PDF').click()
  await page.getByText('Others are exporting just now. Try again in 15 s.').waitFor()
  problems.push(...(await everyLook(page, 'exports-busy')))
  await page.setViewportSize(sizeOf(390))
  await page.getByRole('alert').getByRole('button', { name: 'Close' }).click()

  // While it is made one may stop it.
  await page.unroute('**/export?format=pdf*')
  await page.route('**/export?format=pdf*', () => undefined)
  await button.click()
  await menu.waitFor()
  problems.push(...(await inBothThemes(page, 'exports-menu')))
  await menu.getByText('PDF').click()
  await page.getByRole('status').getByText('The PDF is being made').waitFor({ state: 'attached' })
  await page.getByText('The PDF is being made ·').waitFor()
  problems.push(...(await inBothThemes(page, 'exports-making')))
  await page.getByRole('button', { name: 'Stop' }).click()
  await page.getByRole('button', { name: 'Stop' }).waitFor({ state: 'detached' })
  expect(problems).toEqual([])
  // The refusal above is one that the test made.
  expect(complaints.filter((complaint) => !complaint.includes('503'))).toEqual([])
  await context.close()
})

it('an admin exports what is published, watches it, and opens the ZIP', async () => {
  const problems: string[] = []
  const { page, context, complaints } = await openPage(browser, env.url)
  await signIn(page, env)
  complaints.length = 0
  const api = await Api.of(context.request)
  const published = await project(api, `Bulk ${run}`, true)
  const draft = await project(api, `Draft ${run}`, false)

  await page.goto('/admin/exports')
  await page.getByRole('heading', { level: 1, name: 'Exports' }).waitFor()
  await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'New export' }).first().click()
  const form = page.getByRole('dialog', { name: 'New export' })
  await form.getByRole('radio', { name: 'PDF' }).waitFor()
  problems.push(...(await inBothThemes(page, 'exports-form')))
  await form.getByLabel('Private').uncheck()
  await form.getByLabel('Public', { exact: true }).uncheck()
  await form.getByLabel('Internal').uncheck()
  expect(await form.getByRole('button', { name: 'Start export' }).isDisabled()).toBe(true)
  await form.getByLabel('Internal').check()
  await form.getByRole('button', { name: 'Start export' }).click()

  // It opens its own page, which follows it.
  await page.getByRole('heading', { level: 1, name: 'Published versions · Web pages' }).waitFor()
  const task = page.locator('section[data-task]')
  await picture(page, 'exports-running')
  await page.locator('section[data-task][data-state=succeeded]').waitFor({ timeout: EXPORT_MS })
  const id = (await task.getAttribute('data-task')) ?? ''
  await page.goto(`/admin/exports/${id}?state=skipped`)
  const reason = 'It has no published version. Publish it, or export drafts.'
  const skipped = page.getByRole('region', { name: 'Projects' }).getByRole('row').filter({ hasText: reason }).first()
  await skipped.getByText('Skipped').waitFor()
  problems.push(...(await everyLook(page, 'exports-task')))

  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: /Download ZIP/ }).click()])
  const zip = await save(download)
  const names = execFileSync(
    'python3',
    ['-c', `import sys,zipfile; z=zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print("\\n".join(z.namelist()))`, zip],
    {
      encoding: 'utf8',
    },
  )
    .trim()
    .split('\n')
  const page1 = `${published.slug}/${published.slug}-v1.html`
  expect(names).toEqual(expect.arrayContaining(['index.html', 'manifest.json', page1]))
  expect(names.filter((name) => name.startsWith(`${draft.slug}/`))).toEqual([])
  const read = (name: string): Buffer => execFileSync('unzip', ['-p', zip, name])
  expect(read(page1).toString()).toContain(`Found in Bulk ${run}.`)
  const manifest = read('manifest.json').toString()
  expect(manifest).toContain(createHash('sha256').update(read(page1)).digest('hex'))
  const told = (JSON.parse(manifest) as { projects: { slug: string; outcome: string; reason: string | null }[] }).projects
  expect(told.find(({ slug }) => slug === draft.slug)).toMatchObject({ outcome: 'skipped', reason })

  // Elsewhere the activity tells of it: how far it is, that it ended, and the way to it.
  for (let count = 0; count < DRAFTS; count += 1) await api.post('/api/projects', { title: `Draft ${count}`, visibility: 'internal' })
  const drafts = await api.post<{ id: string }>('/api/admin/exports', { what: 'drafts', format: 'pdf', visibility: ['internal'] })
  await page.goto('/')
  const tray = page.getByRole('complementary', { name: 'Activity' })
  await tray.getByText('1 export under way').waitFor()
  await picture(page, 'exports-tray-task')
  await tray.getByRole('button', { name: 'Show activity' }).click()
  await tray.getByRole('link', { name: 'Drafts · PDF' }).click()
  await page.getByRole('button', { name: 'Cancel export' }).click()
  const sure = page.getByRole('dialog', { name: 'Cancel this export?' })
  await sure.getByRole('button', { name: 'Cancel export' }).click()
  await page.locator('section[data-task][data-state=cancelled]').waitFor({ timeout: EXPORT_MS })
  problems.push(...(await inBothThemes(page, 'exports-cancelled')))
  await page.getByRole('button', { name: 'Try the rest again' }).click()
  await page.locator('section[data-task]:not([data-state=cancelled])').waitFor()
  await page.getByRole('button', { name: 'Cancel export' }).click()
  await sure.getByRole('button', { name: 'Cancel export' }).click()
  await page.locator('section[data-task][data-state=cancelled]').waitFor({ timeout: EXPORT_MS })

  await page.goto('/admin/exports')
  await page.locator('[data-task]').nth(1).waitFor()
  problems.push(...(await everyLook(page, 'exports-list')))
  const row = page.getByRole('row').filter({ has: page.locator(`[data-task="${drafts.id}"]`) })
  await row.getByRole('button', { name: /Actions for the export/ }).click()
  await page.getByRole('menuitem', { name: 'Delete export' }).click()
  await page.getByRole('dialog', { name: 'Delete this export?' }).getByRole('button', { name: 'Delete export' }).click()
  await row.waitFor({ state: 'detached' })
  expect(problems).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
})
