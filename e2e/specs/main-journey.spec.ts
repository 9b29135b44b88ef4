import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launch, openPage, picture } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { signIn } from '../flows/sign-in.ts'

const env = environment()
const dataFile = resolve(import.meta.dirname, '../../examples/iris-classifier/iris.csv')
// Pulling and starting a real model app on two cores takes its time.
const DEPLOY_MS = 180_000

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

it('signs in, creates a project, uploads a data set, deploys a model app, predicts in it and reads that in the live log', async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  const title = `Iris journey ${Date.now().toString(36)}`

  await signIn(page, env)
  // Before, the page asked who is signed in and was told: nobody.
  complaints.length = 0
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()

  // A project.
  await page.getByRole('link', { name: 'New project' }).first().click()
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Summary').fill('Names the species of an iris from four lengths.')
  await page.getByRole('button', { name: 'Create and fill in later' }).click()
  await page.getByRole('heading', { name: title, level: 1 }).waitFor()
  await picture(page, 'project-new')

  // A data set, with a real file that goes straight into the object store.
  await page
    .getByRole('tab', { name: 'Data' })
    .or(page.getByRole('link', { name: 'Data', exact: true }))
    .first()
    .click()
  await page.getByRole('button', { name: 'New data set' }).first().click()
  await page.getByLabel('Name', { exact: true }).fill('iris')
  await page.getByRole('button', { name: 'Create data set' }).click()
  await page.locator('input[type=file]').first().setInputFiles(dataFile)
  const downloadLink = page.getByRole('link', { name: 'Download iris.csv' })
  await downloadLink.waitFor({ timeout: 60_000 })
  await picture(page, 'project-data')
  const [download] = await Promise.all([page.waitForEvent('download'), downloadLink.click()])
  expect(readFileSync(await download.path())).toEqual(readFileSync(dataFile))

  // The app.
  await page
    .getByRole('tab', { name: 'App' })
    .or(page.getByRole('link', { name: 'App', exact: true }))
    .first()
    .click()
  await page.getByRole('link', { name: 'Deploy an app' }).click()
  await page.getByLabel('Name', { exact: true }).fill('classifier')
  await page.getByLabel('Image', { exact: true }).fill(env.image)
  await page.getByLabel('Port', { exact: true }).fill('7860')
  await page.getByRole('button', { name: 'Deploy', exact: true }).click()
  await page.getByText('Scheduling').first().waitFor()
  await picture(page, 'app-deploying')
  await page.getByText('Running', { exact: true }).first().waitFor({ timeout: DEPLOY_MS })

  // One prediction, in the app as it is embedded in the page.
  const app = page.frameLocator('iframe')
  await app.getByRole('button', { name: 'Predict' }).click({ timeout: 60_000 })
  await app
    .getByText(/setosa/i)
    .first()
    .waitFor({ timeout: 30_000 })

  // Its line appears in the log below.
  const log = page.getByRole('region', { name: 'Log of classifier' })
  await log
    .getByText(/prediction .*sepal_length=5\.1.*setosa/)
    .first()
    .waitFor({ timeout: 30_000 })
  await log.getByText('Live').waitFor()
  await picture(page, 'app-running')

  expect(complaints).toEqual([])
  await context.close()
}, 600_000)
