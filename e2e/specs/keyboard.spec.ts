import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { launch, openPage, type WatchedPage } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { Api } from '../flows/api.ts'
import { Keyboard } from '../flows/keyboard.ts'

interface Node {
  type: string
  text?: string
  marks?: { type: string; attrs?: Record<string, unknown> }[]
  content?: Node[]
}
interface Project {
  id: string
  slug: string
  revision: number
}

const env = environment()
/** Of this run alone. */
const run = `k${Date.now().toString(36)}`
const DEPLOY_MS = 120_000

let browser: Browser
let tab: WatchedPage
let page: Page
let keys: Keyboard
let api: Api

/** Through the form, as someone without a mouse does it. */
async function enterPortal(): Promise<void> {
  await page.goto('/')
  await keys.at('textbox', 'User name')
  await keys.type(env.username)
  await keys.fill('password', 'Password', env.password)
  await keys.press('Enter')
  await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()
}

const make = (title: string, more: object = {}): Promise<Project> =>
  api.post<Project>('/api/projects', { title: `${title} ${run}`, ...more })

beforeAll(async () => {
  browser = await launch()
  tab = await openPage(browser, env.url)
  page = tab.page
  keys = new Keyboard(page)
  await enterPortal()
  api = await Api.of(tab.context.request)
  keys.faults.clear()
  tab.complaints.length = 0
}, 120_000)
afterEach(() => {
  const [faults, complaints] = [[...keys.faults], [...tab.complaints]]
  keys.faults.clear()
  tab.complaints.length = 0
  expect(faults).toEqual([])
  expect(complaints).toEqual([])
})
afterAll(() => browser.close())

describe('the main tasks, without a mouse', () => {
  it('1 signs in, and is at the content with two keys', async () => {
    const stranger = await openPage(browser, env.url)
    const [before, hands] = [page, keys]
    page = stranger.page
    keys = new Keyboard(page)
    await enterPortal()
    await page.goto('/')
    await page.getByRole('heading', { name: 'Projects', level: 1 }).waitFor()
    await keys.press('Tab')
    await keys.at('link', 'Skip to the content')
    await keys.press('Enter', 'Tab')
    await keys.inside()
    const { faults } = keys
    ;[page, keys] = [before, hands]
    await stranger.context.close()
    expect([...faults]).toEqual([])
  })

  it('2 finds a project: by the quick search from anywhere, by words and filters of the catalogue', async () => {
    const { slug } = await make('Heron', { task: 'object-detection', tags: ['birds', run] })
    await make('Crane', { task: 'image-classification', tags: ['birds', run] })

    await page.goto('/settings')
    await keys.tabTo('link', 'Your work')
    await keys.press('Control+k')
    await keys.at('combobox', 'Quick search')
    await keys.escape()
    await keys.at('link', 'Your work')
    await keys.press('Control+k')
    await keys.at('combobox', 'Quick search')
    await keys.type(`Heron ${run}`)
    await page.getByRole('option', { name: new RegExp(`^Heron ${run}`), selected: true }).waitFor()
    await keys.press('Enter')
    await page.waitForURL(`**/p/${slug}`)
    await page.getByRole('heading', { name: `Heron ${run}`, level: 1 }).waitFor()
    // The page is new, and so is what comes next.
    await keys.closed()
    await keys.press('Tab')
    await keys.inside()

    await page.goto('/')
    await keys.fill('textbox', 'Search projects', run)
    await page.getByRole('status').filter({ hasText: '2 projects' }).waitFor()
    await keys.tabTo('checkbox', /^Object detection/)
    await keys.press('Space')
    await page.getByRole('status').filter({ hasText: '1 project' }).waitFor()
    await keys.at('checkbox', /^Object detection/)
    await keys.enter('button', 'Remove the filter Task: Object detection')
    await page.getByRole('status').filter({ hasText: '2 projects' }).waitFor()
    await keys.inside()
    await keys.enter('link', `Heron ${run}`)
    await page.getByRole('heading', { name: `Heron ${run}`, level: 1 }).waitFor()
    await keys.press('Tab')
    await keys.at('link', 'Projects')
    await keys.inside()
  })

  it('3 creates a project, step by step', async () => {
    await page.goto('/')
    await keys.enter('link', 'New project')
    await keys.at('textbox', 'Title')
    await keys.type(`Wizard ${run}`)
    await keys.fill('textbox', /^Summary/, 'Made without a mouse.')
    await keys.enter('button', 'Create and go on')
    // The first step that is needed and not done; back to the ones that a project can do without.
    await keys.at('heading', 'Attributes')
    await keys.press('Control+Shift+Enter')
    await keys.at('heading', 'People')
    await keys.press('Control+Shift+Enter')
    await keys.at('heading', 'Links and data')
    await keys.enter('button', 'Add a link')
    await keys.at('textbox', 'Title')
    await keys.type('Training run')
    await keys.fill('textbox', 'Address', 'https://tracker.example/runs/42')
    // From any field, without going to the button.
    await keys.press('Control+Enter')
    await keys.at('heading', 'People')
    await keys.enter('button', 'Add me')
    await keys.enter('link', 'Next')
    await keys.at('heading', 'Attributes')
    await keys.tabTo('combobox', 'Task')
    await keys.type('Tabular c')
    await keys.fill('textbox', /^Tags/, run)
    await keys.press('Enter')
    await keys.tabTo('combobox', 'Licence')
    await keys.type('Apache')
    await keys.enter('link', 'Next')
    await keys.at('heading', 'Card')
    await keys.tabTo('textbox', 'Description')
    await keys.type('It names the species of an iris.')
    await keys.enter('button', /^Limitations/)
    await keys.enter('button', 'Begin with a suggestion')
    await keys.inside('[data-section=limitations]')
    for (const step of ['Performance', 'App', 'Publish']) {
      await keys.enter('link', 'Next')
      await keys.at('heading', step)
      if (step !== 'App') continue
      // The form that comes later leaves the keyboard where it is.
      await page.getByRole('textbox', { name: 'Image', exact: true }).waitFor()
      expect(await keys.isAt('heading', step)).toBe(true)
    }
    const slug = new URL(page.url()).pathname.split('/')[2] ?? ''
    expect(await api.get(`/api/projects/${slug}`)).toMatchObject({
      ...{ summary: 'Made without a mouse.', task: 'tabular-classification', tags: [run], licence: 'Apache-2.0' },
      ...{ links: [{ title: 'Training run', url: 'https://tracker.example/runs/42' }], contacts: [{}] },
    })
  })

  it('4 uploads files to a data set, and deletes one again', async () => {
    const { slug } = await make('Data')
    await page.goto(`/p/${slug}/data`)
    await keys.enter('button', 'New data set')
    await keys.at('textbox', 'Name')
    await keys.type('measurements')
    await keys.press('Enter')
    await page.getByRole('textbox', { name: 'Name' }).waitFor({ state: 'detached' })
    await keys.inside()
    const choosing = page.waitForEvent('filechooser')
    await keys.enter('button', 'Choose files')
    const chooser = await choosing
    await chooser.setFiles(['a', 'b'].map((name) => ({ name: `${name}.csv`, mimeType: 'text/csv', buffer: Buffer.from('x,y\n1,2\n') })))
    await page.getByRole('link', { name: 'Download a.csv' }).waitFor({ timeout: 60_000 })
    await page.getByRole('link', { name: 'Download b.csv' }).waitFor({ timeout: 60_000 })

    await keys.enter('button', 'Delete a.csv')
    await keys.opened()
    await keys.at('button', 'Cancel')
    await keys.escape()
    await keys.at('button', 'Delete a.csv')
    await keys.press('Enter')
    await keys.at('button', 'Cancel')
    await keys.enter('button', 'Delete')
    await keys.closed()
    // The next row has taken the place.
    await keys.at('button', 'Delete b.csv')
  })

  it('5 deploys an app, and reads its log', async () => {
    const { id, slug } = await make('App')
    await page.goto(`/p/${slug}/app`)
    await keys.enter('link', 'Deploy an app')
    await keys.at('textbox', 'Name')
    await keys.type('hello')
    await keys.fill('textbox', 'Image', env.hello)
    await keys.fill('textbox', 'Port', '8080')
    await keys.enter('button', 'Deploy')
    await page.getByText('Running', { exact: true }).first().waitFor({ timeout: DEPLOY_MS })
    await keys.inside()
    const log = page.getByRole('region', { name: 'Log of hello' })
    await log.locator('.log__row').first().waitFor({ timeout: 30_000 })
    await keys.tabTo('textbox', 'Filter lines')
    await keys.type('nothing has this')
    await log
      .getByText(/no lines match|Nothing matches/i)
      .first()
      .waitFor()
    await keys.press('Escape')
    await keys.tabTo('button', 'Wrap long lines')
    await keys.press('Space')
    await page.getByRole('button', { name: 'Wrap long lines', pressed: true }).waitFor()
    await keys.tabTo('group', 'Log of hello')
    await keys.press('Home', 'End', 'PageUp')
    await keys.press('Tab')
    expect(await keys.isAt('group', 'Log of hello')).toBe(false)
    const { items } = await api.get<{ items: { id: string }[] }>(`/api/engines?projectId=${id}`)
    await api.delete(`/api/engines/${items[0]?.id ?? ''}`)
  }, 180_000)

  it('6 writes a report, and leaves the text again', async () => {
    const { slug } = await make('Report')
    await page.goto(`/p/${slug}/reports`)
    await keys.enter('button', 'New report')
    await keys.at('textbox', 'Title')
    await keys.type('What was learned')
    await keys.press('Enter')
    await page.waitForURL(/\/edit$/)
    const id = new URL(page.url()).pathname.split('/').at(-2) ?? ''
    const text = /^Text of the report/
    const insert = async (name: string): Promise<void> => {
      await keys.type(`/${name}`)
      await page.getByRole('listbox', { name: 'Insert' }).waitFor()
      await keys.press('Enter')
      await page.getByRole('listbox', { name: 'Insert' }).waitFor({ state: 'detached' })
    }
    await keys.tabTo('textbox', text)
    await keys.type('/')
    await page.getByRole('option', { name: /^Text A/, selected: true }).waitFor()
    await keys.press('ArrowDown')
    await page.getByRole('option', { name: /^Heading/, selected: true }).waitFor()
    await keys.press('Escape')
    await page.getByRole('listbox', { name: 'Insert' }).waitFor({ state: 'detached' })
    await keys.press('Backspace')
    await insert('heading')
    await keys.type('Method')
    await keys.press('Enter')
    await insert('bullet')
    await keys.type('one')
    await keys.press('Enter', 'Enter')
    await insert('warning')
    await keys.type('Careful.')
    await keys.press('Enter', 'Enter')
    await insert('table')
    await keys.type('a')
    await keys.press('Tab')
    await keys.type('b')
    await keys.press('Control+End')

    const link = async (address: string): Promise<void> => {
      await keys.at('textbox', 'Address')
      await keys.type(address)
      await keys.press('Enter')
      await keys.closed()
      await keys.at('textbox', text)
      await keys.press('Control+End', 'Enter')
    }

    // A link for a word.
    await keys.type('the paper')
    await keys.press('Control+Shift+ArrowLeft')
    await page.getByRole('toolbar', { name: 'Tools of the selected words' }).waitFor()
    await keys.press('Control+k')
    await keys.at('textbox', 'Address')
    await keys.escape()
    await keys.at('textbox', text)
    await keys.press('Control+k')
    await link('https://example.org/paper')
    // Faster than the editor hears of what is selected.
    await keys.type('and data')
    await keys.press('Control+Shift+ArrowLeft', 'Control+k')
    await link('https://example.org/data')

    // A chart, from numbers that are typed.
    const panel = page.getByRole('dialog', { name: 'Chart' })
    await insert('chart')
    await keys.opened('Chart')
    await keys.escape()
    await keys.at('textbox', text)
    await insert('chart')
    await keys.opened('Chart')
    await keys.fill('textbox', /^Title/, 'Loss')
    await keys.fill('textbox', 'What it shows', 'It falls.')
    await keys.fill('textbox', 'Numbers', 'epoch,loss\n1,0.9\n2,0.4')
    await panel.locator('.js-plotly-plot .scatterlayer .trace').first().waitFor()
    await keys.tabTo('combobox', 'Kind of chart')
    await keys.type('Bars')
    await keys.enter('button', 'Put into the text')
    await keys.closed()
    await keys.at('textbox', text)

    // To the tools and back, and out of the text on either side.
    await keys.press('Alt+F10')
    await keys.at('button', 'Undo')
    await keys.press('End')
    await keys.at('button', 'Insert more')
    await keys.press('Enter')
    await page.locator('[role=menu]:focus').waitFor()
    await keys.press('ArrowDown', 'ArrowDown')
    await keys.at('menuitem', 'Image')
    await keys.escape()
    await keys.at('button', 'Insert more')
    await keys.press('ArrowLeft', 'Escape')
    await keys.at('textbox', text)
    await page.locator('[data-state=saved]').waitFor()
    // The chart is a stop of its own, with what can be done with it.
    for (let count = 0; count < 15 && (await keys.isInside('[contenteditable=true]')); count += 1) await keys.press('Tab')
    expect(await keys.isInside('[contenteditable=true]')).toBe(false)
    await keys.tabTo('link', 'Read', { back: true })

    const { content } = await api.get<{ content: Node }>(`/api/reports/${id}`)
    const all = (node: Node): Node[] => [node, ...(node.content ?? []).flatMap(all)]
    const kinds = new Set(all(content).map(({ type }) => type))
    expect(['heading', 'bulletList', 'callout', 'table', 'chart'].filter((kind) => !kinds.has(kind))).toEqual([])
    const links = all(content).filter(({ marks }) => marks?.some(({ type }) => type === 'link'))
    expect(links.map((link) => link.text)).toEqual(['paper', 'data'])
    await keys.press('Enter')
    await page.waitForURL(new RegExp(`/reports/${id}$`))
    await page.getByRole('heading', { name: 'Method' }).waitFor()
    expect(await keys.isInside()).toBe(true)
  })

  it('7 publishes a version with a note, and 8 cites it', async () => {
    const { id, slug } = await make('Published', { summary: 'Worth a version.', visibility: 'private' })
    await page.goto(`/p/${slug}/publish`)
    await keys.tabTo('radio', 'Private')
    await keys.press('ArrowDown')
    await keys.at('radio', 'Internal')
    await keys.fill('textbox', /^What is new/, 'Without a mouse.')
    await keys.enter('button', 'Publish version 1')
    await page.locator('[role=status]:focus').filter({ hasText: 'Version 1 is published' }).waitFor()
    await keys.press('Tab')
    await keys.at('button', 'Copy the permalink')
    expect(await api.get(`/api/projects/${id}/versions`)).toMatchObject({ items: [{ number: 1, note: 'Without a mouse.' }] })
    await keys.enter('link', 'Open version 1')
    await page.waitForURL(/\/v\/1$/)

    await keys.enter('button', 'Cite')
    const dialog = page.getByRole('dialog')
    await keys.opened()
    await keys.tabTo('tab', 'Text')
    await keys.press('ArrowRight')
    await keys.at('tab', 'BibTeX')
    await dialog.getByText('@misc').or(dialog.getByText('@software')).first().waitFor()
    await keys.press('ArrowRight')
    await keys.at('tab', 'CITATION.cff')
    await dialog.getByText('cff-version').first().waitFor()
    await keys.press('ArrowRight')
    await keys.at('tab', 'Text')
    await keys.enter('button', 'Copy')
    await dialog.getByRole('button', { name: 'Copied' }).waitFor()
    // The dialog keeps the keyboard.
    for (let count = 0; count < 12; count += 1) {
      await keys.press('Tab')
      expect((await keys.isInside('[role=dialog]')) || !(await keys.isInside('body'))).toBe(true)
    }
    await keys.escape()
    await keys.at('button', 'Cite')
  })

  it('9 shares a project: who reads it, and who works on it', async () => {
    const { id, slug } = await make('Shared', { visibility: 'private' })
    const { user } = await api.post<{ user: { username: string } }>('/api/iam/users', {
      ...{ username: `m-${run}`, displayName: `Member ${run}`, role: 'user' },
    })
    await page.goto(`/p/${slug}/members`)
    await keys.tabTo('radio', 'Private')
    await keys.press('ArrowDown')
    await keys.enter('button', 'Make it Internal')
    await page.getByRole('button', { name: 'Make it Internal' }).waitFor({ state: 'detached' })
    await keys.inside()

    await keys.fill('combobox', 'Person or group', user.username)
    await page.getByRole('option', { name: new RegExp(`Member ${run}`), selected: true }).waitFor()
    await keys.press('Enter')
    await page.getByRole('button', { name: `Choose someone else than Member ${run}` }).waitFor()
    await keys.inside()
    await keys.tabTo('combobox', 'Role')
    await keys.type('Editor')
    await keys.enter('button', 'Add')
    await page.getByRole('combobox', { name: `Role of Member ${run}` }).waitFor()
    await keys.at('combobox', 'Person or group')
    await keys.enter('button', `Remove Member ${run}`)
    await keys.at('button', 'Undo')
    await keys.press('Enter')
    await page.getByRole('combobox', { name: `Role of Member ${run}` }).waitFor()
    await keys.inside()
    expect(await api.get(`/api/projects/${id}`)).toMatchObject({ visibility: 'internal' })
    expect(await api.get(`/api/projects/${id}/members`)).toMatchObject({ members: [{ name: user.username, role: 'editor' }] })
  })

  it('10 creates a user, finds and disables them', async () => {
    await page.goto('/')
    await keys.tabTo('button', 'Account')
    await keys.press('Enter')
    await keys.opened('Account')
    await keys.escape()
    await keys.at('button', 'Account')
    await keys.press('Enter')
    await keys.opened('Account')
    await keys.enter('link', 'Admin')
    await page.getByRole('heading', { name: 'Users', level: 1 }).waitFor()
    await keys.enter('button', 'New user')
    await keys.at('textbox', 'User name')
    await keys.escape()
    await keys.at('button', 'New user')
    await keys.press('Enter')
    await keys.at('textbox', 'User name')
    await keys.type(`u-${run}`)
    await keys.fill('textbox', /^Full name/, `Person ${run}`)
    await keys.press('Enter')
    await keys.opened(/has an account$/)
    await keys.enter('button', 'I have copied it')
    await keys.closed()
    await keys.at('button', 'New user')

    await keys.fill('textbox', 'Search people', run)
    await page.getByRole('row', { name: new RegExp(`Person ${run}`) }).waitFor()
    await page
      .getByRole('status')
      .filter({ hasText: /^[12] / })
      .first()
      .waitFor({ state: 'attached' })
    await keys.enter('button', `Actions for Person ${run}`)
    await page.getByRole('menuitem', { name: 'Disable' }).waitFor()
    while (!(await keys.isAt('menuitem', 'Disable'))) await keys.press('ArrowDown')
    await keys.press('Enter')
    await keys.at('button', 'Cancel')
    await keys.enter('button', 'Disable')
    await keys.closed()
    await page.getByRole('row', { name: new RegExp(`Person ${run}.*Disabled`) }).waitFor()
    await keys.at('button', `Actions for Person ${run}`)
  })
})

it('holds the keyboard nowhere, and goes through pages as one reads them', async () => {
  const { slug } = await make('Round', { summary: 'Something to read.', tags: ['round'] })
  const jumps: string[] = []
  for (const path of [
    `/p/${slug}`,
    `/p/${slug}/setup/basics`,
    `/p/${slug}/manage`,
    '/settings',
    '/settings/tokens',
    '/admin/limits',
    '/mine',
  ]) {
    await page.goto(path)
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' })
    const stops = await keys.around(120)
    expect(stops.length).toBeGreaterThan(5)
    // Down the page, or on to the right: up again only into a column further right.
    for (const [index, stop] of stops.entries()) {
      const before = stops[index - 1]
      if (before && stop.top < before.top - 24 && stop.left <= before.left) jumps.push(`${path}: ${before.name} › ${stop.name}`)
    }
  }
  expect(jumps).toEqual([])
}, 120_000)
