import { load } from 'cheerio'
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { isRunning } from '../../src/modules/exports/process-group.js'
import { hostileDocuments } from '../../src/modules/richtext/fixtures/hostile.js'
import type { RichNode, RichText } from '../../src/modules/richtext/rich-text.js'
import { validateRichText } from '../../src/modules/richtext/validate.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { addAsset } from '../factories/assets.js'
import { makeProject, type ProjectBody } from '../factories/datasets.js'
import { isoFile, png } from '../factories/pictures.js'
import { makeUser } from '../factories/users.js'

const CHROMIUM = '/usr/bin/chromium'
const MIB = 2 ** 20

let portal: TestApp
let client: TestClient
let stranger: TestClient
let project: ProjectBody

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename, env: existsSync(CHROMIUM) ? { VITRINE_CHROMIUM: CHROMIUM } : {} })
  client = await portal.signedIn()
  stranger = (await makeUser(portal, 'bob')).client
  project = await makeProject(client)
})
afterAll(() => portal.remove())

const doc = (...content: RichNode[]): RichText => ({ type: 'doc', content })
const line = (text: string): RichNode => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const image = (asset: string, alt: string): RichNode => ({ type: 'image', attrs: { asset, alt } })

async function makeReport(content: RichText, title = 'A report', of = project): Promise<string> {
  const { status, body } = await client.post<{ id: string }>(`/api/projects/${of.id}/reports`, { title, content })
  if (status !== 201) throw new Error(`expected 201, got ${status}: ${JSON.stringify(body)}`)
  return body.id
}
const fetchFile = (path: string, by = client, of = portal, signal?: AbortSignal): Promise<Response> =>
  fetch(`${of.url}${path}`, { headers: { cookie: by.cookie ?? '' }, ...(signal ? { signal } : {}) })
const problemOf = async (answer: Response): Promise<[number, string]> => [answer.status, ((await answer.json()) as ProblemBody).code]

/** What in a page leads, loads or runs anything that is not in it. */
function outside(html: string): string[] {
  const $ = load(html)
  const found: string[] = []
  for (const element of $('*').toArray()) {
    if (!('attribs' in element)) continue
    const name = element.name.toLowerCase()
    if (/^(script|iframe|object|embed|base|link|form|video|audio|source|track|template|foreignobject|use|image)$/.test(name))
      found.push(`<${name}>`)
    for (const [key, value] of Object.entries(element.attribs)) {
      const attribute = key.toLowerCase()
      if (attribute.startsWith('on')) found.push(`${name} ${key}`)
      if (attribute === 'href' && (name !== 'a' || !/^(https?:\/\/[^/\s]|mailto:[^\s]|#)/.test(value))) found.push(`${name} href ${value}`)
      if (/^(src|srcset|poster|action|background|data|xlink:href|formaction|ping)$/.test(attribute) && !value.startsWith('data:image/'))
        found.push(`${name} ${key} ${value.slice(0, 60)}`)
      if (attribute === 'style' && /url|@|expression|position/i.test(value)) found.push(`style ${value}`)
    }
  }
  const css = $('style').text()
  if (/url\((?!data:font\/woff2;base64,)|@import|<\//.test(css)) found.push('a style')
  return found
}

const chart = (data: Record<string, unknown>[], title = 'Accuracy'): RichNode => ({
  type: 'chart',
  attrs: { id: 'c1', title, summary: 'It rises.', height: 400, spec: { data, layout: {} }, source: { kind: 'inline' } },
})

describe('an export as HTML', () => {
  it('is one file that says where it is from and needs nothing else', async () => {
    const picture = await addAsset(client, project.id, { contentType: 'image/png', bytes: png(40, 20) })
    const huge = await addAsset(client, project.id, { contentType: 'image/png', bytes: png(40, 20, 9 * MIB) })
    const film = await addAsset(client, project.id, { contentType: 'video/mp4', bytes: isoFile('isom', 'mp42') })
    const id = await makeReport(
      doc(
        { type: 'tableOfContents' },
        { type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'Results' }] },
        { type: 'paragraph', content: [{ type: 'text', text: 'here', marks: [{ type: 'link', attrs: { href: '/p/other' } }] }] },
        image(picture.id, 'A plot'),
        image(huge.id, 'A giant plot'),
        { type: 'video', attrs: { asset: film.id, captions: null, title: 'The demo' } },
        { type: 'blockMath', attrs: { latex: '\\frac{a}{b}' } },
        chart([
          { type: 'scatter', name: 'train', x: [1, 2, 3], y: [0.1, 0.5, 0.9] },
          { type: 'bar', name: 'test', x: [1, 2, 3], y: [0.2, 0.3, 0.4] },
        ]),
      ),
      'Wie "gut" /ist/ das?',
    )
    const answer = await fetchFile(`/api/reports/${id}/export?format=html`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('content-disposition')).toBe(
      `attachment; filename="Wie gut ist das, revision 1.html"; filename*=UTF-8''Wie%20gut%20ist%20das%2C%20revision%201.html`,
    )
    const html = await answer.text()
    expect(outside(html)).toEqual([])

    const $ = load(html)
    expect($('meta[http-equiv]').attr('content')).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:")
    expect($('h1').text()).toBe('Wie "gut" /ist/ das?')
    for (const part of ['.head', '.foot']) {
      expect($(part).text()).toContain('Revision 1')
      expect($(part).text()).toMatch(/[0-9a-f]{64}/)
      expect($(`${part} a`).attr('href')).toContain(`/reports/${id}`)
    }
    expect($('img').attr('src')).toBe(`data:image/png;base64,${png(40, 20).toString('base64')}`)
    expect($('main').text()).toContain('Picture too large for this file: A giant plot')
    expect($('main').text()).toContain('Video: The demo')
    expect($('a:contains("here")').attr('href')).toMatch(/^http.*\/p\/other$/)
    expect($('style').text()).toContain('data:font/woff2;base64,')
    expect($('.katex').length).toBeGreaterThan(0)
    expect($('.rt-chart svg path').attr('d')).toMatch(/^M[\d.]+ [\d.]+L/)
    expect($('.rt-chart svg rect').length).toBe(3)
    expect($('.rt-chart table tbody tr').length).toBe(6)
  })

  it('says what it adds in the language that is asked for, else in that of the browser', async () => {
    const id = await makeReport(doc(line('Text')))
    const read = async (query: string, accepted: string): Promise<[string | undefined, string]> => {
      const headers = { cookie: client.cookie ?? '', 'accept-language': accepted }
      const $ = load(await (await fetch(`${portal.url}/api/reports/${id}/export${query}`, { headers })).text())
      return [$('html').attr('lang'), $('.facts dt').first().next().text().replace(/,.*/, '')]
    }
    expect(await read('?lang=de', 'en')).toEqual(['de', 'Stand 1'])
    expect(await read('', 'de-CH, en;q=0.5')).toEqual(['de', 'Stand 1'])
    expect(await read('', 'fr')).toEqual(['en', 'Revision 1'])
    expect(await read('?lang=en', 'de')).toEqual(['en', 'Revision 1'])
    expect(await problemOf(await fetchFile(`/api/reports/${id}/export?lang=fr`))).toEqual([400, 'validation-failed'])
  })

  it('has the fonts of formulas only where there are formulas, and draws only charts that it draws rightly', async () => {
    const log = [{ type: 'scatter', y: [1, 2] }]
    const id = await makeReport(
      doc(line('plain'), chart([{ type: 'pie', values: [1] }]), chart([{ type: 'bar', orientation: 'h', x: [1], y: ['a'] }]), chart(log)),
    )
    const html = await (await fetchFile(`/api/reports/${id}/export`)).text()
    expect(html).not.toContain('@font-face')
    expect(load(html)('svg').length).toBe(1)
    expect(Buffer.byteLength(html)).toBeLessThan(20_000)
  })

  it('of a version shows what was frozen, and is gone with it', async () => {
    const own = await makeProject(client)
    await makeReport(doc(line('frozen words')), 'Chapter one', own)
    const { status } = await client.post(`/api/projects/${own.id}/publication`, { note: 'first' })
    expect(status).toBe(201)
    const { body: version } = await client.get<{ hash: string }>(`/api/projects/${own.id}/versions/1`)
    await makeReport(doc(line('later words')), 'Chapter two', own)
    const path = `/api/projects/${own.id}/versions/1/export`
    const html = await (await fetchFile(path)).text()
    expect(outside(html)).toEqual([])
    expect(html).toContain('frozen words')
    expect(html).not.toContain('later words')
    expect(load(html)('.head').text()).toContain(version.hash)
    expect(load(html)('.foot a').attr('href')).toMatch(/\/v\/1$/)
    await client.post(`/api/projects/${own.id}/versions/1/withdraw`, { reason: 'wrong' })
    expect(await problemOf(await fetchFile(path))).toEqual([410, 'version-withdrawn'])
  })

  it('is not there for who may not know of the project', async () => {
    const { body: hidden } = await client.post<ProjectBody>('/api/projects', { title: 'Hidden', visibility: 'private' })
    const id = await makeReport(doc(line('secret')), 'Hidden', hidden)
    expect(await problemOf(await fetchFile(`/api/reports/${id}/export`, stranger))).toEqual([404, 'report-not-found'])
    expect(await problemOf(await fetchFile(`/api/projects/${hidden.id}/versions/1/export`, stranger))).toEqual([404, 'project-not-found'])
    expect(await problemOf(await fetchFile(`/api/reports/${id}/export?format=docx`))).toEqual([400, 'validation-failed'])
  })

  it('stays harmless whatever is written in a text or its title', { timeout: 60_000 }, async () => {
    const accepted = [...hostileDocuments()].flatMap(({ doc: sent }) => {
      try {
        return validateRichText(sent).content.filter(({ type }) => !['image', 'video', 'appEmbed', 'tableOfContents'].includes(type))
      } catch {
        return []
      }
    })
    expect(accepted.length).toBeGreaterThan(1_000)
    const title = '</title><script>alert(1)</script><img src=x onerror=alert(1)>'
    for (let at = 0; at < accepted.length; at += 90) {
      const id = await makeReport(doc(...accepted.slice(at, at + 90)), title)
      const html = await (await fetchFile(`/api/reports/${id}/export`)).text()
      expect(outside(html)).toEqual([])
      expect(load(html)('h1').text()).toBe(title)
    }
  })
})

describe('an export as PDF', () => {
  it.skipIf(!existsSync(CHROMIUM))(`is printed by Chromium (left out where there is no ${CHROMIUM})`, { timeout: 60_000 }, async () => {
    const id = await makeReport(
      doc(line('On paper'), { type: 'blockMath', attrs: { latex: 'x^2' } }, chart([{ type: 'bar', x: ['a', 'b'], y: [1, 2] }])),
    )
    const answer = await fetchFile(`/api/reports/${id}/export?format=pdf`)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/pdf'])
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; .*\.pdf/)
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(bytes.subarray(0, 4).toString()).toBe('%PDF')
    expect(bytes.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length).toBeGreaterThan(0)
    expect(await leftOver()).toEqual([])
  })

  it('is not there where nothing is set up for it, and the page is told so', async () => {
    const other = await startApp({ spec: `${import.meta.filename}-none` })
    try {
      const admin = await other.signedIn()
      const { body } = await admin.get<{ exports: { pdf: boolean } }>('/api/system/capabilities')
      expect(body.exports).toEqual({ pdf: false })
      const own = await makeProject(admin)
      const report = await admin.post<{ id: string }>(`/api/projects/${own.id}/reports`, { title: 'x' })
      expect(await problemOf(await fetchFile(`/api/reports/${report.body.id}/export?format=pdf`, admin, other))).toEqual([
        409,
        'export-unavailable',
      ])
    } finally {
      await other.remove()
    }
  })

  it('ends a Chromium that hangs, and one that nobody waits for, with its children', { timeout: 60_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-hangs-'))
    const program = join(folder, 'chromium')
    const pids = join(folder, 'pids')
    await writeFile(program, `#!/bin/sh\nsleep 3600 &\necho $$ $! >> ${pids}\nwait\n`)
    await chmod(program, 0o755)
    const other = await startApp({
      spec: `${import.meta.filename}-hangs`,
      env: { VITRINE_CHROMIUM: program, VITRINE_PDF_TIMEOUT_SECONDS: '2' },
    })
    try {
      const admin = await other.signedIn()
      const own = await makeProject(admin)
      const { body } = await admin.post<{ id: string }>(`/api/projects/${own.id}/reports`, { title: 'x' })
      const path = `/api/reports/${body.id}/export?format=pdf`
      const late = await fetchFile(path, admin, other)
      expect(late.status).toBe(503)
      expect(await late.json()).toMatchObject({ code: 'export-failed', detail: expect.stringContaining('longer than 2 seconds') as string })

      const leaving = new AbortController()
      const asked = fetchFile(path, admin, other, leaving.signal)
      await until(async () => (await startedOf(pids)).length === 4)
      leaving.abort()
      await expect(asked).rejects.toThrow()
      const started = await startedOf(pids)
      await until(async () => !started.some(isRunning) && (await leftOver()).length === 0)
    } finally {
      await other.remove()
      await rm(folder, { recursive: true })
    }
  })
})

describe.skipIf(process.getuid?.() !== 0 || !existsSync(CHROMIUM))('a disk without space (left out where none can be mounted)', () => {
  const disk = join(tmpdir(), `vitrine-full-${process.pid}`)
  afterEach(async () => {
    vi.unstubAllEnvs()
    execFileSync('/bin/umount', [disk])
    await rm(disk, { recursive: true })
  })

  it.each([
    ['for the page', '16k'],
    ['for Chromium', '1m'],
  ])('%s fails with that reason, and prints as soon as there is some', { timeout: 60_000 }, async (_what, size) => {
    const path = `/api/reports/${await makeReport(doc(line('On paper')))}/export?format=pdf`
    await mkdir(disk)
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk])
    vi.stubEnv('TMPDIR', disk)
    const failed = await fetchFile(path)
    expect(await problemOf(failed)).toEqual([507, 'disk-full'])
    expect(await readdir(disk)).toEqual([])
    execFileSync('/bin/mount', ['-o', 'remount,size=256m', disk])
    const answer = await fetchFile(path)
    expect(answer.status).toBe(200)
    expect(
      Buffer.from(await answer.arrayBuffer())
        .subarray(0, 4)
        .toString(),
    ).toBe('%PDF')
  })
})

const startedOf = async (file: string): Promise<number[]> =>
  (await readFile(file, 'utf8').catch(() => ''))
    .split(/\s+/)
    .filter((each) => each !== '')
    .map(Number)

/** Folders in which something is printed, or was. */
const leftOver = async (): Promise<string[]> => (await readdir(tmpdir())).filter((name) => name.startsWith('vitrine-pdf-'))

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const end = performance.now() + 10_000; performance.now() < end;) {
    if (await isSo()) return
    await sleep(20)
  }
  throw new Error('it did not become so within 10 seconds')
}
