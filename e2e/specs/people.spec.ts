import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, openPage, picture } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { Api } from '../flows/api.ts'
import { arrive } from '../flows/people.ts'
import { signIn } from '../flows/sign-in.ts'

const env = environment()
// What belongs to this run; other journeys share the portal.
const run = Date.now().toString(36)
const PEOPLE = 20
const ENDS_WITHIN_MS = 5_000
const DEPLOY_MS = 180_000

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

const nameOf = (i: number): string => `m${run}-${i}`

/** A private project, through the page. */
async function createPrivateProject(page: Page, title: string): Promise<void> {
  await page.goto('/new')
  await page.getByLabel('Title').fill(title)
  await page.getByRole('button', { name: 'Create and fill in later' }).click()
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
}

/** Chooses the only one of that name from a picker. */
async function choose(page: Page, label: string, name: string): Promise<void> {
  await page.getByRole('combobox', { name: label }).fill(name)
  await page.getByRole('option', { name }).click()
}

it('an admin imports 20 people, makes a group, gives it a role; a member signs in and sees exactly that, until the session is ended elsewhere', async () => {
  const admin = await openPage(browser, env.url)
  const { page } = admin
  await signIn(page, env)
  admin.complaints.length = 0

  // Twenty people from a file: looked at first, then imported.
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('link', { name: 'Admin' }).click()
  await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Import' }).click()
  const rows = Array.from({ length: PEOPLE }, (_, i) => `${nameOf(i)},Member ${i} of ${run},${nameOf(i)}@lab.example,user,`)
  await page.locator('input[type=file]').setInputFiles({
    name: 'people.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from(['username,display_name,email,role,groups', ...rows].join('\r\n')),
  })
  await page.getByText(`${PEOPLE} new`).waitFor()
  await picture(page, 'people-import-checked')
  await page.getByRole('button', { name: `Import ${PEOPLE} people` }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download the passwords' }).click(),
  ])
  await picture(page, 'people-imported')
  const saved = readFileSync(await download.path(), 'utf8').split(/\r?\n/)
  const passwords = new Map(saved.slice(1).flatMap((line) => [line.split(',').slice(0, 2) as [string, string]]))
  const temporary = passwords.get(nameOf(0)) ?? ''
  expect(temporary.length).toBeGreaterThan(11)

  // A group with one of them.
  await page.goto('/admin/groups')
  await page.getByRole('button', { name: 'New group' }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Name', { exact: true }).fill(`lab-${run}`)
  await dialog.getByRole('button', { name: 'Create group' }).click()
  await page.getByRole('heading', { name: `lab-${run}` }).waitFor()
  await page.getByRole('button', { name: 'Add a member' }).first().click()
  await choose(page, 'Person', nameOf(0))
  await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText(`Member 0 of ${run}`).first().waitFor()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await picture(page, 'people-group')

  // Two private projects; the group reads one of them.
  await createPrivateProject(page, `Hidden ${run}`)
  await createPrivateProject(page, `Shared ${run}`)
  await page
    .getByRole('tab', { name: 'Members' })
    .or(page.getByRole('link', { name: 'Members', exact: true }))
    .first()
    .click()
  await choose(page, 'Person or group', `lab-${run}`)
  await page.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByLabel(`Role of lab-${run}`).waitFor()
  await picture(page, 'people-members')
  const api = await Api.of(admin.context.request)
  const { items } = await api.get<{ items: { id: string; slug: string }[] }>(`/api/projects?q=Shared+${run}`)
  const [project] = items
  const engine = await api.post<{ id: string }>('/api/engines', { projectId: project?.id, name: 'demo', image: env.hello, port: 8080 })

  // The member chooses a password of their own and sees exactly what the group may see.
  const member = await openPage(browser, env.url)
  await arrive(member.page, nameOf(0), temporary)
  await member.page.goto(`/?q=${run}`)
  await member.page.getByRole('link', { name: `Shared ${run}` }).waitFor()
  expect(await member.page.getByRole('link', { name: `Hidden ${run}` }).count()).toBe(0)
  await picture(member.page, 'people-member-catalogue')
  await member.page.goto(`/p/${project?.slug}`)
  await member.page.getByRole('heading', { name: `Shared ${run}`, level: 1 }).waitFor()
  await picture(member.page, 'people-member-project')
  expect(await member.page.getByText('Manage', { exact: true }).count()).toBe(0)
  await member.page.goto(`/p/${project?.slug}/data`)
  await member.page.getByRole('heading', { level: 1 }).waitFor()
  expect(await member.page.getByRole('button', { name: 'New data set' }).count()).toBe(0)
  await member.page.goto('/admin/users')
  await member.page.getByRole('heading', { level: 1 }).waitFor()
  expect(await member.page.getByText(nameOf(1)).count()).toBe(0)
  await picture(member.page, 'people-member-no-admin')

  // An open log closes when the session is ended elsewhere.
  await api.until<{ status: { phase: string } }>(`/api/engines/${engine.id}`, ({ status }) => status.phase === 'Running', DEPLOY_MS)
  await member.page.goto(`/p/${project?.slug}/app`)
  await member.page.getByRole('region', { name: 'Log of demo' }).getByText('Live').waitFor({ timeout: 60_000 })
  await picture(member.page, 'people-member-log')
  await page.goto('/admin/sessions')
  await page
    .getByRole('button', { name: new RegExp(`^End the session of Member 0 of ${run}`) })
    .first()
    .click()
  await page.getByRole('dialog').getByRole('button', { name: 'End session' }).click()
  const from = performance.now()
  await member.page.waitForURL((url) => url.pathname === '/login', { timeout: ENDS_WITHIN_MS })
  expect(performance.now() - from).toBeLessThan(ENDS_WITHIN_MS)
  await member.page.getByText(/You were signed out/).waitFor()
  await picture(member.page, 'people-signed-out')

  expect(admin.complaints).toEqual([])
  await admin.context.close()
  await member.context.close()
}, 600_000)
