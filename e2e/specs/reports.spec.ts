import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { barriers } from '../fixtures/axe.ts'
import { launch, openPage, picture } from '../fixtures/browser.ts'
import { everyLook } from '../fixtures/look.ts'
import { ownEnvironment } from '../fixtures/own-environment.ts'
import { Api } from '../flows/api.ts'
import { joinAs } from '../flows/people.ts'
import { signIn } from '../flows/sign-in.ts'

interface Node {
  type: string
  attrs?: Record<string, unknown>
  content?: Node[]
}
interface Report {
  id: string
  revision: number
  content: Node
}

const env = await ownEnvironment('reports')
// The smallest PNG there is: one pixel.
const pixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
// Sooner than the page says again that it is open, which would be late.
const TOLD_MS = 12_000
const figure = {
  data: [{ type: 'scatter', mode: 'markers', x: { dtype: 'i1', bdata: 'AQID' }, y: { dtype: 'i1', bdata: 'AwIB' } }],
  layout: { title: { text: 'From Python' }, template: { layout: {} } },
}

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  await env.stop()
})

/** The kinds of all nodes of a text. */
const kindsOf = (node: Node): string[] => [node.type, ...(node.content ?? []).flatMap(kindsOf)]

it('writes a report with charts, formulas and images by keyboard, puts a conflict together, and shows it to its readers', async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  await signIn(page, env)
  const api = await Api.of(context.request)
  const project = await api.post<{ id: string; slug: string }>('/api/projects', { title: `Report journey ${Date.now().toString(36)}` })
  complaints.length = 0

  // The first report.
  await page.goto(`/p/${project.slug}/reports`)
  await page.getByRole('heading', { name: 'Write the first report' }).waitFor()
  expect(await barriers(page)).toEqual([])
  await page.getByRole('button', { name: 'New report' }).click()
  await page.getByLabel('Title').fill('What was learned')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/edit$/)
  const id = new URL(page.url()).pathname.split('/').at(-2) ?? ''
  const text = page.getByRole('textbox', { name: /Text of the report/ })
  await text.click()

  // Written by keys alone: what Markdown types, and the slash menu.
  const type = (words: string): Promise<void> => page.keyboard.type(words)
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) await page.keyboard.press(key)
  }
  const insert = async (name: string): Promise<void> => {
    await type(`/${name}`)
    await page.getByRole('listbox').waitFor()
    await press('Enter')
    await page.getByRole('listbox').waitFor({ state: 'detached' })
  }
  await type('The first words.')
  await press('Enter')
  await type('## Method')
  await press('Enter')
  await type('**bold** and *italic* and `code` ')
  await insert('formula in')
  await page.getByLabel('LaTeX').fill('a^2+b^2')
  await page.locator('.katex').first().waitFor()
  await press('Enter')
  await type(' noted ')
  await insert('footnote')
  await page.getByLabel('Footnote', { exact: true }).fill('See the data.')
  await press('Enter', 'Enter')
  await type('- one')
  await press('Enter', 'Enter')
  await type('1. first')
  await press('Enter', 'Enter')
  await type('[ ] to do')
  await press('Enter', 'Enter')
  await type('> quoted')
  await press('Enter', 'Enter')
  await insert('warning')
  await type('Careful.')
  await press('Enter', 'Enter')
  await insert('line')
  await insert('table of')
  await insert('formula')
  await page.getByLabel('LaTeX').fill('\\int_0^1 x')
  await press('Enter', 'Control+End')
  await insert('code')
  await type('plain text')
  await press('Control+End', 'ArrowDown')
  await insert('table')
  await type('a')
  await press('Tab')
  await type('b')
  await page.getByRole('button', { name: 'Row below' }).click()
  await press('Control+End')

  // A chart by the form, and one of Python.
  const panel = page.getByRole('dialog', { name: 'Chart' })
  await insert('chart')
  await panel.getByLabel('Numbers', { exact: true }).fill('epoch,loss\n1,0.9\n2,0.4')
  await panel.getByLabel('Title').fill('Loss')
  await panel.getByLabel('What it shows').fill('It falls.')
  await panel.locator('.js-plotly-plot .scatterlayer .trace').first().waitFor()
  expect(await barriers(page)).toEqual([])
  await picture(page, 'report-chart-panel')
  await panel.getByRole('button', { name: 'Put into the text' }).click()
  await panel.waitFor({ state: 'detached' })
  await press('Control+End')
  await insert('chart')
  await panel
    .locator('input[type=file]')
    .setInputFiles({ name: 'figure.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(figure)) })
  await panel.locator('.js-plotly-plot .scatterlayer .trace').first().waitFor()
  await panel.getByRole('button', { name: 'Put into the text' }).click()
  await panel.waitFor({ state: 'detached' })

  // A picture, with its description.
  await press('Control+End')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Image', exact: true }).click()])
  await chooser.setFiles({ name: 'pixel.png', mimeType: 'image/png', buffer: pixel })
  await page.getByText('Describe the image for those who do not see it.').waitFor()
  await page.getByLabel('Description').fill('One pixel')
  await page.locator('[data-state=saved]').waitFor()
  expect(await barriers(page)).toEqual([])
  await picture(page, 'report-edit')

  const saved = await api.get<Report>(`/api/reports/${id}`)
  const kinds = new Set(kindsOf(saved.content))
  const wanted = [
    ...['paragraph', 'heading', 'bulletList', 'orderedList', 'taskList', 'blockquote', 'callout', 'codeBlock', 'horizontalRule'],
    ...['table', 'image', 'inlineMath', 'blockMath', 'chart', 'footnote', 'tableOfContents'],
  ]
  expect(wanted.filter((kind) => !kinds.has(kind))).toEqual([])
  const empty = JSON.stringify(saved.content).includes('"latex":""')
  expect(empty).toBe(false)

  // Someone else saves meanwhile: both versions are put together.
  const theirs = structuredClone(saved.content)
  theirs.content?.push({ type: 'paragraph', content: [{ type: 'text', text: 'Added elsewhere.' } as Node] })
  await page.getByText('The first words.').click()
  await press('End')
  await Promise.all([api.patch(`/api/reports/${id}`, { revision: saved.revision, content: theirs }), type('MINE')])
  await page.getByRole('heading', { name: 'Put two versions together' }).or(page.getByText('Added elsewhere.')).first().waitFor()
  if (await page.getByRole('heading', { name: 'Put two versions together' }).isVisible()) {
    expect(await barriers(page)).toEqual([])
    await picture(page, 'report-merge')
    await page.getByRole('button', { name: 'Save together' }).click()
  }
  await page.locator('[data-state=saved]').waitFor()
  const together = JSON.stringify((await api.get<Report>(`/api/reports/${id}`)).content)
  expect(together).toContain('MINE')
  expect(together).toContain('Added elsewhere.')
  expect(complaints.filter((complaint) => !complaint.includes('409'))).toEqual([])
  complaints.length = 0

  // It is read. By visitors without an account: see the journey of publication, on a portal that lets them in.
  await page.goto(`/p/${project.slug}/reports/${id}`)
  await page.getByText('The first words').waitFor()
  const image = page.locator('img[alt="One pixel"]')
  await image.scrollIntoViewIfNeeded()
  await expect.poll(() => image.evaluate((element) => (element as HTMLImageElement).naturalWidth)).toBe(1)
  await page.getByText('It falls.').scrollIntoViewIfNeeded()
  await page.locator('[data-chart-state=drawn]').first().waitFor()
  await expect.poll(() => page.locator('.katex').count()).toBeGreaterThan(1)
  expect(await everyLook(page, 'report-read')).toEqual([])
  expect(complaints).toEqual([])
  await context.close()
})

it('is written by two people at once: each sees the other, and whatever happens to one of them, nothing is lost', async () => {
  const run = Date.now().toString(36)
  const found: string[] = []
  const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] })
  const [ada, bea] = [await openPage(browser, env.url), await openPage(browser, env.url)]
  for (const { page } of [ada, bea]) page.on('dialog', (dialog) => void dialog.accept())
  await signIn(ada.page, env)
  const api = await Api.of(ada.context.request)
  const beasId = await joinAs(bea.page, api, `bea-${run}`, 'Bea Brandt')
  const project = await api.post<{ id: string; slug: string }>('/api/projects', { title: `Two people ${run}` })
  await api.put(`/api/projects/${project.id}/members/user/${beasId}`, { role: 'editor' })
  const content = { type: 'doc', content: [paragraph('The beginning.'), paragraph('The middle.'), paragraph('The end.')] }
  const { id } = await api.post<Report>(`/api/projects/${project.id}/reports`, { title: 'Written together', content })
  const address = `/p/${project.slug}/reports/${id}/edit`
  const stored = async () => JSON.stringify((await api.get<Report>(`/api/reports/${id}`)).content)
  const write = async (page: Page, after: string, words: string) => {
    await page.locator('.ProseMirror p', { hasText: after }).click()
    await page.keyboard.press('End')
    await page.keyboard.type(words)
  }
  const isIn = (page: Page, state: string) => page.locator(`[data-state=${state}]`).waitFor()
  const open = async (page: Page) => {
    await page.goto(address)
    await page.getByRole('textbox', { name: /Text of the report/ }).waitFor()
  }
  const merge = bea.page.getByRole('heading', { name: 'Put two versions together' })

  // Each sees that the other is there, and that they left: by a link, and by closing the page.
  await Promise.all([open(ada.page), open(bea.page)])
  const beaIsHere = ada.page.getByText('Bea Brandt has this report open')
  await beaIsHere.waitFor({ timeout: TOLD_MS })
  await bea.page.getByText('has this report open').waitFor({ timeout: TOLD_MS })
  found.push(...(await everyLook(bea.page, 'report-two-people')))
  await bea.page.getByRole('link', { name: 'Read', exact: true }).click()
  await beaIsHere.waitFor({ state: 'detached', timeout: TOLD_MS })
  const other = await bea.context.newPage()
  await open(other)
  await beaIsHere.waitFor({ timeout: TOLD_MS })
  await open(bea.page)
  await other.close()
  // Another tab of hers still has it open.
  await bea.page.reload()
  await beaIsHere.waitFor({ timeout: TOLD_MS })
  await bea.page.goto('/mine')
  await beaIsHere.waitFor({ state: 'detached', timeout: TOLD_MS })
  await open(bea.page)
  await beaIsHere.waitFor({ timeout: TOLD_MS })

  // Both write; what Bea writes is on its way when Ada's is stored.
  const held = Promise.withResolvers<undefined>()
  await bea.page.route(`**/api/reports/${id}`, async (route) => {
    if (route.request().method() === 'PATCH') await held.promise
    await route.continue()
  })
  await write(bea.page, 'The beginning.', ' BRAVO')
  await write(bea.page, 'The end.', ' CHARLIE')
  await write(ada.page, 'The beginning.', ' ALPHA')
  await isIn(ada.page, 'saved')
  held.resolve(undefined)
  await merge.waitFor()
  await bea.page.unroute(`**/api/reports/${id}`)
  found.push(...(await everyLook(bea.page, 'report-conflict')))
  // And once more while she looks at it.
  await write(ada.page, 'The middle.', ' DELTA')
  await isIn(ada.page, 'saved')
  await bea.page.getByRole('button', { name: 'Save together' }).click()
  await bea.page.getByText('It was changed again meanwhile.').waitFor()
  found.push(...(await everyLook(bea.page, 'report-conflict-again')))
  await bea.page.getByRole('button', { name: 'Save together' }).click()
  await isIn(bea.page, 'saved')
  const together = await stored()
  expect(['ALPHA', 'BRAVO', 'CHARLIE', 'DELTA'].filter((word) => !together.includes(word))).toEqual([])
  await ada.page.locator('.ProseMirror', { hasText: 'CHARLIE' }).waitFor()

  // The connection of one goes away and comes back.
  await bea.context.setOffline(true)
  await write(bea.page, 'The end.', ' ECHO')
  await isIn(bea.page, 'offline')
  found.push(...(await everyLook(bea.page, 'report-offline')))
  await write(ada.page, 'The middle.', ' FOXTROT')
  await isIn(ada.page, 'saved')
  await bea.context.setOffline(false)
  await merge.waitFor()
  await bea.page.getByRole('button', { name: 'Save together' }).click()
  await isIn(bea.page, 'saved')
  const after = await stored()
  expect(['ECHO', 'FOXTROT'].filter((word) => !after.includes(word))).toEqual([])

  // Alone and offline there is nothing to put together, whether a save arrived or only its answer did not.
  await ada.page.goto('/mine')
  await bea.page.route(`**/api/reports/${id}`, async (route) => {
    if (route.request().method() !== 'PATCH') return route.continue()
    await route.fetch()
    return route.abort()
  })
  await write(bea.page, 'The end.', ' GOLF')
  await isIn(bea.page, 'offline')
  await bea.page.unroute(`**/api/reports/${id}`)
  await write(bea.page, 'The end.', ' HOTEL')
  await isIn(bea.page, 'saved')
  expect(await merge.count()).toBe(0)
  expect(await stored()).toContain('GOLF HOTEL')

  // The page is loaded anew before it could save.
  await bea.page.route(`**/api/reports/${id}`, (route) => (route.request().method() === 'PATCH' ? route.abort() : route.continue()))
  await write(bea.page, 'The end.', ' INDIA')
  await isIn(bea.page, 'offline')
  await bea.page.reload()
  await bea.page.getByText('is back.').waitFor()
  await bea.page.locator('.ProseMirror', { hasText: 'INDIA' }).waitFor()
  found.push(...(await everyLook(bea.page, 'report-recovered')))
  await bea.page.unroute(`**/api/reports/${id}`)
  await isIn(bea.page, 'saved')
  expect(await stored()).toContain('INDIA')
  await bea.page.getByRole('button', { name: 'Discard it' }).click()
  await bea.page.locator('.ProseMirror', { hasText: 'INDIA' }).waitFor({ state: 'detached' })
  await isIn(bea.page, 'saved')
  await expect.poll(stored).not.toContain('INDIA')

  expect(found).toEqual([])
  await ada.context.close()
  await bea.context.close()
})
