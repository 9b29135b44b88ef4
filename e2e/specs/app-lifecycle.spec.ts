import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, openPage, picture } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { Api } from '../flows/api.ts'
import { signIn } from '../flows/sign-in.ts'

const env = environment()
const CLUSTER_MS = 90_000

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const wrong = `${env.hello}-which-nobody-pushed`

/** Waits until the badge of the app that is open says so. */
const phase = (page: Page, name: string): Promise<void> =>
  page.locator(`[data-engine] header [data-phase=${name}]`).waitFor({ timeout: CLUSTER_MS })

/** Chooses something from the menu of the app that is open. */
async function choose(page: Page, name: string, action: string): Promise<void> {
  await page.getByRole('button', { name: `More actions for ${name}` }).click()
  await page.getByRole('menuitem', { name: action }).click()
}

it('an app is checked and deployed, broken and repaired, rolled back, paused, resumed, scaled, previewed and promoted', async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  await signIn(page, env)
  complaints.length = 0
  const api = await Api.of(context.request)
  const project = await api.post<{ id: string; slug: string }>('/api/projects', { title: `Lifecycle ${Date.now().toString(36)}`, tags: [] })

  // Deployed by the form, once the check has said that nothing stands in the way.
  await page.goto(`/p/${project.slug}/app`)
  await page.getByRole('link', { name: 'Deploy an app' }).click()
  await page.getByLabel('Name', { exact: true }).fill('hello')
  await page.getByLabel('Port', { exact: true }).fill('8080')
  await page.getByLabel('Image', { exact: true }).fill(wrong)
  await page.getByRole('button', { name: 'Check', exact: true }).click()
  await page.locator('[data-verdict=blocked]').waitFor()
  await expect.poll(() => page.getByRole('button', { name: 'Deploy', exact: true }).isDisabled()).toBe(true)
  await picture(page, 'app-form-blocked')
  await page.getByRole('button', { name: 'Go to image' }).click()
  await page.locator('input:focus').fill(env.hello)
  await page.getByRole('button', { name: 'Add a secret' }).click()
  await page.getByLabel('Secret name').fill('TOKEN')
  await page.getByLabel('Secret value').fill('hush-hush')
  await page.getByRole('button', { name: 'Check again' }).click()
  await page.locator('[data-verdict=ok]').waitFor()
  await picture(page, 'app-form-checked')
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await phase(page, 'Running')

  // A pipeline deploys an image that is not there; the page says why, and leads to the field.
  const { items } = await api.get<{ items: [{ id: string }] }>(`/api/engines?projectId=${project.id}`)
  await api.post(`/api/engines/${items[0].id}/deploy`, { image: wrong })
  const fix = page.getByRole('button', { name: 'Change the image' })
  await fix.waitFor({ timeout: CLUSTER_MS })
  await picture(page, 'app-broken')
  await fix.click()
  await page.getByRole('heading', { name: 'Change “hello”' }).waitFor()
  await page.locator('input:focus').fill(env.hello)
  await page.getByRole('button', { name: 'Add a variable' }).click()
  await page.getByLabel('Variable name').fill('GREETING')
  await page.getByLabel('Value', { exact: true }).fill('good day')
  await page.locator('[data-field="env.GREETING"]').waitFor()
  await page.getByRole('button', { name: 'Deploy changes' }).click()
  await phase(page, 'Running')

  // Back to how it was, by its revisions.
  await page.getByRole('tab', { name: 'Revisions' }).click()
  await page.getByRole('button', { name: 'Roll back to revision 1' }).click()
  const question = page.getByRole('dialog', { name: 'Roll back to revision 1?' })
  await question.locator('[data-field="env.GREETING"]').waitFor()
  await picture(page, 'app-roll-back')
  await question.getByRole('button', { name: 'Roll back' }).click()
  await page.getByText('Rolled back to 1').waitFor()
  await picture(page, 'app-revisions')

  // Paused and resumed.
  await page.getByRole('button', { name: 'Pause', exact: true }).click()
  await page.getByRole('dialog', { name: 'Pause “hello”?' }).getByRole('button', { name: 'Pause' }).click()
  await phase(page, 'Paused')
  await picture(page, 'app-paused')
  await page.getByRole('button', { name: 'Resume' }).click()
  await phase(page, 'Running')

  // Scaled.
  await page.getByRole('button', { name: 'Scale', exact: true }).click()
  const scale = page.getByRole('dialog', { name: 'Copies of hello' })
  await scale.getByRole('button', { name: 'More: At least' }).click()
  await scale.getByRole('button', { name: 'Scale' }).click()
  await page.getByText('1 to 3').waitFor()

  // A preview counts down until it is promoted.
  await choose(page, 'hello', 'Deploy a preview')
  await page.getByRole('button', { name: 'Deploy the preview' }).click()
  await page.getByRole('heading', { name: 'hello-preview' }).waitFor()
  const timer = page.getByRole('timer')
  expect(await timer.textContent()).toMatch(/Removed in 23 h 59 min|Removed in 1 d 0 h/)
  await page.getByRole('button', { name: 'Extend' }).click()
  await page.getByLabel('From now on.').selectOption({ label: '3 days' })
  await page.getByRole('dialog').getByRole('button', { name: 'Extend' }).click()
  await timer.getByText(/Removed in (?:2 d 23 h|3 d 0 h)/).waitFor()
  await picture(page, 'app-preview')
  await page.getByRole('button', { name: 'Promote' }).click()
  await page.getByRole('dialog', { name: 'Promote “hello-preview”?' }).getByRole('button', { name: 'Promote' }).click()
  await page.getByRole('heading', { name: 'hello', exact: true }).waitFor()
  await page.getByRole('tab', { name: 'Revisions' }).click()
  await page.getByRole('listitem').filter({ hasText: 'Promoted' }).filter({ hasText: 'Current' }).waitFor()

  expect(complaints).toEqual([])
  await context.close()
}, 300_000)
