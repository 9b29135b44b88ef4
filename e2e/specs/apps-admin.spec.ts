import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, openPage, picture } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { Api } from '../flows/api.ts'
import { joinAs, PASSWORD } from '../flows/people.ts'
import { signIn } from '../flows/sign-in.ts'

const env = environment()
// What belongs to this run; other journeys share the portal.
const run = Date.now().toString(36)
const CLUSTER_MS = 180_000

interface App {
  id: string
  url: string
  isPrivate: boolean
  status: { phase: string }
}

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

/** An app of an image that says hello, in a private project of the admin's. */
async function deploy(api: Api, title: string, size: object = {}): Promise<{ project: { id: string; slug: string }; app: App }> {
  const project = await api.post<{ id: string; slug: string }>('/api/projects', { title, tags: [], visibility: 'private' })
  const app = await api.post<App>('/api/engines', { projectId: project.id, name: `hello-${run}`, image: env.hello, port: 8080, ...size })
  return { project, app }
}

/** Somebody with an account, signed in with a password of their own. */
async function person(api: Api, name: string): Promise<{ id: string; page: Page; complaints: string[] }> {
  const { page, complaints } = await openPage(browser, env.url)
  const id = await joinAs(page, api, `${name}-${run}`, name)
  complaints.length = 0
  return { id, page, complaints }
}

it('an admin makes a size, sets the quota of a project, sees its app among all, and looks at what a sweep would remove', async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  await signIn(page, env)
  complaints.length = 0
  const api = await Api.of(context.request)

  await page.goto('/admin/limits')
  await page.getByRole('button', { name: 'New size' }).click()
  const form = page.getByRole('dialog', { name: 'New size' })
  await form.getByLabel('Name').fill(`Tiny ${run}`)
  await expect.poll(() => form.getByLabel('Id').inputValue()).toBe(`tiny-${run}`)
  const cpu = form.getByRole('group', { name: 'CPU' })
  await cpu.getByLabel('Kept free').fill('0.1')
  await cpu.getByLabel('At most').fill('0.05')
  await form.getByRole('button', { name: 'Create size' }).click()
  await form.getByText('At least what is kept free.').waitFor()
  await cpu.getByLabel('At most').fill('0.5')
  const memory = form.getByRole('group', { name: 'Memory' })
  await memory.getByLabel('Kept free').fill('0.125')
  await memory.getByLabel('At most').fill('0.25')
  await form.getByRole('button', { name: 'Create size' }).click()
  const size = page.getByRole('row').filter({ hasText: `Tiny ${run}` })
  await size.getByText('0.1–0.5 cpu').waitFor()
  await size.getByText('128–256 MiB').waitFor()
  await picture(page, 'apps-admin-limits')

  const { project } = await deploy(api, `Quota ${run}`, { size: `tiny-${run}` })
  await page.goto(`/p/${project.slug}/manage`)
  await page.getByRole('button', { name: 'Change', exact: true }).click()
  const limits = page.getByRole('dialog', { name: `Quota of “Quota ${run}”` })
  await limits.getByLabel('Apps').fill('2')
  await limits.getByLabel('Memory (GiB)').fill('1,5')
  await limits.getByRole('button', { name: 'Save' }).click()
  await page.locator('[data-resource=apps]').getByText('1 of 2', { exact: true }).waitFor()
  expect(await page.getByRole('meter', { name: 'Memory' }).getAttribute('aria-valuetext')).toMatch(/ of 1\.5 GiB/)
  await page.getByText('Set for this project.').waitFor()
  await page.getByRole('heading', { name: 'Quota', exact: true }).scrollIntoViewIfNeeded()
  await picture(page, 'apps-admin-quota')

  await page.goto(`/admin/apps?q=hello-${run}`)
  const row = page.getByRole('row').filter({ hasText: `Quota ${run}` })
  await row.locator('[data-phase]').waitFor()
  await row.getByText(`tiny-${run}`).waitFor()
  await picture(page, 'apps-admin-apps')
  await row.getByRole('link', { name: `hello-${run}` }).click()
  await page.locator(`[data-engine=hello-${run}]`).waitFor()

  await page.goto('/admin/sweep')
  const [tried] = await Promise.all([
    page.waitForResponse((answer) => answer.url().endsWith('/api/engines/sweep')),
    page.getByRole('button', { name: /Dry run|Look again/ }).click(),
  ])
  expect([tried.status(), tried.request().postDataJSON()]).toEqual([200, { dryRun: true }])
  await page.getByRole('heading', { name: /would be removed|is left over/ }).waitFor()
  await picture(page, 'apps-admin-sweep')
  // An app that is wanted is none of what is left over, whatever else is.
  expect(await page.getByRole('main').getByText(`hello-${run}`).count()).toBe(0)
  expect(complaints).toEqual([])
  await context.close()
})

it('a private app opens in the frame of a member, and neither for a stranger nor without the portal', async () => {
  const admin = await openPage(browser, env.url)
  await signIn(admin.page, env)
  const api = await Api.of(admin.context.request)
  const { project, app } = await deploy(api, `Private ${run}`)
  const member = await person(api, 'member')
  const stranger = await person(api, 'stranger')
  await api.put(`/api/projects/${project.id}/members/user/${member.id}`, { role: 'viewer' })
  await api.until<App>(`/api/engines/${app.id}`, ({ status }) => status.phase === 'Running', CLUSTER_MS)
  expect(app.isPrivate).toBe(true)

  await member.page.goto(`/p/${project.slug}/app`)
  await member.page.frameLocator('iframe').getByText('hello').waitFor()
  await picture(member.page, 'apps-private-member')
  const [tab] = await Promise.all([
    member.page.waitForEvent('popup'),
    member.page.getByRole('region', { name: 'App' }).getByRole('button', { name: 'Open in a new tab' }).click(),
  ])
  await tab.getByText('hello').waitFor()
  expect(tab.url()).toBe(`${app.url}/`)

  // Who comes to its address without a session is asked to sign in, and led back.
  const visitor = await openPage(browser, env.url)
  await signIn(visitor.page, { username: `member-${run}`, password: PASSWORD }, app.url)
  await visitor.page.getByText('hello').waitFor()
  expect(visitor.page.url()).toBe(`${app.url}/`)

  await stranger.page.goto(app.url)
  await stranger.page.getByRole('heading', { name: 'There is no app here for you' }).waitFor()
  await picture(stranger.page, 'apps-private-stranger')
  expect([...member.complaints, ...stranger.complaints]).toEqual([])
})
