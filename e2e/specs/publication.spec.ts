import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { barriers } from '../fixtures/axe.ts'
import { launch, openPage, picture } from '../fixtures/browser.ts'
import { onCluster, ownEnvironment } from '../fixtures/own-environment.ts'
import { Api } from '../flows/api.ts'
import { signIn } from '../flows/sign-in.ts'

const dataFile = resolve(import.meta.dirname, '../../examples/iris-classifier/iris.csv')
const DEPLOY_MS = 180_000
const run = Date.now().toString(36)
/** One on which everyone may read what is public. */
const env = await ownEnvironment('publication', { VITRINE_PUBLIC_ACCESS: 'on', ...onCluster(`p${run.slice(-4)}`) })

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  await env.stop()
})

it('goes through the wizard to a public project that anyone reads, tries and cites; a new version leaves the old permalink as it was', async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  const title = `Iris published ${run}`
  const found: string[] = []
  const check = async (checked: Page, where: string): Promise<void> => {
    found.push(...(await barriers(checked)).map((each) => `${where}: ${each}`))
  }
  const step = async (name: string): Promise<void> => {
    await page.getByRole('navigation', { name: 'Steps' }).locator(`[data-step=${name}] [aria-current=step]`).waitFor()
    await picture(page, `wizard-${name}`)
    await check(page, name)
  }
  const next = (): Promise<void> => page.getByRole('link', { name: 'Next' }).click()
  const saved = (): Promise<void> => page.getByRole('status').getByText('Saved', { exact: true }).waitFor()
  await signIn(page, env, '/login')
  complaints.length = 0

  // Step by step; what is typed is stored without being asked for.
  await page.goto('/new')
  await page.getByLabel('Title').fill(title)
  await page.getByRole('button', { name: 'Create and go on' }).click()
  await step('basics')
  await page.getByLabel('Summary').fill('Names the species of an iris from four lengths.')
  await saved()
  await next()
  await step('links')
  await page.getByRole('button', { name: 'Add a link' }).click()
  await page.getByLabel('Title').fill('Training run')
  await page.getByLabel('Address').fill('https://tracker.example/runs/42')
  await page.getByLabel('New data set').fill('iris')
  await page.getByRole('button', { name: 'Create data set' }).click()
  await page.locator('[data-dataset=iris] input[type=file]').setInputFiles(dataFile)
  await page
    .locator('[data-dataset=iris]')
    .getByText(/^1 file/)
    .waitFor()
  await saved()
  await page.keyboard.press('Control+Enter')
  await step('people')
  await page.getByRole('button', { name: 'Add me' }).click()
  await saved()

  // On another machine it goes on at the first step that is missing.
  const other = await openPage(browser, env.url)
  await signIn(other.page, env, '/login')
  await other.page.goto(`/p/${new URL(page.url()).pathname.split('/')[2]}/setup`)
  await other.page.getByRole('heading', { name: 'Attributes', level: 1 }).waitFor()
  await other.context.close()

  await next()
  await step('attributes')
  await page.getByLabel('Task').selectOption('tabular-classification')
  await page.getByLabel('Licence').selectOption('Apache-2.0')
  await saved()
  await next()
  await step('card')
  await page.locator('[data-section=description] .ProseMirror').fill('It names the species of an iris.')
  await page.getByRole('button', { name: /^Limitations/ }).click()
  await page.getByRole('button', { name: 'Begin with a suggestion' }).click()
  await saved()
  await next()
  await step('performance')
  await page.getByRole('button', { name: 'Begin with a suggestion' }).click()
  await saved()
  await next()
  await step('app')
  await page.getByLabel('Name', { exact: true }).fill('classifier')
  await page.getByLabel('Image', { exact: true }).fill(env.image)
  await page.getByLabel('Port', { exact: true }).fill('7860')
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByText('Running', { exact: true }).first().waitFor({ timeout: DEPLOY_MS })
  await page.getByRole('button', { name: 'Promote' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Promote' }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await picture(page, 'wizard-app-running')
  await next()
  await step('publish')

  // What readers will see, then the version.
  await page.getByRole('link', { name: 'See exactly what readers will see' }).click()
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
  await picture(page, 'publish-preview')
  await check(page, 'preview')
  await page.goBack()
  await page.getByRole('radio', { name: /Public/ }).check()
  await page.getByLabel('What is new').fill('The first version.')
  await page.getByRole('button', { name: 'Publish version 1' }).click()
  await page.getByRole('heading', { name: 'Version 1 is published' }).waitFor()
  await picture(page, 'publish-done')
  await check(page, 'published')
  const permalink = await page.locator('.published code').innerText()

  // Someone without an account reads it, tries it, cites it.
  const reader = await openPage(browser, env.url)
  await reader.page.goto(permalink)
  await reader.page.getByRole('heading', { name: title, level: 1 }).waitFor()
  await reader.page.getByText('Intact').waitFor()
  await reader.page.getByText('It names the species of an iris.').waitFor()
  await check(reader.page, 'permalink')
  await picture(reader.page, 'version-anonymous')
  await reader.page.getByRole('button', { name: 'Cite' }).click()
  await reader.page.getByRole('tab', { name: 'CITATION.cff' }).click()
  const [download] = await Promise.all([
    reader.page.waitForEvent('download'),
    reader.page.getByRole('button', { name: 'Download' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('CITATION.cff')
  expect(readFileSync(await download.path(), 'utf8')).toContain(`title: ${title}`)
  await picture(reader.page, 'version-cite')
  await check(reader.page, 'cite')
  await reader.page.keyboard.press('Escape')
  await reader.page.getByRole('link', { name: 'Try the app: classifier' }).click()
  await reader.page.frameLocator('iframe').getByRole('button', { name: 'Predict' }).click({ timeout: 60_000 })

  // A change, a second version, and what it changed.
  const slug = new URL(permalink).pathname.split('/')[2] ?? ''
  const api = await Api.of(context.request)
  const project = await api.get<{ id: string; revision: number }>(`/api/projects/${slug}`)
  const first = await api.get<{ hash: string }>(`/api/projects/${project.id}/versions/1`)
  await api.patch(`/api/projects/${project.id}`, {
    revision: project.revision,
    summary: 'Names the species of a flower from four lengths.',
  })
  await page.goto(`/p/${slug}/publish`)
  await page.getByText('Changed since version 1').waitFor()
  await page.getByRole('button', { name: 'Publish version 2' }).click()
  await page.getByRole('heading', { name: 'Version 2 is published' }).waitFor()
  await page.goto(`/p/${slug}/versions`)
  const difference = page.getByRole('region', { name: 'Compare' })
  await difference.locator('ins', { hasText: 'of a flower' }).waitFor()
  await difference.locator('del', { hasText: 'of an iris' }).waitFor()
  await picture(page, 'versions')
  await check(page, 'versions')

  // The first is as it was, and says that there is a newer one.
  await reader.page.goto(permalink)
  await reader.page.getByText('Names the species of an iris from four lengths.').waitFor()
  await reader.page.getByText('There is a newer one.').waitFor()
  expect((await api.get<{ hash: string }>(`/api/projects/${project.id}/versions/1`)).hash).toBe(first.hash)

  expect(found).toEqual([])
  expect(complaints).toEqual([])
  await reader.context.close()
  await context.close()
}, 600_000)
