import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { barriers } from '../fixtures/axe.ts'
import { launch, openPage, picture } from '../fixtures/browser.ts'
import { everyLook } from '../fixtures/look.ts'
import { ownEnvironment } from '../fixtures/own-environment.ts'
import { Api } from '../flows/api.ts'
import { signIn } from '../flows/sign-in.ts'

/** One on which everyone may read what is public. */
const env = await ownEnvironment('figures', { VITRINE_PUBLIC_ACCESS: 'on' })
const run = Date.now().toString(36)
const OLD = [0.9125, 0.5, 0.3]
const NEW = [0.9125, 0.4375, 0.1875, 0.0625]

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  await env.stop()
})

/** A figure as plotly.py writes it. */
const figure = (y: readonly number[]): object => ({
  data: [{ type: 'scatter', mode: 'lines+markers', name: 'validation', x: y.map((_, epoch) => epoch + 1), y, line: { color: '#636efa' } }],
  layout: { title: { text: 'Loss by epoch' }, xaxis: { title: { text: 'epoch' } }, yaxis: { title: { text: 'loss' } }, template: {} },
})

/** The numbers that Plotly has drawn. */
const drawn = (within: Locator): Promise<number[]> =>
  within
    .locator('.js-plotly-plot')
    .first()
    .evaluate((plot) => Array.from((plot as unknown as { data: { y: ArrayLike<number> }[] }).data[0]?.y ?? []))

it('pushes a figure, puts it into the text, and lets readers choose between what was written about and what is new', async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  const found: string[] = []
  const check = async (checked: Page, where: string): Promise<void> => {
    await picture(checked, `figures-${where}`)
    found.push(...(await barriers(checked)).map((each) => `${where}: ${each}`))
  }
  await signIn(page, env, '/login')
  complaints.length = 0
  const api = await Api.of(context.request)
  const policy = await api.get<{ revision: number }>('/api/publication/policy')
  await api.put('/api/publication/policy', {
    ...policy,
    ...{ requireLicence: false, minLimitationsWords: 0, requireDataset: false, requireAppReady: false, enforced: false },
  })
  const { id, slug } = await api.post<{ id: string; slug: string }>('/api/projects', {
    title: `Figures ${run}`,
    summary: 'How a loss falls.',
  })
  const { token } = await api.post<{ token: string }>('/api/iam/tokens', { name: 'CI', scopes: ['projects:write'], projectId: id })
  const push = async (name: string, y: readonly number[]): Promise<void> => {
    const answer = await fetch(`${env.url}/api/projects/${id}/figures/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(figure(y)),
    })
    expect(answer.status, await answer.text()).toBe(200)
  }

  // The step explains where plots come from; one that is pushed appears by itself.
  await page.goto(`/p/${slug}/setup/performance`)
  await page.getByRole('heading', { name: 'No plots yet' }).waitFor()
  await check(page, 'wizard-empty')
  await push('loss-curve', OLD)
  const card = page.locator('[data-figure=loss-curve]')
  await card.locator('.js-plotly-plot').waitFor()

  // Another by a file.
  await page
    .locator('[data-test=figure]')
    .setInputFiles({ name: 'Scratch plot.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(figure([1, 2]))) })
  await page.getByLabel('Name', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Add figure' }).click()
  const scratch = page.locator('[data-figure=scratch-plot]')
  await scratch.locator('.js-plotly-plot').waitFor()

  // Into the text with one press, then what it says.
  await card.getByRole('button', { name: 'Add Loss by epoch to the text' }).click()
  await card.getByText('In the text').waitFor()
  const section = page.locator('[data-section=performance]')
  await section.locator('.chart-node .js-plotly-plot').waitFor()
  await page.getByRole('status').getByText('Saved', { exact: true }).waitFor()
  await expect.poll(() => drawn(section)).toEqual(OLD)
  await check(page, 'wizard-text')
  await page.getByRole('link', { name: 'Next' }).click({ trial: true })

  // What goes with a figure is said before it goes.
  await card.getByRole('button', { name: 'Delete the figure loss-curve' }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByText('“Loss by epoch” in the card, Performance').waitFor()
  await check(page, 'delete')
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'detached' })
  await scratch.getByRole('button', { name: 'Delete the figure scratch-plot' }).click()
  await dialog.getByText('No chart of the card or of a report was taken from it.').waitFor()
  await dialog.getByRole('button', { name: 'Delete figure' }).click()
  await scratch.waitFor({ state: 'detached' })

  // Into a report by the panel of a chart.
  const report = await api.post<{ id: string }>(`/api/projects/${id}/reports`, { title: 'What was learned' })
  await page.goto(`/p/${slug}/reports/${report.id}/edit`)
  await page.getByRole('textbox', { name: /Text of the report/ }).click()
  await page.keyboard.type('/chart')
  await page.getByRole('listbox').waitFor()
  await page.keyboard.press('Enter')
  const panel = page.getByRole('dialog', { name: 'Chart' })
  await panel.getByRole('radio', { name: 'From a figure' }).click()
  await panel.getByRole('radio', { name: /Loss by epoch/ }).check()
  await panel.locator('.js-plotly-plot .scatterlayer .trace').first().waitFor()
  await check(page, 'panel')
  await panel.getByRole('button', { name: 'Put into the text' }).click()
  await panel.waitFor({ state: 'detached' })
  await page.locator('[data-state=saved]').waitFor()
  await page.getByText('From the figure loss-curve, taken').waitFor()

  // Published; someone without an account reads it.
  await api.post(`/api/projects/${id}/publication`, { note: 'With a figure.', visibility: 'public' })
  const reader = await openPage(browser, env.url)
  /** Who has no account asks who he is, and hears that nobody knows. */
  const unexpected = (): string[] => reader.complaints.filter((text) => !text.endsWith('/api/auth/me)'))
  const chart = reader.page.locator(':is([data-section=performance], #card-performance) .chart-node')
  const seen = async (path: string): Promise<void> => {
    await reader.page.goto(path)
    await chart.scrollIntoViewIfNeeded()
    await chart.locator('.js-plotly-plot').waitFor()
  }
  const moved = chart.getByText('The data has moved since')
  const live = chart.getByRole('radio', { name: /^Live/ })
  const asWritten = chart.getByRole('radio', { name: /^As written/ })
  await seen(`/p/${slug}/v/1`)
  await expect.poll(() => drawn(chart)).toEqual(OLD)
  await expect.poll(() => live.isEnabled()).toBe(true)
  expect(await moved.count()).toBe(0)

  // The figure moves. Who is signed in sees it at once; others as soon as they look again.
  await page.goto(`/p/${slug}/reports/${report.id}`)
  const inReport = page.locator('.chart-node')
  await inReport.locator('.js-plotly-plot').waitFor()
  await push('loss-curve', NEW)
  await inReport.getByText('The data has moved since').waitFor()
  await seen(`/p/${slug}/v/1`)
  await moved.waitFor()
  await expect.poll(() => drawn(chart)).toEqual(OLD)
  // Each chart of the page has a switch of its own.
  await expect.poll(() => reader.page.locator('input[value=written]:checked').count()).toBe(2)
  await check(reader.page, 'version-moved')

  // By keyboard to the live figure, told to those who do not see it, and back.
  await asWritten.focus()
  await reader.page.keyboard.press('ArrowRight')
  await chart.getByRole('status').getByText('Loss by epoch: now live.').waitFor()
  await expect.poll(() => drawn(chart)).toEqual(NEW)
  await check(reader.page, 'version-live')
  await reader.page.keyboard.press('ArrowLeft')
  await chart.getByRole('status').getByText('Loss by epoch: now as it was written.').waitFor()
  await expect.poll(() => drawn(chart)).toEqual(OLD)

  // What is exported is what was published.
  const exported = await (await reader.context.request.get(`/api/projects/${id}/versions/1/export?format=html`)).text()
  expect(exported).toContain('0.9125')
  expect(exported).not.toContain('0.4375')

  // Live follows while one looks: the report, signed in, without asking.
  await inReport.getByRole('radio', { name: /^Live/ }).check()
  await expect.poll(() => drawn(inReport)).toEqual(NEW)
  await push('loss-curve', [...NEW, 0.03125])
  await expect.poll(() => drawn(inReport)).toEqual([...NEW, 0.03125])
  await check(page, 'report-live')

  // A load that fails says so, and can be tried again.
  expect(found).toEqual([])
  expect(unexpected()).toEqual([])
  await reader.page.route('**/api/figures/*/spec', (route) => route.abort())
  await seen(`/p/${slug}/v/1`)
  await live.click()
  await chart.getByText('The live figure could not be loaded.').waitFor()
  await expect.poll(() => asWritten.isChecked()).toBe(true)
  await check(reader.page, 'version-failed')
  await reader.page.unroute('**/api/figures/*/spec')
  await chart.getByRole('button', { name: 'Try again' }).click()
  await expect.poll(() => drawn(chart)).toEqual([...NEW, 0.03125])
  reader.complaints.length = 0

  // The text takes the newest; the version stays what it was.
  await page.goto(`/p/${slug}/setup/performance`)
  await section.locator('.chart-node').scrollIntoViewIfNeeded()
  await section.locator('.chart-node .js-plotly-plot').waitFor()
  await picture(page, 'figures-wizard-moved')
  await section.getByRole('button', { name: 'Take the newest of the figure loss-curve' }).click()
  await section.getByText('The data has moved since').waitFor({ state: 'detached' })
  await expect.poll(() => drawn(section)).toEqual([...NEW, 0.03125])
  await page.getByRole('status').getByText('Saved', { exact: true }).waitFor()
  await seen(`/p/${slug}`)
  await expect.poll(() => drawn(chart)).toEqual([...NEW, 0.03125])
  await seen(`/p/${slug}/v/1`)
  await expect.poll(() => drawn(chart)).toEqual(OLD)

  // Dark, and on a phone.
  found.push(...(await everyLook(page, 'figures-wizard')))
  await live.check()
  await chart.getByText('Newer than the text beside it').waitFor()
  await expect.poll(() => drawn(chart)).toHaveLength(5)
  found.push(...(await everyLook(reader.page, 'figures-version')))

  // Without the figure the chart stays, and says so.
  const { items } = await api.get<{ items: { id: string }[] }>(`/api/projects/${id}/figures`)
  await api.delete(`/api/figures/${items[0]?.id}`)
  await seen(`/p/${slug}/v/1`)
  await chart.getByText(/^The figure that this chart was taken from is gone/).waitFor()
  expect(await live.count()).toBe(0)
  await expect.poll(() => drawn(chart)).toEqual(OLD)
  await check(reader.page, 'version-gone')

  expect(found).toEqual([])
  expect([...complaints, ...unexpected()]).toEqual([])
  await reader.context.close()
  await context.close()
}, 300_000)
