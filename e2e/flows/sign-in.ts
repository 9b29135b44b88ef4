import type { Page } from 'playwright-core'
import type { Environment } from '../fixtures/environment.ts'

type Person = Pick<Environment, 'username' | 'password'>

/** What the form calls its parts. */
const english = { username: 'User name', password: 'Password', submit: 'Sign in' }

/** Fills the form that is open, and sends it. */
export async function sendForm(page: Page, { username, password }: Person, words = english): Promise<void> {
  await page.getByLabel(words.username).fill(username)
  await page.getByLabel(words.password, { exact: true }).fill(password)
  await page.getByRole('button', { name: words.submit, exact: true }).click()
}

/**
 * Signs in through the form, from wherever an address leads someone who is not signed in.
 * @param start where the portal is open to everyone, that of the form
 */
export async function signIn(page: Page, person: Person, start = '/'): Promise<void> {
  await page.goto(start)
  await sendForm(page, person)
  await page.waitForURL((url) => !url.pathname.startsWith('/login'))
}
