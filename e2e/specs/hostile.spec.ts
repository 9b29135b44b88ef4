import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOSTILE_HTML, hostileDocuments, hostilePages } from '../../backend/src/modules/richtext/fixtures/hostile.ts'
import { launch, openPage } from '../fixtures/browser.ts'
import { ownEnvironment } from '../fixtures/own-environment.ts'
import { Api } from '../flows/api.ts'
import { uploadEmptyFilm, uploadPixel } from '../flows/assets.ts'
import { signIn } from '../flows/sign-in.ts'

const env = await ownEnvironment('hostile')
const run = Date.now().toString(36)

interface Node {
  type: string
  attrs?: Record<string, unknown>
  content?: Node[]
}
interface Report {
  id: string
  revision: number
}

// What one text may hold; the portal's own limits are above.
const BLOCKS = 250
const HEAVY_BLOCKS = 40
// Charts take their time to be drawn, and pictures are fetched: so many cases lie between two that are shown.
const EVERY_HEAVY = 4
// Of all cases, those that are put together for one request.
const PASTED_AT_ONCE = 10
const DRAW_MS = 60_000
/** What is no text for this portal, or too large a one. */
const REFUSED = [400, 413, 422]
// The one asset and app that the cases name.
const NAMED = '01arz3ndektsv4rrffq69g5fav'

declare global {
  interface Window {
    /** What ran, or tried to. */
    attacks: string[]
  }
}

let browser: Browser
let page: Page
let api: Api
let foreign: string[]
/** Requests under way, but for the stream that stays open and films, which are fetched when they are played. */
let underWay: Set<string>
let project: { id: string; slug: string; revision: number }
/** What the cases are shown with: a picture, a film and its captions. */
let assets: { image: string; film: string; captions: string }

beforeAll(async () => {
  browser = await launch()
  const watched = await openPage(browser, env.url)
  ;({ page } = watched)
  foreign = []
  await watched.context.addInitScript(() => {
    window.attacks = []
    const said = (what: string) => (): void => void window.attacks.push(what)
    for (const name of ['alert', 'confirm', 'prompt'] as const) Object.assign(window, { [name]: said(name) })
    // What the policy holds back was already too far: nothing of it may have become an element that tries.
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI, sourceFile }) =>
      window.attacks.push(`${violatedDirective} ${blockedURI} ${sourceFile}`),
    )
  })
  underWay = new Set()
  // By address: of several for the same picture Chromium ends one, and takes the others from that.
  page.on('requestfinished', (request) => void underWay.delete(request.url()))
  page.on('requestfailed', (request) => void underWay.delete(request.url()))
  page.on('request', (request) => {
    if (!request.url().includes('/api/events') && request.resourceType() !== 'media') underWay.add(request.url())
    if (/evil|attacker|burp/.test(new URL(request.url()).hostname)) foreign.push(request.url())
  })
  await signIn(page, env)
  api = await Api.of(watched.context.request)
  project = await api.post('/api/projects', { title: `Hostile texts ${run}`, visibility: 'internal', tags: [] })
  assets = { image: await uploadPixel(api, project.id), ...(await uploadEmptyFilm(api, project.id)) }
})
afterAll(async () => {
  await browser.close()
  await env.stop()
})

/** The cases with assets that are there, of the right kind, in the place of the one that they name. */
const withAsset = (node: Node): Node => {
  const { image, film, captions } = assets
  const video = '"type":"video","attrs":{"asset":'
  const text = JSON.stringify(node)
    .replaceAll(`${video}"${NAMED}"`, `${video}"${film}"`)
    .replaceAll(`"captions":"${NAMED}"`, `"captions":"${captions}"`)
  return JSON.parse(text.replaceAll(NAMED, image)) as Node
}

/** A text of these blocks without those that the portal refuses. @returns its id, and how many it took */
async function written(title: string, blocks: Node[]): Promise<{ id: string; taken: number }> {
  const { id, revision } = await api.post<Report>(`/api/projects/${project.id}/reports`, { title })
  let left = blocks
  for (;;) {
    const answer = await api.attempt<{ errors?: { path?: string; field?: string }[] }>('PATCH', `/api/reports/${id}`, {
      ...{ revision, content: { type: 'doc', content: left } },
    })
    if (answer.status === 200) return { id, taken: left.length }
    const refused = new Set((answer.body.errors ?? []).map((error) => Number(/content\[(\d+)\]/.exec(JSON.stringify(error))?.[1])))
    refused.delete(Number.NaN)
    if (refused.size === 0) throw new Error(`${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`)
    left = left.filter((_, index) => !refused.has(index))
  }
}

/** Cuts into parts that one text may hold. */
function parts(nodes: Node[], size: number): Node[][] {
  const cut: Node[][] = []
  for (let at = 0; at < nodes.length; at += size) cut.push(nodes.slice(at, at + size))
  return cut
}

const quiet = (): Promise<void> => expect.poll(() => [...underWay], { timeout: 30_000 }).toEqual([])

/** Looks at a whole page, so that what is fetched or drawn only when it is seen is there, and points at what may be pointed at. */
async function lookAt(address: string): Promise<void> {
  await page.goto(address)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await quiet()
  await page.evaluate(async () => {
    for (let y = 0; y < document.documentElement.scrollHeight; y += window.innerHeight) {
      window.scrollTo(0, y)
      await new Promise((done) => requestAnimationFrame(done))
    }
    // While one scrolls no chart is drawn; on paper all are.
    globalThis.dispatchEvent(new Event('beforeprint'))
  })
  await expect.poll(() => page.locator('main [data-chart-state=waiting]').count(), { timeout: DRAW_MS }).toBe(0)
  await page.evaluate(() => {
    for (const element of document.querySelectorAll('main *')) {
      for (const name of ['mouseover', 'focus', 'pointerenter', 'animationstart']) element.dispatchEvent(new Event(name))
    }
  })
  await quiet()
  await unharmed(address)
}

async function unharmed(where: string): Promise<void> {
  expect({ where, attacks: await page.evaluate(() => window.attacks), foreign }).toEqual({ where, attacks: [], foreign: [] })
  expect(new URL(page.url()).origin, where).toBe(env.url)
}

const isHeavy = ({ type }: Node): boolean => ['chart', 'image', 'video'].includes(type)
const depthOf = (node: unknown): number =>
  typeof node === 'object' && node !== null ? 1 + Math.max(0, ...Object.values(node).map(depthOf)) : 0
// What is nested deep or has a key that poisons objects is refused before anything is read, with all that comes along.
const isRead = (node: unknown): boolean => {
  try {
    const json = depthOf(node) < 40 ? JSON.stringify(node) : ''
    return json !== '' && json.length < 10_000 && !/"(__proto__|constructor|prototype)":/.test(json)
  } catch {
    return false
  }
}
const isNode = (node: unknown): node is Node => typeof node === 'object' && node !== null && 'type' in node
const blocksOf = (doc: unknown): Node[] => {
  const content = typeof doc === 'object' && doc !== null && 'content' in doc ? doc.content : []
  return Array.isArray(content) ? content.filter(isNode).filter(({ type }) => type !== 'tableOfContents') : []
}

describe('texts that mean harm', () => {
  it('as documents are refused, or shown without any of it happening', async () => {
    // A case of more than a few blocks only tries how much is taken.
    const cases = [...hostileDocuments()].map(({ doc }) => blocksOf(doc)).filter(({ length }) => length > 0 && length < 5)
    const nodes = cases.flat().filter(isRead).map(withAsset)
    const texts = [
      ...parts(
        nodes.filter((node) => !isHeavy(node)),
        BLOCKS,
      ),
      ...parts(
        nodes.filter(isHeavy).filter((_, index) => index % EVERY_HEAVY === 0),
        HEAVY_BLOCKS,
      ),
    ]
    let taken = 0
    for (const [index, blocks] of texts.entries()) {
      const text = await written(`Text ${index}`, blocks)
      taken += text.taken
      await lookAt(`/p/${project.slug}/reports/${text.id}`)
      const { html } = await api.get<{ html: string }>(`/api/reports/${text.id}/html`)
      await page.evaluate((inside) => {
        const place = document.createElement('div')
        document.body.append(place)
        place.innerHTML = inside
      }, html)
      await quiet()
      await unharmed(`HTML of text ${index}`)
    }
    expect(taken).toBeGreaterThan(1_000)
  })

  it('as pages are imported and shown without any of it happening', async () => {
    const pages = [...hostilePages()].filter(({ html }) => html.length < 10_000)
    expect(pages.length).toBeGreaterThan(1_000)
    const imported: Node[] = []
    for (let at = 0; at < pages.length; at += PASTED_AT_ONCE)
      for (const answer of await Promise.all(
        pages
          .slice(at, at + PASTED_AT_ONCE)
          .map(({ html }) => api.attempt<{ content: unknown }>('POST', `/api/projects/${project.id}/richtext/import`, { html })),
      )) {
        if (answer.status < 300) imported.push(...blocksOf(answer.body.content))
        else expect(REFUSED, JSON.stringify(answer.body)).toContain(answer.status)
      }
    // Of many pages the same is left, which need not be shown twice.
    const left = new Map(imported.filter((node) => !isHeavy(node)).map((node) => [JSON.stringify(node), node]))
    for (const [index, blocks] of parts([...left.values()], BLOCKS).entries())
      await lookAt(`/p/${project.slug}/reports/${(await written(`Page ${index}`, blocks)).id}`)
    expect(imported.length).toBeGreaterThan(500)
  })

  it('are pasted into the editor without any of it happening', async () => {
    const { id } = await api.post<Report>(`/api/projects/${project.id}/reports`, { title: 'Pasted' })
    await page.goto(`/p/${project.slug}/reports/${id}/edit`)
    const editor = page.locator('.ProseMirror[contenteditable=true]')
    await editor.click()
    for (const html of HOSTILE_HTML) {
      await editor.evaluate((element, pasted) => {
        const data = new DataTransfer()
        data.setData('text/html', pasted)
        data.setData('text/plain', pasted)
        element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
      }, html)
    }
    await quiet()
    // Chromium parses what is pasted in a document of its own that never runs anything, and names there what is held back.
    await page.evaluate(() => (window.attacks = window.attacks.filter((what) => !/^(script-src-attr inline|base-uri) /.test(what))))
    expect(await page.evaluate(() => document.baseURI)).toBe(page.url())
    await unharmed('the editor')
    const handlers = await editor.evaluate((element) =>
      [...element.querySelectorAll('*')].flatMap(({ attributes }) =>
        [...attributes].filter(({ name }) => name.startsWith('on')).map(({ name }) => name),
      ),
    )
    expect(handlers).toEqual([])
    expect((await editor.textContent())?.length).toBeGreaterThan(100)
  })

  it('are names and words of projects, data sets and pictures without any of it happening', async () => {
    const words = HOSTILE_HTML.filter((html) => html.length <= 120 && !/[\p{C}]/u.test(html))
    const some = words.filter((_, index) => index % 12 === 0)
    for (const title of some) {
      const one = await api.attempt<{ id: string; slug: string; revision: number }>('POST', '/api/projects', {
        ...{ title: `${run} ${title}`.slice(0, 120), summary: title, tags: [title.slice(0, 40)], visibility: 'internal' },
      })
      if (one.status >= 300) {
        expect(REFUSED, JSON.stringify(one.body)).toContain(one.status)
        continue
      }
      const { id, slug, revision } = one.body
      await api.attempt('PATCH', `/api/projects/${id}`, {
        ...{ revision, frameworks: [title.slice(0, 40)], licence: title.slice(0, 80), contacts: [{ name: title, email: '', url: '' }] },
      })
      await api.attempt('POST', '/api/datasets', { projectId: id, name: title.slice(0, 80) })
      await lookAt(`/p/${slug}`)
    }
    await lookAt(`/?q=${run}`)
    expect(some.length).toBeGreaterThan(10)
  })
})
