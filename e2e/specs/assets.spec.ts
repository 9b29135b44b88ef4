import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { barriers } from '../fixtures/axe.ts'
import { launch, openPage, picture, sizeOf } from '../fixtures/browser.ts'
import { environment } from '../fixtures/environment.ts'
import { inBothThemes } from '../fixtures/look.ts'
import { Api } from '../flows/api.ts'
import { recordFilm, vtt } from '../flows/assets.ts'
import { signIn } from '../flows/sign-in.ts'

interface Node {
  type: string
  attrs?: Record<string, unknown>
  content?: Node[]
}
interface Project {
  id: string
  slug: string
}

const env = environment()
const run = Date.now().toString(36)
let browser: Browser
let film: Buffer<ArrayBuffer>
beforeAll(async () => {
  browser = await launch()
  const context = await browser.newContext()
  film = await recordFilm(context, 10)
  await context.close()
}, 60_000)
afterAll(() => browser.close())

/** A picture of several colours, large enough to be drawn smaller. */
const drawn = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 900, height: 500 })
    const pen = canvas.getContext('2d')
    for (let at = 0; at < 9; at++) {
      if (pen) pen.fillStyle = `hsl(${at * 40} 70% 55%)`
      pen?.fillRect(at * 100, 0, 100, 500)
    }
    return canvas.toDataURL('image/png').split(',')[1] ?? ''
  })

/** Gives files to the text as someone does who drops or pastes them. */
async function give(page: Page, text: Locator, how: 'drop' | 'paste', file: { name: string; type: string; bytes: string }): Promise<void> {
  const data = await page.evaluateHandle(({ name, type, bytes }) => {
    const transfer = new DataTransfer()
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (byte) => byte.charCodeAt(0))], name, { type }))
    return transfer
  }, file)
  const box = await text.boundingBox()
  const at = { clientX: (box?.x ?? 0) + 40, clientY: (box?.y ?? 0) + 12 }
  if (how === 'drop') await text.dispatchEvent('drop', { dataTransfer: data, ...at })
  else
    await text.evaluate(
      (element, clipboardData) => element.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true })),
      data,
    )
}

/** Plays the film in the player, and looks that it does: the time goes on, captions are there. */
async function plays(page: Page, words: string): Promise<void> {
  const player = page.locator('.plyr').first()
  await player.scrollIntoViewIfNeeded()
  const time = (): Promise<number> => player.locator('video').evaluate((video) => (video as HTMLVideoElement).currentTime)
  const isPaused = (): Promise<boolean> => player.locator('video').evaluate((video) => (video as HTMLVideoElement).paused)
  await player.getByRole('button', { name: /^Play/ }).last().focus()
  await page.keyboard.press('Enter')
  await expect.poll(time).toBeGreaterThan(0.3)
  await expect.poll(() => player.locator('.plyr__captions').innerText()).toContain(words)
  await page.keyboard.press('k')
  await expect.poll(isPaused).toBe(true)
  await player.hover()
}

const saved = (page: Page): Promise<void> => page.locator('[data-state=saved]').waitFor()

it('brings a film with captions and pictures into a report; they play, and are read', { timeout: 240_000 }, async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  await signIn(page, env)
  const api = await Api.of(context.request)
  const project = await api.post<Project>('/api/projects', { title: `Films ${run}`, visibility: 'internal' })
  const { id } = await api.post<{ id: string }>(`/api/projects/${project.id}/reports`, { title: 'What it looks like' })
  const read = async (): Promise<Node[]> => (await api.get<{ content: Node }>(`/api/reports/${id}`)).content.content ?? []
  complaints.length = 0
  await page.goto(`/p/${project.slug}/reports/${id}/edit`)
  // Chromium hands choosers over for as long as somebody listens; a key would come before one that begins to.
  page.on('filechooser', () => undefined)
  const text = page.getByRole('textbox', { name: /Text of the report/ })
  await text.click()
  await page.keyboard.type('The film:')
  await page.keyboard.press('Enter')

  // A film that is dropped: how far it has come is told until it is there.
  const gate = Promise.withResolvers<undefined>()
  const held = (url: URL): boolean => url.origin !== new URL(env.url).origin && url.searchParams.has('uploadId')
  await page.route(held, async (route) => {
    await gate.promise
    await route.continue()
  })
  await give(page, text, 'drop', { name: 'run.webm', type: 'video/webm', bytes: film.toString('base64') })
  await page.getByRole('progressbar', { name: /run\.webm/ }).waitFor()
  await picture(page, 'asset-under-way')
  gate.resolve(undefined)
  await page.locator('.plyr video').waitFor()
  // Beside the line on which it was dropped, which stays whole.
  await page.getByText('The film:', { exact: true }).waitFor()
  await page.unroute(held)
  await page.getByRole('progressbar', { name: /run\.webm/ }).waitFor({ state: 'detached' })
  await page.getByLabel('Title', { exact: true }).last().fill('A run')
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), page.getByRole('button', { name: 'Add a WebVTT file' }).click()])
  await chooser.setFiles({ name: 'run.vtt', mimeType: 'text/vtt', buffer: Buffer.from(vtt('A square crosses.')) })
  await page.getByText('There are captions.').waitFor()
  await plays(page, 'A square crosses.')
  expect(await barriers(page)).toEqual([])
  await picture(page, 'asset-film-edit')

  // Another one by the slash menu, by keys alone.
  await text.focus()
  await page.keyboard.press('Control+End')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.type('/video')
  await page.getByRole('listbox').waitFor()
  const [second] = await Promise.all([page.waitForEvent('filechooser'), page.keyboard.press('Enter')])
  await second.setFiles({ name: 'second.webm', mimeType: 'video/webm', buffer: film })
  await page.locator('.plyr').nth(1).waitFor()

  // Pictures: pasted and dropped; described; drawn smaller by mouse and by keys.
  const bytes = await drawn(page)
  const undescribed = page.getByText('Describe the image for those who do not see it.')
  await page.getByText('The film:').click()
  await give(page, text, 'paste', { name: 'pasted.png', type: 'image/png', bytes })
  await page.locator('.picture img').first().waitFor()
  await give(page, text, 'drop', { name: 'dropped.png', type: 'image/png', bytes })
  await page.locator('.picture img').nth(1).waitFor()
  await expect.poll(() => undescribed.count()).toBe(2)
  await picture(page, 'asset-images-asked')
  for (const [at, name] of ['Stripes', 'More stripes'].entries()) await page.getByLabel('Description').nth(at).fill(name)
  await expect.poll(() => undescribed.count()).toBe(0)
  const handles = page.getByRole('slider', { name: /width/i })
  await handles.first().focus()
  for (const key of ['ArrowLeft', 'ArrowLeft', 'ArrowLeft']) await page.keyboard.press(key)
  await expect.poll(() => handles.first().getAttribute('aria-valuenow')).toBe('85')
  await handles.nth(1).scrollIntoViewIfNeeded()
  await page.locator('.picture img').nth(1).hover()
  const box = await handles.nth(1).boundingBox()
  if (!box) throw new Error('the handle is not there')
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x - 120, box.y + box.height / 2, { steps: 4 })
  await page.mouse.up()
  const width = Number(await handles.nth(1).getAttribute('aria-valuenow'))
  expect(width).toBeGreaterThan(30)
  expect(width).toBeLessThan(90)
  await picture(page, 'asset-images')
  await saved(page)
  const nodes = await read()
  expect(nodes.filter(({ type }) => type === 'image').map(({ attrs }) => [attrs?.['alt'], attrs?.['width']])).toEqual(
    expect.arrayContaining([
      ['Stripes', 85],
      ['More stripes', width],
    ]),
  )
  const films = nodes.filter(({ type }) => type === 'video')
  expect(films).toHaveLength(2)
  expect(films[0]?.attrs).toMatchObject({ title: 'A run', captions: expect.any(String) as string })
  expect(await barriers(page)).toEqual([])

  // As readers have it, and in a version.
  await api.post(`/api/projects/${project.id}/publication`, { note: 'With a film.' })
  await context.close()
  expect(complaints).toEqual([])
  const reader = await openPage(browser, env.url)
  await signIn(reader.page, env)
  reader.complaints.length = 0
  for (const wide of [1280, 390]) {
    await reader.page.setViewportSize(sizeOf(wide))
    await reader.page.goto(`/p/${project.slug}/reports/${id}`)
    await plays(reader.page, 'A square crosses.')
    expect(await inBothThemes(reader.page, 'asset-film-read')).toEqual([])
    await reader.page.getByAltText('More stripes').scrollIntoViewIfNeeded()
    await picture(reader.page, `asset-images-read-${wide}`)
  }
  await reader.page.goto(`/p/${project.slug}/v/1`)
  await plays(reader.page, 'A square crosses.')
  await picture(reader.page, 'asset-film-version')
  expect(reader.complaints).toEqual([])
  await reader.context.close()
})

it('shows a film in the place of an app, which is played on the page of the project', { timeout: 120_000 }, async () => {
  const { page, context, complaints } = await openPage(browser, env.url)
  await signIn(page, env)
  const api = await Api.of(context.request)
  const project = await api.post<Project>('/api/projects', { title: `Film for an app ${run}`, visibility: 'internal' })
  complaints.length = 0
  await page.goto(`/p/${project.slug}/setup/app`)
  await page.getByText('A video', { exact: true }).click()
  await page.locator('[data-test=video]').setInputFiles({ name: 'machine.webm', mimeType: 'video/webm', buffer: film })
  const captions = { name: 'machine.vtt', mimeType: 'text/vtt' }
  await page.locator('[data-test=captions]').setInputFiles({ ...captions, buffer: Buffer.from('no captions') })
  await page.getByLabel('What the video shows').fill('The machine at work')
  await page.getByRole('button', { name: 'Put it on the card' }).click()
  await page.getByRole('alert').filter({ hasText: 'not what its name says' }).waitFor()
  complaints.length = 0
  await page.locator('[data-test=captions]').setInputFiles({ ...captions, buffer: Buffer.from(vtt('It turns.')) })
  await picture(page, 'asset-wizard-film')
  await page.getByRole('button', { name: 'Put it on the card' }).click()
  await page.getByText('The video is on the card').waitFor()
  expect(await barriers(page)).toEqual([])
  await picture(page, 'asset-wizard-film-done')
  await expect.poll(async () => JSON.stringify(await api.get(`/api/projects/${project.id}/card`))).toContain('The machine at work')
  await page.goto(`/p/${project.slug}`)
  const player = page.locator('.plyr').first()
  await player.getByRole('button', { name: /^Play/ }).last().click()
  await expect.poll(() => player.locator('video').evaluate((video) => (video as HTMLVideoElement).currentTime)).toBeGreaterThan(0.2)
  await player.getByText('It turns.').waitFor()
  await picture(page, 'asset-film-project')
  expect(complaints).toEqual([])
  await context.close()
})
