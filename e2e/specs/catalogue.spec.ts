import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { barriers } from '../fixtures/axe.ts'
import { launch, openPage, picture, type WatchedPage } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { Api } from '../flows/api.ts'
import { signIn } from '../flows/sign-in.ts'

interface Project {
  id: string
  slug: string
  revision: number
}

const env = environment()
/** Of this run alone, so that what other journeys made is not counted. */
const run = `run${Date.now().toString(36)}`
/** More than one page of cards. */
const MANY = 30

let browser: Browser
let tab: WatchedPage
let page: Page
let first: Project

beforeAll(async () => {
  browser = await launch()
  tab = await openPage(browser, env.url)
  page = tab.page
  await signIn(page, env)
  const api = await Api.of(tab.context.request)
  for (let index = 0; index < MANY; index += 1) {
    const project = await api.post<Project>('/api/projects', {
      title: `Heron ${index} of ${run}`,
      summary: 'Counts herons in pictures of a camera at a lake.',
      task: index % 2 === 0 ? 'object-detection' : 'image-classification',
      tags: [run, index < 3 ? 'rare' : 'common'],
    })
    if (index === 0) first = project
  }
  await api.patch(`/api/projects/${first.id}`, {
    revision: first.revision,
    frameworks: ['PyTorch'],
    licence: 'Apache-2.0',
    contacts: [{ name: 'Ada Lovelace', email: 'ada@example.org', url: '' }],
    links: [{ title: 'Paper', url: 'https://example.org/paper' }],
  })
  tab.complaints.length = 0
}, 120_000)
afterAll(() => browser.close())

const cards = () => page.locator('.project-card')
const found = (count: number) => page.getByRole('status').filter({ hasText: new RegExp(`^${count} projects?$`) })

describe('the catalogue', () => {
  it('narrows by words and facets with counts, and keeps that in the address, for Back too', async () => {
    await page.goto('/')
    await page.getByLabel('Search projects').fill(run)
    await found(MANY).waitFor()
    const facets = page.getByRole('complementary', { name: 'Filters' })
    await facets.getByRole('checkbox', { name: /Object detection/ }).check()
    await found(MANY / 2).waitFor()
    // What else could be chosen of the same facet is still counted.
    await expect.poll(() => facets.locator('label', { hasText: 'Image classification' }).innerText()).toContain(String(MANY / 2))
    await facets.getByRole('checkbox', { name: /^rare/ }).check()
    await found(2).waitFor()
    await expect.poll(() => new URL(page.url()).searchParams.get('tag')).toBe('rare')
    await picture(page, 'catalogue-filtered')

    await page.goBack()
    await found(MANY / 2).waitFor()
    await page.goForward()
    await found(2).waitFor()
    await page.reload()
    await found(2).waitFor()
    await page.getByRole('button', { name: 'Remove the filter Tag: rare' }).click()
    await found(MANY / 2).waitFor()
    await page.getByRole('button', { name: /Remove the filter Task/ }).click()
    await found(MANY).waitFor()
  })

  it('says which filter to take away where nothing is found', async () => {
    await page.goto(`/?q=${run}&tag=rare&updated=week&framework=no-such-thing`)
    await page.getByRole('heading', { name: 'No project matches' }).waitFor()
    await page.getByRole('button', { name: /Without Framework: no-such-thing/ }).click()
    await found(3).waitFor()
  })

  it('grows by pages, and is as it was left when one comes back', async () => {
    await page.goto(`/?q=${run}`)
    await found(MANY).waitFor()
    const before = await cards().count()
    expect(before).toBeLessThan(MANY)
    await page.getByRole('button', { name: 'Show more projects' }).click()
    await cards()
      .nth(MANY - 1)
      .waitFor()
    const last = cards()
      .nth(MANY - 1)
      .getByRole('link')
    await last.scrollIntoViewIfNeeded()
    const place = await page.evaluate(() => globalThis.scrollY)
    expect(place).toBeGreaterThan(500)
    await last.click()
    await page.getByRole('heading', { level: 1, name: /Heron/ }).waitFor()
    await page.goBack()
    await cards()
      .nth(MANY - 1)
      .waitFor()
    await page.waitForFunction((wanted) => Math.abs(globalThis.scrollY - wanted) < 80, place)
  })
})

it('finds a project from anywhere by the keyboard alone', async () => {
  await page.goto('/settings')
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Control+k')
  const field = page.getByRole('combobox', { name: 'Quick search' })
  await field.fill(`Heron 0 of ${run}`)
  await page
    .getByRole('option', { name: new RegExp(`Heron 0 of ${run}`) })
    .first()
    .waitFor()
  await picture(page, 'quick-search')
  expect(await barriers(page)).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: `Heron 0 of ${run}` }).waitFor()
})

it('gives a star that stays, and lists it with one’s own work', async () => {
  await page.goto(`/p/${first.slug}`)
  const star = page.getByRole('button', { name: /^Give .* a star/ })
  await star.click()
  await page.getByRole('button', { name: /a star, 1 star/, pressed: true }).waitFor()
  await page.reload()
  await page.getByRole('button', { name: /a star, 1 star/, pressed: true }).waitFor()
  await page.goto('/mine?show=starred')
  await page
    .getByRole('link', { name: `Heron 0 of ${run}`, exact: true })
    .first()
    .waitFor()
  await picture(page, 'mine-starred')
})

it('shows the card, and who may write it writes it in place', async () => {
  await page.goto(`/p/${first.slug}`)
  const facts = page.getByRole('complementary', { name: 'About this project' })
  await facts.getByRole('link', { name: 'Apache-2.0' }).waitFor()
  await facts.getByRole('link', { name: 'Paper' }).waitFor()
  await page.getByRole('button', { name: 'Write: Description' }).click()
  await page.locator('#card-description [contenteditable=true]').click()
  await page.keyboard.type('It counts herons, and says how sure it is.')
  await page.locator('#card-description').getByText('Saved', { exact: true }).waitFor()
  await page.locator('#card-description').getByRole('button', { name: 'Done' }).click()
  await page.reload()
  await page.locator('#card-description').getByText('It counts herons, and says how sure it is.').waitFor()
  await page.getByRole('button', { name: 'Edit: Description' }).waitFor()
  expect(await barriers(page)).toEqual([])
  expect(tab.complaints).toEqual([])
})

it('narrows in a sheet on a phone', async () => {
  const phone = await openPage(browser, env.url, { width: 390, dark: true })
  await signIn(phone.page, env)
  phone.complaints.length = 0
  await phone.page.goto(`/?q=${run}`)
  await phone.page.locator('.project-card').first().waitFor()
  await phone.page.getByRole('button', { name: /^Filters/ }).click()
  const sheet = phone.page.getByRole('dialog', { name: 'Filters' })
  await sheet.getByRole('checkbox', { name: /^rare/ }).check()
  await sheet.getByRole('button', { name: 'Show 3 projects' }).waitFor()
  await picture(phone.page, 'catalogue-sheet')
  expect(await barriers(phone.page)).toEqual([])
  await sheet.getByRole('button', { name: 'Show 3 projects' }).click()
  await sheet.waitFor({ state: 'detached' })
  await expect.poll(() => phone.page.locator('.project-card').count()).toBe(3)
  await phone.page.getByRole('button', { name: 'Filters, 1 filter set' }).waitFor()
  await phone.page.goto('/mine')
  await phone.page.getByRole('heading', { name: 'What needs you' }).waitFor()
  await phone.page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
  expect(await barriers(phone.page)).toEqual([])
  expect(phone.complaints).toEqual([])
  await phone.context.close()
})
