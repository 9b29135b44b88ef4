import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startProvider, type TestProvider } from '../../backend/test/oidc/provider.ts'
import { launch, openPage, picture } from '../fixtures/browser.ts'
import { freeAddress, startPortal, type OwnPortal } from '../fixtures/portal.ts'
import { Api } from '../flows/api.ts'
import { signIn } from '../flows/sign-in.ts'

const ADMIN = { username: 'rescue', password: 'journey-admin-5tR8wX2k' }

let provider: TestProvider
let portal: OwnPortal
let browser: Browser
beforeAll(async () => {
  const url = await freeAddress()
  provider = await startProvider({
    publicUrl: url,
    accounts: [
      {
        sub: 'vera',
        name: 'Vera Visser',
        preferred_username: 'vera',
        email: 'vera@uni.example',
        email_verified: true,
        groups: ['vision-lab'],
      },
      { sub: 'otto', name: 'Otto Okoro', preferred_username: 'rescue', groups: ['operators'] },
    ],
  })
  portal = await startPortal('oidc', url, {
    VITRINE_ADMIN_USERNAME: ADMIN.username,
    VITRINE_ADMIN_PASSWORD: ADMIN.password,
    VITRINE_OIDC_ISSUER: provider.issuer,
    VITRINE_OIDC_CLIENT_ID: provider.clientId,
    VITRINE_OIDC_CLIENT_SECRET: provider.clientSecret,
    VITRINE_OIDC_LABEL: 'University',
    VITRINE_OIDC_GROUPS: '*',
    VITRINE_OIDC_ADMIN_GROUPS: 'operators',
  })
  browser = await launch()
})
afterAll(async () => {
  await browser.close()
  await portal.stop()
  await provider.stop()
})

/** Goes to the page, to the provider, says who one is there, and is back. */
async function throughTheProvider(path: string, name: string) {
  const watched = await openPage(browser, portal.url)
  const { page } = watched
  await page.goto(path)
  await page.getByText('Sign in with University').click()
  await page.waitForURL((url) => url.origin === provider.issuer)
  await page.getByRole('button', { name }).click()
  await page.waitForURL((url) => url.origin === portal.url)
  return watched
}

it('someone signs in at the provider and is back on the page that they wanted, with the name that they have there', async () => {
  const { page, context } = await throughTheProvider('/settings', 'Vera Visser')
  await page.waitForURL(`${portal.url}/settings`)
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('dialog', { name: 'Account' }).getByText('Vera Visser').waitFor()
  expect(await page.getByText('Admin', { exact: true }).count()).toBe(0)
  await picture(page, 'oidc-signed-in')
  const { user } = await (await Api.of(context.request)).get<{ user: object }>('/api/auth/me')
  expect(user).toMatchObject({ username: 'vera', email: 'vera@uni.example', role: 'user', hasPassword: false })
  await context.close()
})

it('a group of the provider makes an admin; a name of the provider does not make the local admin', async () => {
  const { page, context } = await throughTheProvider('/', 'Otto Okoro')
  await page.getByRole('button', { name: 'Account' }).click()
  await page.getByRole('dialog', { name: 'Account' }).getByText('Admin', { exact: true }).waitFor()
  const { user } = await (await Api.of(context.request)).get<{ user: object }>('/api/auth/me')
  expect(user).toMatchObject({ username: 'rescue-2', displayName: 'Otto Okoro', role: 'admin' })
  await context.close()
})

it('who cancels at the provider is told on the sign-in page, and the password of the local admin still works', async () => {
  const { page, context } = await throughTheProvider('/', 'Cancel')
  await page.waitForURL(/\/login\?problem=sign-in-failed/)
  await page.getByText('did not work').waitFor()
  await picture(page, 'oidc-cancelled')
  await signIn(page, ADMIN)
  await context.close()
})

it('what a group of the provider is given here, its members see', async () => {
  const title = 'Birds of the harbour'
  const admin = await openPage(browser, portal.url)
  await signIn(admin.page, ADMIN)
  const api = await Api.of(admin.context.request)
  const project = await api.post<{ id: string; revision: number }>('/api/projects', { title, summary: '', task: '', tags: [] })
  const { csrfToken } = await api.get<{ csrfToken: string }>('/api/auth/me')
  const put = async (path: string, data: object) => {
    const answer = await admin.context.request.put(path, { data, headers: { 'x-csrf-token': csrfToken } })
    if (!answer.ok()) throw new Error(`PUT ${path}: ${answer.status()} ${await answer.text()}`)
  }
  await put(`/api/projects/${project.id}/visibility`, { visibility: 'private', revision: project.revision })

  // Not yet.
  const { page, context } = await throughTheProvider('/', 'Vera Visser')
  await page.getByRole('heading', { level: 1 }).first().waitFor()
  const seen = await (await Api.of(context.request)).get<{ items: object[] }>('/api/projects')
  expect(seen.items).toEqual([])

  const { items } = await api.get<{ items: { id: string; name: string }[] }>('/api/iam/groups?q=vision-lab')
  await put(`/api/projects/${project.id}/members/group/${items[0]?.id}`, { role: 'viewer' })
  await page.reload()
  await page.getByText(title).first().waitFor()
  await picture(page, 'oidc-group')
  await context.close()
  await admin.context.close()
})
