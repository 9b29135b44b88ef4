import type { Page } from 'playwright-core'
import type { Api } from './api.ts'
import { signIn } from './sign-in.ts'

/** What people of journeys choose. */
export const PASSWORD = 'quiet meadow 47 lantern'

/** Signs somebody in for the first time: with the password that they were given, for which they choose one of their own. */
export async function arrive(page: Page, username: string, temporary: string): Promise<void> {
  await signIn(page, { username, password: temporary })
  await page.getByLabel('Current password', { exact: true }).fill(temporary)
  await page.getByLabel('New password', { exact: true }).fill(PASSWORD)
  await page.getByLabel('New password again', { exact: true }).fill(PASSWORD)
  await page.getByRole('button', { name: 'Change password' }).click()
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()
}

/** Makes an account and signs it in on a page of its own. @returns its id */
export async function joinAs(page: Page, admin: Api, username: string, displayName: string): Promise<string> {
  const temporary = `first ${PASSWORD}`
  const { user } = await admin.post<{ user: { id: string } }>('/api/iam/users', { username, displayName, password: temporary })
  await arrive(page, username, temporary)
  return user.id
}
