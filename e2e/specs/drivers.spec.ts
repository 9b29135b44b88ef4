import { randomBytes } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launch, openPage, picture, type WatchedPage } from '../fixtures/browser.ts'
import { onCluster, ownEnvironment, type OwnEnvironment } from '../fixtures/own-environment.ts'
import { Api } from '../flows/api.ts'
import { askApp } from '../flows/ask-app.ts'
import { signIn } from '../flows/sign-in.ts'

const run = randomBytes(2).toString('hex')
const CLUSTER_MS = 120_000
const inTurn = { concurrent: false }

/** Waits until the badge of the app says so. */
const phase = (page: Page, name: string): Promise<void> =>
  page.locator(`[data-engine] header [data-phase=${name}]`).waitFor({ timeout: CLUSTER_MS })

/** Waits for a line in the log below the app. */
const line = (page: Page, text: string): Promise<void> =>
  page.getByRole('region', { name: 'Log of hello' }).getByText(text).first().waitFor({ timeout: CLUSTER_MS })

let browser: Browser
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())

// Emissary has no controller that could be run here: its objects are applied to the cluster by tests of their own.
// All at once, since they mostly wait for the cluster; what is tried on one goes step by step.
describe.concurrent.each(['knative', 'gateway', 'ingress'])('an app that is run by %s', (driver) => {
  let env: OwnEnvironment
  let watched: WatchedPage
  let api: Api
  let id: string
  let url: string

  beforeAll(async () => {
    env = await ownEnvironment(driver, {
      ...onCluster(`${driver.slice(0, 1)}${run}`),
      VITRINE_DRIVER: driver,
      VITRINE_GATEWAY: 'traefik/apps',
      VITRINE_INGRESS_CLASS: 'traefik',
    })
    watched = await openPage(browser, env.url)
    await signIn(watched.page, env)
    watched.complaints.length = 0
    api = await Api.of(watched.context.request)
  })
  afterAll(async () => {
    await watched.context.close()
    await env.stop()
  })

  it('is deployed by the form and shown in its frame', inTurn, async () => {
    const { page } = watched
    const project = await api.post<{ id: string; slug: string }>('/api/projects', { title: `By ${driver} ${run}`, tags: [] })
    await page.goto(`/p/${project.slug}/app`)
    await page.getByRole('link', { name: 'Deploy an app' }).click()
    await page.getByLabel('Name', { exact: true }).fill('hello')
    await page.getByLabel('Image', { exact: true }).fill(env.hello)
    await page.getByLabel('Port', { exact: true }).fill('8080')
    await page.getByRole('button', { name: 'Deploy', exact: true }).click()
    await phase(page, 'Running')
    await page.frameLocator('iframe').getByText('hello').waitFor({ timeout: CLUSTER_MS })
    const { items } = await api.get<{ items: { id: string; url: string }[] }>(`/api/engines?projectId=${project.id}`)
    id = items[0]?.id ?? ''
    url = items[0]?.url ?? ''
  })

  it('crashes, comes back, and still has the log of before', inTurn, async () => {
    const { page } = watched
    expect(await askApp(url, '/emit?n=3&tag=before&wait=1')).toBe(200)
    await line(page, 'emit before 3/3')
    await askApp(url, '/exit?code=3').catch(() => 0)
    const starts = ({ items }: { items: { text: string }[] }): number => items.filter(({ text }) => text.includes('hello listens')).length
    await api.until(`/api/engines/${id}/logs/lines?limit=100`, (log: { items: { text: string }[] }) => starts(log) >= 2, CLUSTER_MS)
    await phase(page, 'Running')
    await page.reload()
    await line(page, 'emit before 3/3')
  })

  it('is broken by a deploy, repaired from the suggestion, and rolled back', inTurn, async () => {
    const { page } = watched
    await api.post(`/api/engines/${id}/deploy`, { image: `${env.hello}-which-nobody-pushed` })
    const fix = page.getByRole('button', { name: 'Change the image' })
    await fix.waitFor({ timeout: CLUSTER_MS })
    await fix.click()
    await page.getByRole('heading', { name: 'Change “hello”' }).waitFor()
    await page.locator('input:focus').fill(env.hello)
    await page.getByRole('button', { name: 'Deploy changes' }).click()
    await phase(page, 'Running')
    await page.getByRole('tab', { name: 'Revisions' }).click()
    await page.getByRole('button', { name: 'Roll back to revision 1' }).click()
    await page.getByRole('dialog', { name: 'Roll back to revision 1?' }).getByRole('button', { name: 'Roll back' }).click()
    await page.getByText('Rolled back to 1').waitFor()
    await api.until(
      `/api/engines/${id}`,
      (app: { generation: number; status: { phase: string } }) => app.generation === 4 && app.status.phase === 'Running',
      CLUSTER_MS,
    )
    expect(watched.complaints).toEqual([])
  })

  it.runIf(driver === 'knative')('sleeps at zero, wakes in its frame, and still has the log of before', inTurn, async () => {
    const { page } = watched
    // The shortest that Knative takes, so that nobody waits for minutes; and an app that takes its time, as models do, so that there is something to wait for.
    const { revision } = await api.get<{ revision: number }>(`/api/engines/${id}`)
    await api.patch(`/api/engines/${id}`, { revision, scaling: { min: 0, windowSeconds: 6 }, env: { START_DELAY_MS: '4000' } })
    await phase(page, 'Running')
    const address = page.url()
    await page.goto('about:blank')
    // Its last copy stays for half a minute, and answers at once while it is there.
    const sleeps = ({ status }: { status: { phase: string; replicas: number } }): boolean =>
      status.phase === 'Idle' && status.replicas === 0
    await api.until(`/api/engines/${id}`, sleeps, CLUSTER_MS)
    // Rather than back: a page that the browser kept is not what is looked at here.
    await page.goto(address)
    await phase(page, 'Idle')
    await page.getByText('The app is asleep').waitFor()
    await picture(page, 'app-asleep')
    await page.getByRole('button', { name: 'Wake it' }).click()
    await page.getByText('Waking up').waitFor()
    await picture(page, 'app-waking')
    await page.frameLocator('iframe').getByText('hello').waitFor({ timeout: CLUSTER_MS })
    await phase(page, 'Running')
    await page.getByRole('tab', { name: 'Log' }).click()
    // Only what is in sight is on the page: it is looked for as people would.
    await page.getByLabel('Filter lines').fill('emit before')
    await line(page, 'emit before 3/3')
    expect(watched.complaints).toEqual([])
  })
})
