import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ASSET, EVERY_NODE } from '../../backend/src/modules/richtext/fixtures/every-node.ts'
import { launch, openPage, picture, screenshots, type WatchedPage } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { everyLook } from '../fixtures/look.ts'
import { Api } from '../flows/api.ts'
import { uploadPixel } from '../flows/assets.ts'
import { joinAs } from '../flows/people.ts'
import { signIn } from '../flows/sign-in.ts'

interface Report {
  id: string
  revision: number
  content: unknown
}

const env = environment()
const run = Date.now().toString(36)
const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const doc = (...texts: string[]) => ({ type: 'doc', content: texts.map(paragraph) })

let browser: Browser
let ada: WatchedPage
let bea: WatchedPage
let api: Api
let beas: Api
let project: { id: string; slug: string }
beforeAll(async () => {
  browser = await launch()
  ada = await openPage(browser, env.url)
  bea = await openPage(browser, env.url)
  await signIn(ada.page, env)
  api = await Api.of(ada.context.request)
  const beasId = await joinAs(bea.page, api, `bea-v-${run}`, 'Bea Brandt')
  beas = await Api.of(bea.context.request)
  project = await api.post<{ id: string; slug: string }>('/api/projects', {
    title: `Versions ${run}`,
    summary: 'Names the species of an iris from four lengths.',
  })
  await api.put(`/api/projects/${project.id}/members/user/${beasId}`, { role: 'editor' })
})
afterAll(() => browser.close())

it('shows what a report said earlier, what was changed since, and goes back to it and forth again', async () => {
  const { page, complaints } = ada
  const found: string[] = []
  const begun = doc('The model was trained for one day.', 'It names three species.', 'It was never tried in the field.')
  const { id } = await api.post<Report>(`/api/projects/${project.id}/reports`, { title: 'How it was trained', content: begun })
  const content = async () => (await api.get<Report>(`/api/reports/${id}`)).content
  complaints.length = 0

  await page.goto(`/p/${project.slug}/reports/${id}`)
  await page.getByRole('link', { name: 'Earlier states' }).click()
  await page.getByRole('heading', { name: 'No earlier state yet' }).waitFor()
  found.push(...(await everyLook(page, 'history-empty')))

  const second = doc('The model was trained for two days on four GPUs.', 'It names three species.', 'It was never tried in the field.')
  const third = doc(
    'The model was trained for two days on four GPUs.',
    'It names three species.',
    'Field trials begin in spring.',
    'A last word.',
  )
  await api.patch(`/api/reports/${id}`, { revision: 1, content: second, keep: true })
  await beas.patch(`/api/reports/${id}`, { revision: 2, title: 'How it was trained and tried', content: third })

  // The page has heard of both.
  const states = page.getByRole('navigation', { name: /^States of/ })
  await states.locator('[data-state="2"]').waitFor()
  await page.locator('ins', { hasText: 'A last word.' }).first().waitFor()
  found.push(...(await everyLook(page, 'history')))
  await states.locator('[data-state="1"] a').click()
  await page.locator('del', { hasText: 'one' }).first().waitFor()
  await page.locator('del', { hasText: 'How it was trained' }).first().waitFor()
  await page.getByRole('radio', { name: 'the next state' }).check()
  await page.locator('ins', { hasText: 'A last word.' }).first().waitFor({ state: 'detached' })
  await page.getByRole('tab', { name: 'What changed since' }).press('ArrowRight')
  await page.locator('.rich-view', { hasText: 'The model was trained for one day.' }).waitFor()
  found.push(...(await everyLook(page, 'history-text')))

  // Back, and forth again.
  await page.getByRole('button', { name: 'Put back' }).click()
  await page.getByText('The report is again as it was on').waitFor()
  expect(await content()).toEqual(begun)
  found.push(...(await everyLook(page, 'history-put-back')))
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('The report says again what it said before.').waitFor()
  expect(await content()).toEqual(third)

  // On a phone: the list, then what was chosen.
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`/p/${project.slug}/reports/${id}/history`)
  await states.waitFor()
  expect(await page.getByRole('button', { name: 'Put back' }).count()).toBe(0)
  await picture(page, 'history-list-390')
  await states.locator('[data-state="2"] a').click()
  await page.getByRole('button', { name: 'Put back' }).waitFor()
  await page.getByRole('link', { name: 'All states' }).click()
  await states.waitFor()
  await page.setViewportSize({ width: 1280, height: 900 })

  expect(found).toEqual([])
  expect(complaints).toEqual([])
})

it('withdraws a version for good: its owner alone, with a reason that everyone reads who comes to its address', async () => {
  const { page, complaints } = ada
  const found: string[] = []
  for (const note of ['The first one.', 'With what must not be told.']) {
    await api.post(`/api/projects/${project.id}/publication`, { note })
    const { revision } = await api.get<{ revision: number }>(`/api/projects/${project.id}`)
    await api.patch(`/api/projects/${project.id}`, { revision, summary: `Changed after: ${note}` })
  }
  await bea.page.goto(`/p/${project.slug}/versions`)
  await bea.page.locator('[data-version="2"]').waitFor()
  expect(await bea.page.getByRole('button', { name: /Withdraw/ }).count()).toBe(0)
  // She has it open while it is withdrawn.
  await bea.page.goto(`/p/${project.slug}/v/2`)
  await bea.page.getByText('This is version 2, the newest.').waitFor()

  complaints.length = 0
  await page.goto(`/p/${project.slug}/versions`)
  await page.getByRole('button', { name: 'Withdraw version 2' }).click()
  const dialog = page.getByRole('dialog')
  const confirm = dialog.getByRole('button', { name: 'Withdraw for good' })
  await dialog.getByLabel('Reason').waitFor()
  await expect.poll(() => dialog.getByLabel('Reason').evaluate((field) => field === document.activeElement)).toBe(true)
  await dialog.getByLabel('Type v2 to confirm').fill('v2')
  await expect.poll(() => confirm.isDisabled()).toBe(true)
  await dialog.getByLabel('Reason').fill('It names a person who did not agree to that.')
  found.push(...(await everyLook(page, 'withdraw')))
  await confirm.click()
  await dialog.waitFor({ state: 'detached' })
  await page.locator('[data-version="2"]').getByText('This version was withdrawn: It names a person').waitFor()
  await page.locator('[data-version="1"]').getByText('Newest').waitFor()
  found.push(...(await everyLook(page, 'versions-withdrawn')))

  // Who has it open cites it no more; who comes to its address is told why, and led on.
  await bea.page.getByRole('button', { name: 'Cite' }).click()
  await bea.page.getByRole('heading', { name: 'Version 2 was withdrawn' }).waitFor()
  await bea.page.reload()
  await bea.page.getByRole('heading', { name: 'Version 2 was withdrawn', level: 1 }).waitFor()
  await bea.page.getByText('It names a person who did not agree to that.').waitFor()
  found.push(...(await everyLook(bea.page, 'version-withdrawn')))
  await bea.page.getByRole('link', { name: 'Go to version 1' }).click()
  await bea.page.getByText('This is version 1, the newest.').waitFor()
  await bea.page.getByRole('button', { name: 'Cite' }).click()
  await bea.page.getByRole('dialog').getByText(`/p/${project.slug}/v/1`).first().waitFor()
  await bea.page.keyboard.press('Escape')

  // The last one, from its own page.
  await page.goto(`/p/${project.slug}/v/1`)
  await page.getByRole('button', { name: 'Withdraw' }).click()
  await dialog.getByText('The project then has no published version.').waitFor()
  await dialog.getByLabel('Reason').fill('Too early.')
  await dialog.getByLabel('Type v1 to confirm').fill('v1')
  await confirm.click()
  await page.getByRole('heading', { name: 'Version 1 was withdrawn', level: 1 }).waitFor()
  expect(await page.getByRole('link', { name: /Go to version/ }).count()).toBe(0)

  expect(found).toEqual([])
  expect(complaints).toEqual([])
})

it('is printed whole by the keys of the browser, with charts that were never scrolled to', async () => {
  const chart = (title: string) => ({
    type: 'chart',
    attrs: {
      id: title.toLowerCase(),
      title,
      spec: { data: [{ type: 'scatter', x: [1, 2, 3], y: [3, 1, 2] }], layout: {} },
      source: { kind: 'inline' },
    },
  })
  const lines = Array.from({ length: 80 }, () => paragraph('One of many lines before the charts.'))
  const content = { type: 'doc', content: [...lines, chart('First'), chart('Second')] }
  const { id } = await api.post<Report>(`/api/projects/${project.id}/reports`, { title: 'Charts at its end', content })
  const { page, context, complaints } = await openPage(browser, env.url)
  // What a sheet would show is what is drawn when the dialog opens.
  await page.addInitScript(() => {
    globalThis.print = () => {
      const states = [...document.querySelectorAll<HTMLElement>('main [data-chart-state]')].map(({ dataset }) => dataset['chartState'])
      document.body.dataset['printed'] = `${document.body.dataset['printed'] ?? ''}[${states.join()}]`
    }
  })
  await signIn(page, env)
  complaints.length = 0
  await page.goto(`/p/${project.slug}/reports/${id}`)
  await page.locator('[data-chart-state=waiting]').nth(1).waitFor()
  await page.keyboard.press('Control+p')
  await page.locator('body[data-printed]').waitFor()
  expect(await page.locator('body').getAttribute('data-printed')).toBe('[drawn,drawn]')
  expect(complaints).toEqual([])
  await context.close()
})

it('is printed as a page of its own: nothing to press on it, light, and nothing cut', async () => {
  const asset = await uploadPixel(api, project.id)
  const nodes = { ...EVERY_NODE, content: EVERY_NODE.content.filter(({ type }) => type !== 'video' && type !== 'appEmbed') }
  const content = JSON.parse(JSON.stringify(nodes).replaceAll(ASSET, asset)) as object
  const { id } = await api.post<Report>(`/api/projects/${project.id}/reports`, { title: 'All that a report may hold', content })
  const card = await api.get<{ revision: number }>(`/api/projects/${project.id}/card`)
  await api.put(`/api/projects/${project.id}/card`, { revision: card.revision, section: 'description', content })
  const { number } = await api.post<{ number: number }>(`/api/projects/${project.id}/publication`, { note: 'Printed.' })

  const dark = await openPage(browser, env.url, { dark: true })
  await signIn(dark.page, env)
  const print = async (page: Page, name: string, path: string) => {
    await page.goto(path)
    await page.locator('.rich').first().waitFor()
    await page.locator('[data-chart-state]').first().waitFor()
    // As the button does, and as the browser does.
    await page.evaluate(() => globalThis.dispatchEvent(new Event('beforeprint')))
    await page.locator('[data-chart-state=drawn]').first().waitFor()
    await page.emulateMedia({ media: 'print' })
    await page.setViewportSize({ width: 680, height: 960 })
    await page.screenshot({ path: join(screenshots, `${name}.png`), fullPage: true })
    const shown = await page.evaluate(() =>
      [...document.querySelectorAll('button, [role=button], nav, input:not([type=checkbox]), .q-btn')]
        .filter((element) => element.checkVisibility() && !element.closest('.rich'))
        .map((element) => `${element.tagName} ${element.className} ${element.textContent.slice(0, 40)}`),
    )
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    // Last, since the browser says itself that it has printed.
    await page.pdf({
      path: join(screenshots, `${name}.pdf`),
      format: 'A4',
      margin: { top: '15mm', bottom: '15mm', left: '15mm', right: '15mm' },
    })
    await page.emulateMedia({ media: 'screen' })
    await page.setViewportSize({ width: 1280, height: 900 })
    return { name, shown, ground }
  }
  const seen = [
    await print(dark.page, 'print-project', `/p/${project.slug}`),
    await print(dark.page, 'print-report', `/p/${project.slug}/reports/${id}`),
    await print(dark.page, 'print-version', `/p/${project.slug}/v/${number}`),
  ]
  await dark.context.close()
  expect(seen).toEqual(
    ['print-project', 'print-report', 'print-version'].map((name) => ({ name, shown: [], ground: 'rgb(255, 255, 255)' })),
  )
})
