import type { Page } from 'playwright-core'
import type { Environment } from '../fixtures/environment.ts'

/** Signs in through the form, from wherever the page leads someone who is not signed in. */
export async function signIn(page: Page, { username, password }: Pick<Environment, 'username' | 'password'>): Promise<void> {
  await page.goto('/')
  await page.getByLabel('User name').fill(username)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
}
