import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { setClock } from '../../src/common/clock.js'
import { newId } from '../../src/common/ids.js'
import { AssetCleanup } from '../../src/modules/assets/asset-cleanup.js'
import { reportTextOf } from '../../src/modules/reports/report.js'
import { ReportPresence } from '../../src/modules/reports/report-presence.js'
import { ReportRepository } from '../../src/modules/reports/report.repository.js'
import { ReportsService } from '../../src/modules/reports/reports.service.js'
import type { RichNode, RichText } from '../../src/modules/richtext/rich-text.js'
import { startApp, type TestApp } from '../app.js'
import type { Answer, ProblemBody, TestClient } from '../client.js'
import { addAsset, type AssetBody } from '../factories/assets.js'
import { makeProject, type ProjectBody } from '../factories/datasets.js'
import { png, webm } from '../factories/pictures.js'
import { makeUser } from '../factories/users.js'
import { openStream } from '../sse.js'

interface Person {
  id: string
  username: string
}
interface ReportBody {
  id: string
  projectId: string
  title: string
  content: RichText
  revision: number
  author: Person
  lastEditor: Person
  words: number
  outline: { id: string; level: number; text: string }[]
  editors: Person[]
}
interface Revisions {
  items: { number: number; title: string; words: number; editor: Person; at: string }[]
}

interface Difference {
  from: Revisions['items'][number]
  to: Revisions['items'][number]
  blocks: { kind: string; words?: { kind: string; text: string }[] }[]
}

let portal: TestApp
let client: TestClient
let bob: TestClient
let project: ProjectBody
let restore = () => undefined as void

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  client = await portal.signedIn()
  project = await makeProject(client)
  bob = (await makeUser(portal, 'bob')).client
  const { body: me } = await bob.get<{ user: Person }>('/api/auth/me')
  await client.put(`/api/projects/${project.id}/members/user/${me.user.id}`, { role: 'editor' })
})
afterAll(() => portal.remove())
afterEach(() => restore())

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const NOBODY = '01m7xy77nxfy3p45z8hj66qhqg'
const get = <T>(token: abstract new (...args: never[]) => T): T => portal.app.get<T>(token, { strict: false })
const later = (ms: number) => {
  restore()
  restore = setClock(() => new Date(Date.now() + ms))
}

/** What a sweep in so many days does; the session of a browser would be over by then. */
async function sweepIn(days: number): Promise<void> {
  later(days * (DAY + MINUTE))
  await get(AssetCleanup).sweep()
  restore()
}

const doc = (...content: RichNode[]): RichText => ({ type: 'doc', content })
const line = (text: string): RichNode => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const image = ({ id: asset }: { id: string }): RichNode => ({ type: 'image', attrs: { asset, alt: 'A plot' } })
const codeOf = ({ status, body }: Answer<ProblemBody>) => [status, body.code]
const pathsOf = ({ status, body }: Answer<ProblemBody>) => [status, body.code, body.errors?.map(({ path }) => path)]

async function makeReport(content: RichText = doc(line('first')), of: Pick<ProjectBody, 'id'> = project): Promise<ReportBody> {
  const { status, body } = await client.post<ReportBody>(`/api/projects/${of.id}/reports`, { title: 'A report', content })
  if (status !== 201) throw new Error(`expected 201, got ${status}: ${JSON.stringify(body)}`)
  return body
}
const read = async (id: string, by = client) => (await by.get<ReportBody>(`/api/reports/${id}`)).body
const save = <T = ReportBody>(id: string, change: object, by = client) => by.patch<T>(`/api/reports/${id}`, change)
const refused = (id: string, change: object, by = client) => save<ProblemBody>(id, change, by)

describe('a report', () => {
  it('is begun, written, read, listed and deleted', async () => {
    const own = await makeProject(client)
    const begun = await client.post<ReportBody>(`/api/projects/${own.id}/reports`, { title: 'How it was trained' })
    expect(begun.status).toBe(201)
    expect(begun.body).toMatchObject({ projectId: own.id, title: 'How it was trained', revision: 1, words: 0, outline: [], editors: [] })
    expect(begun.body.content).toEqual(doc({ type: 'paragraph' }))
    expect(begun.body.author.username).toBe('admin')

    const content = doc({ type: 'heading', attrs: { level: 2 }, content: [{ type: 'text', text: 'Data & code' }] }, line('two words'))
    const written = await save(begun.body.id, { revision: 1, title: 'Training', content })
    expect(written.status).toBe(200)
    expect(written.body).toMatchObject({ title: 'Training', revision: 2, words: 5, content })
    expect(written.body.outline).toEqual([{ id: 's-data-code', level: 2, text: 'Data & code' }])
    expect(await read(begun.body.id)).toEqual(written.body)

    const other = await makeReport(undefined, own)
    const { body: list } = await client.get<{ items: ReportBody[] }>(`/api/projects/${own.id}/reports`)
    expect(list.items.map(({ id, words }) => [id, words])).toEqual([
      [begun.body.id, 5],
      [other.id, 1],
    ])
    expect(list.items[0]).not.toHaveProperty('content')

    const { body: page } = await client.get<{ html: string }>(`/api/reports/${begun.body.id}/html`)
    expect(page.html).toContain('id="s-data-code"')
    expect(page.html).toContain('Data &amp; code')

    expect((await client.delete(`/api/reports/${begun.body.id}`)).status).toBe(204)
    expect(codeOf(await client.get(`/api/reports/${begun.body.id}`))).toEqual([404, 'report-not-found'])
  })

  it('is told to those who may read it as it changes', async () => {
    const stream = await openStream(bob, '/api/events')
    const report = await makeReport()
    await save(report.id, { revision: 1, title: 'Another title' })
    await stream.said(JSON.stringify({ projectId: project.id, reportId: report.id, revision: 2 }), 5_000)
    await client.delete(`/api/reports/${report.id}`)
    await stream.said(JSON.stringify({ projectId: project.id, reportId: report.id, revision: 3 }), 5_000)
    stream.close()
  })

  it('loses nothing when two write at once: one of them is told, and with what', async () => {
    const report = await makeReport()
    const answers = await Promise.all([
      save<ReportBody & ProblemBody>(report.id, { revision: 1, content: doc(line('mine')) }),
      save<ReportBody & ProblemBody>(report.id, { revision: 1, content: doc(line('theirs')) }, bob),
    ])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    const lost = answers.find(({ status }) => status === 409)
    expect([lost?.body.code, lost?.body.detail]).toEqual(['report-revision-conflict', expect.stringContaining('it is now at 2')])
    const won = answers.find(({ status }) => status === 200)
    expect((await read(report.id)).content).toEqual(won?.body.content)
  })

  it('takes what it has already for stored, as when an answer was lost on its way', async () => {
    const report = await makeReport()
    const change = { revision: 1, title: 'New', content: doc(line('new')) }
    expect((await save(report.id, change)).body.revision).toBe(2)
    const again = await save(report.id, change)
    expect([again.status, again.body.revision]).toEqual([200, 2])
    expect(codeOf(await refused(report.id, { ...change, title: 'Newer' }))).toEqual([409, 'report-revision-conflict'])
  })

  it('keeps every acknowledged save of two people who put their texts together', async () => {
    const report = await makeReport(doc())
    const write = async (by: TestClient, name: string) => {
      for (let count = 0; count < 8; count++)
        for (;;) {
          const { revision, content } = await read(report.id, by)
          const answer = await save(report.id, { revision, content: doc(...content.content, line(`${name}${count}`)) }, by)
          if (answer.status === 200) break
          expect(answer.status).toBe(409)
        }
    }
    await Promise.all([write(client, 'a'), write(bob, 'b')])
    const lines = (await read(report.id)).content.content.map((node) => JSON.stringify(node))
    const expected = ['a', 'b'].flatMap((name) => Array.from({ length: 8 }, (_, count) => JSON.stringify(line(`${name}${count}`))))
    expect(lines.sort()).toEqual(expected.sort())
  })

  it.each([
    ['an address for a picture', doc({ type: 'image', attrs: { asset: 'https://example.org/a.png' } }), ['content[0].attrs.asset']],
    ['a node that is none', { type: 'doc', content: [{ type: 'script' }] }, ['content[0].type']],
    [
      'a link that runs',
      doc({ type: 'paragraph', content: [{ type: 'text', text: 'x', marks: [{ type: 'link', attrs: { href: 'javascript:x' } }] }] }),
      ['content[0].content[0].marks[0].attrs.href'],
    ],
    ['a picture that is not there', doc(line('x'), image({ id: NOBODY })), ['content[1].attrs.asset']],
    ['an app that is not there', doc({ type: 'appEmbed', attrs: { engine: NOBODY } }), ['content[0].attrs.engine']],
  ])('is refused with %s, and stays as it was', async (_, content, paths) => {
    expect(pathsOf(await client.post(`/api/projects/${project.id}/reports`, { title: 'x', content }))).toEqual([
      400,
      'rich-text-invalid',
      paths,
    ])
    const report = await makeReport()
    expect(pathsOf(await refused(report.id, { revision: 1, content }))).toEqual([400, 'rich-text-invalid', paths])
    expect(await read(report.id)).toEqual(report)
  })

  it.each([
    ['no revision', { title: 'x' }, 'revision'],
    ['a blank title', { revision: 1, title: ' ' }, 'title'],
    ['a content that is none', { revision: 1, content: 'x' }, 'content'],
    ['an unknown field', { revision: 1, html: '<p>' }, 'html'],
  ])('is not changed with %s', async (_, change, path) => {
    const report = await makeReport()
    const answer = await refused(report.id, change)
    expect([answer.status, answer.body.errors?.map((error) => error.path)]).toEqual([400, [path]])
  })

  it('may have 2 MiB and as many levels as the editor makes, and no more', async () => {
    const list = (depth: number): RichNode => ({
      type: 'bulletList',
      content: [{ type: 'listItem', content: [line('x'), ...(depth > 1 ? [list(depth - 1)] : [])] }],
    })
    const numbers = Array.from({ length: 150_000 }, (_, i) => i / 7)
    const chart = (y: number[]): RichNode => ({
      type: 'chart',
      attrs: { id: 'c', spec: { data: [{ type: 'scattergl', y }], layout: {} }, source: { kind: 'inline' } },
    })
    const most = doc(list(9), chart(numbers.slice(0, 100_000)))
    const report = await makeReport(most)
    expect((await read(report.id)).content).toEqual(most)
    expect(pathsOf(await refused(report.id, { revision: 1, content: doc(chart(numbers)) }))).toEqual([
      400,
      'rich-text-invalid',
      ['content'],
    ])
    expect(pathsOf(await refused(report.id, { revision: 1, content: doc(list(12)) }))[1]).toBe('rich-text-invalid')
    const deep = JSON.parse('{"a":'.repeat(100) + '1' + '}'.repeat(100)) as object
    expect(codeOf(await refused(report.id, { revision: 1, content: deep }))).toEqual([400, 'malformed-request'])
    expect(codeOf(await refused(report.id, { revision: 1, content: doc(line('x'.repeat(5 * 2 ** 20))) }))).toEqual([413, 'body-too-large'])
  })
})

describe('what a report shows', () => {
  it('belongs to its project', async () => {
    const other = await makeProject(client)
    const [mine, foreign] = [
      await addAsset(client, project.id, { bytes: png(4, 3), contentType: 'image/png' }),
      await addAsset(client, other.id, { bytes: png(4, 3), contentType: 'image/png' }),
    ]
    const report = await makeReport(doc(image(mine)))
    const { body } = await client.get<{ html: string }>(`/api/reports/${report.id}/html`)
    expect(body.html).toMatch(new RegExp(`<img[^>]+src="${mine.url}"`))
    const quoted: RichNode = { type: 'blockquote', content: [image(foreign)] }
    expect(pathsOf(await refused(report.id, { revision: 1, content: doc(image(mine), quoted) }))).toEqual([
      400,
      'rich-text-invalid',
      ['content[1].content[0].attrs.asset'],
    ])
  })

  it('is shown as what it is', async () => {
    const add = (contentType: string, bytes: Uint8Array<ArrayBuffer>) => addAsset(client, project.id, { bytes, contentType })
    const [picture, film] = [await add('image/png', png(4, 3)), await add('video/webm', webm())]
    const captions = await add('text/vtt', Buffer.from('WEBVTT\n'))
    const video = (asset: string, track: string): RichNode => ({ type: 'video', attrs: { asset, captions: track } })
    const report = await makeReport(doc(image(picture), video(film.id, captions.id)))
    const wrong = doc(image(film), image(captions), video(picture.id, film.id), video(captions.id, picture.id))
    const { status, body } = await refused(report.id, { revision: 1, content: wrong })
    expect([status, body.errors]).toEqual([
      400,
      [
        { path: 'content[0].attrs.asset', message: 'this file is a film: put it in as a video' },
        { path: 'content[1].attrs.asset', message: 'this file has the captions of a film: add it to a video as that' },
        { path: 'content[2].attrs.asset', message: 'this file is a picture: put it in as an image' },
        { path: 'content[2].attrs.captions', message: 'this file is a film: put it in as a video' },
        { path: 'content[3].attrs.asset', message: 'this file has the captions of a film: add it to a video as that' },
        { path: 'content[3].attrs.captions', message: 'this file is a picture: put it in as an image' },
      ],
    ])
  })

  it('may be written on where it was stored as something else once', async () => {
    const film = await addAsset(client, project.id, { bytes: webm(), contentType: 'video/webm' })
    const report = await makeReport(doc(line('x')))
    const content = doc(image(film))
    const at = new Date()
    const change = { ...reportTextOf('A report', content), lastEditorId: report.author.id, keptAt: at, updatedAt: at }
    await get(ReportRepository).save(report.id, 1, change)
    expect((await client.get(`/api/reports/${report.id}/html`)).status).toBe(200)
    expect((await save(report.id, { revision: 2, content: doc(line('more'), image(film)) })).status).toBe(200)
  })

  it('is not swept, also while only an earlier state shows it', async () => {
    const asset = await addAsset(client, project.id, { bytes: png(5, 5), contentType: 'image/png' })
    const report = await makeReport(doc(image(asset)))
    expect(codeOf(await client.delete(`/api/assets/${asset.id}`))).toEqual([409, 'asset-in-use'])
    expect((await save(report.id, { revision: 1, content: doc(line('none')), keep: true })).status).toBe(200)
    for (const days of [1, 2, 3]) await sweepIn(days)
    expect((await client.get(`/api/assets/${asset.id}`)).status).toBe(200)
    const { body } = await client.get<{ content: RichText }>(`/api/reports/${report.id}/revisions/1`)
    expect((await save(report.id, { revision: 2, content: body.content })).status).toBe(200)
    expect((await client.delete(`/api/reports/${report.id}`)).status).toBe(204)
    for (const days of [5, 6]) await sweepIn(days)
    expect((await client.get(`/api/assets/${asset.id}`)).status).toBe(404)
  })
})

describe('the history', () => {
  const revisionsOf = async (id: string) => (await client.get<Revisions>(`/api/reports/${id}/revisions`)).body.items

  it('has a state for ten minutes of one person, and for each change of who writes', async () => {
    const report = await makeReport()
    await save(report.id, { revision: 1, content: doc(line('second')) })
    expect(await revisionsOf(report.id)).toEqual([])
    // A token, because the session of a browser would have to be refreshed by then.
    const { body: made } = await client.post<{ token: string }>('/api/iam/tokens', { name: 'later', scopes: ['projects:write'] })
    const machine = Object.assign(portal.anonymous(), { bearer: made.token })
    later(11 * MINUTE)
    expect((await save(report.id, { revision: 2, content: doc(line('third')) }, machine)).status).toBe(200)
    restore()
    const { body: touched } = await client.get<{ updatedAt: string }>(`/api/projects/${project.id}`)
    expect(Date.parse(touched.updatedAt)).toBeGreaterThan(Date.now() + 10 * MINUTE)
    await save(report.id, { revision: 3, content: doc(line('of Bob')) }, bob)
    await save(report.id, { revision: 4, content: doc(line('of Bob again')) }, bob)
    const items = await revisionsOf(report.id)
    expect(items.map(({ number, editor }) => [number, editor.username])).toEqual([
      [3, 'admin'],
      [2, 'admin'],
    ])
    const { body } = await client.get<{ content: RichText }>(`/api/reports/${report.id}/revisions/2`)
    expect(body).toMatchObject({ number: 2, title: 'A report', words: 1, content: doc(line('second')) })
    expect((await client.get(`/api/reports/${report.id}/revisions/5`)).body).toMatchObject({ content: doc(line('of Bob again')) })
    expect(codeOf(await client.get(`/api/reports/${report.id}/revisions/4`))).toEqual([404, 'report-revision-not-found'])
  })

  it('has at most 50 states', async () => {
    const report = await makeReport()
    for (let revision = 1; revision <= 53; revision++) await save(report.id, { revision, content: doc(line(String(revision))), keep: true })
    const numbers = (await revisionsOf(report.id)).map(({ number }) => number)
    expect([numbers.length, numbers[0], numbers.at(-1)]).toEqual([50, 53, 4])
  })

  it('tells what changed from one state to another, or to the present one', async () => {
    const report = await makeReport(doc(line('The model was trained for one day.')))
    await save(report.id, { revision: 1, content: doc(line('The model was trained for two days.')), keep: true })
    await save(
      report.id,
      { revision: 2, title: 'Renamed', content: doc(line('The model was trained for two days.'), line('On four GPUs.')) },
      bob,
    )
    const diff = async (number: number, query = '') =>
      (await client.get<Difference>(`/api/reports/${report.id}/revisions/${number}/diff${query}`)).body
    const now = await diff(1)
    expect([now.from.number, now.to.number, now.to.title, now.to.editor.username]).toEqual([1, 3, 'Renamed', 'bob'])
    expect(now.blocks.map(({ kind }) => kind)).toEqual(['changed', 'added'])
    expect(now.blocks[0]?.words).toContainEqual({ kind: 'removed', text: 'one' })
    expect((await diff(1, '?to=2')).blocks.map(({ kind }) => kind)).toEqual(['changed'])
    expect(codeOf(await client.get(`/api/reports/${report.id}/revisions/1/diff?to=9`))).toEqual([404, 'report-revision-not-found'])
    expect((await client.get(`/api/reports/${report.id}/revisions/1/diff?to=x`)).status).toBe(400)
  })

  it('can be put back, also when an app that it shows is gone', async () => {
    const own = await makeProject(client)
    const engine = NOBODY
    const shows = doc({ type: 'appEmbed', attrs: { engine, height: 480 } })
    const report = await makeReport(doc(line('first')), own)
    // As it was written while there was an app.
    const at = new Date()
    await get(ReportRepository).save(report.id, 1, {
      ...reportTextOf('A report', shows),
      ...{ lastEditorId: report.author.id, keptAt: at, updatedAt: at },
    })
    await save(report.id, { revision: 2, content: doc(line('without')), keep: true })
    expect(codeOf(await refused(report.id, { revision: 3, content: shows, keep: true }))).toEqual([400, 'rich-text-invalid'])
    const back = await save(report.id, { revision: 3, content: shows, keep: true, putBack: 2 })
    expect([back.status, back.body.revision, back.body.content]).toEqual([200, 4, shows])
    expect((await revisionsOf(report.id)).map(({ number }) => number)).toEqual([3, 2])
  })

  it('is in the audit log as some minutes of work, not as every save', async () => {
    const report = await makeReport()
    for (let revision = 1; revision <= 5; revision++) await save(report.id, { revision, content: doc(line(String(revision))) })
    await save(report.id, { revision: 6, content: doc(line('of Bob')) }, bob)
    const { body } = await client.get<{ items: { action: string; outcome: string; actor: { name: string } }[] }>(
      `/api/iam/audit?resourceId=${report.id}`,
    )
    expect(body.items.map(({ action, outcome, actor }) => [action, outcome, actor.name])).toEqual([
      ['report:save', 'done', 'bob'],
      ['project:update', 'done', 'admin'],
    ])
  })
})

describe('who has it open', () => {
  it('is seen by those who write, told as it changes, and ends 40 seconds after their page was last heard of', async () => {
    const report = await makeReport()
    const stream = await openStream(client, '/api/events')
    const told = () =>
      stream.text().split(`report.presence\ndata: ${JSON.stringify({ projectId: project.id, reportId: report.id })}`).length - 1
    expect((await bob.put(`/api/reports/${report.id}/presence`, {})).status).toBe(204)
    await vi.waitFor(() => expect(told()).toBe(1), 10_000)
    expect((await read(report.id)).editors.map(({ username }) => username)).toEqual(['bob'])
    later(15_000)
    expect((await bob.put(`/api/reports/${report.id}/presence`, {})).status).toBe(204)
    later(50_000)
    await get(ReportPresence).sweep()
    expect((await read(report.id)).editors).toHaveLength(1)
    later(60_000)
    expect((await read(report.id)).editors).toEqual([])
    await get(ReportPresence).sweep()
    await vi.waitFor(() => expect(told()).toBe(2), 10_000)
    stream.close()
  })

  it('ends at once when a page says that it was closed', async () => {
    const report = await makeReport()
    const stream = await openStream(client, '/api/events')
    for (const by of [client, bob]) await by.put(`/api/reports/${report.id}/presence`, {})
    const before = stream.text().length
    expect((await bob.delete(`/api/reports/${report.id}/presence`)).status).toBe(204)
    await vi.waitFor(() => expect(stream.text().slice(before)).toContain(report.id), 10_000)
    expect((await read(report.id)).editors.map(({ username }) => username)).toEqual(['admin'])
    expect((await bob.delete(`/api/reports/${report.id}/presence`)).status).toBe(204)
    stream.close()
  })

  it('is nothing that mere readers see', async () => {
    const { client: eve } = await makeUser(portal, 'eve')
    const report = await makeReport()
    await client.put(`/api/reports/${report.id}/presence`, {})
    expect((await read(report.id, eve)).editors).toEqual([])
    expect(codeOf(await eve.put(`/api/reports/${report.id}/presence`, {}))).toEqual([403, 'not-allowed'])
    expect(codeOf(await eve.get(`/api/reports/${report.id}/revisions`))).toEqual([403, 'not-allowed'])
  })
})

describe('imported HTML', () => {
  const importHtml = (html: string, by = client) =>
    by.post<{ content: RichText; dropped: string[] }>(`/api/projects/${project.id}/richtext/import`, { html })

  it('becomes a text whose pictures are assets of the project', async () => {
    const picture = `data:image/png;base64,${png(6, 4).toString('base64')}`
    const { status, body } = await importHtml(
      `<h2>Results</h2><p>Good.<script>alert(1)</script></p><p><img src="${picture}" alt="A plot"></p><p><img src="https://example.org/x.png" alt="Far"></p>`,
    )
    expect(status).toBe(200)
    const shown = body.content.content.filter((node) => node.type === 'image')
    expect(shown).toHaveLength(1)
    const { body: asset } = await client.get<AssetBody>(`/api/assets/${shown[0]?.attrs.asset ?? ''}`)
    expect(asset).toMatchObject({ projectId: project.id, width: 6, height: 4, contentType: 'image/png' })
    expect(body.dropped.length).toBeGreaterThan(0)
    expect((await makeReport(body.content)).words).toBeGreaterThan(1)
  })

  it('may be large', async () => {
    const picture = `data:image/png;base64,${png(64, 64, 6 * 2 ** 20).toString('base64')}`
    const { body } = await importHtml(`<p>x</p><img src="${picture}">`)
    expect(body.content.content.map(({ type }) => type)).toEqual(['paragraph', 'image'])
  })
})

it('who may not know of the project finds no report of it', async () => {
  const hidden = await makeProject(client)
  const report = await makeReport(undefined, hidden)
  await client.put(`/api/projects/${hidden.id}/visibility`, { revision: hidden.revision, visibility: 'private' })
  for (const answer of [
    await bob.get(`/api/reports/${report.id}`),
    await bob.get(`/api/reports/${report.id}/html`),
    await bob.get(`/api/reports/${report.id}/revisions`),
    await bob.get(`/api/reports/${report.id}/revisions/1`),
    await bob.get(`/api/reports/${report.id}/revisions/1/diff`),
    await refused(report.id, { revision: 1, title: 'x' }, bob),
    await bob.put(`/api/reports/${report.id}/presence`, {}),
    await bob.delete(`/api/reports/${report.id}/presence`),
    await bob.delete(`/api/reports/${report.id}`),
    await bob.get(`/api/reports/${NOBODY}`),
  ])
    expect(codeOf(answer)).toEqual([404, 'report-not-found'])
  for (const answer of [
    await bob.get(`/api/projects/${hidden.id}/reports`),
    await bob.post(`/api/projects/${hidden.id}/reports`, { title: 'x' }),
    await bob.post(`/api/projects/${hidden.id}/richtext/import`, { html: '' }),
  ])
    expect(codeOf(answer)).toEqual([404, 'project-not-found'])
})

it('a project has at most 200 reports, and they go with it', async () => {
  const full = await makeProject(client)
  const begin = () => client.post<ReportBody & ProblemBody>(`/api/projects/${full.id}/reports`, { title: 'x' })
  const first = await begin()
  const stored = await get(ReportRepository).findById(first.body.id)
  if (!stored) throw new Error('unreachable')
  await Promise.all(Array.from({ length: 198 }, () => get(ReportRepository).insert({ ...stored, id: newId() })))
  expect((await begin()).status).toBe(201)
  expect(codeOf(await begin())).toEqual([422, 'too-many-reports'])
  await client.delete(`/api/projects/${full.id}`)
  await vi.waitFor(
    async () => {
      expect(await get(ReportsService).allOf(full.id)).toEqual([])
    },
    { timeout: 10_000 },
  )
  expect((await client.get(`/api/reports/${first.body.id}`)).status).toBe(404)
})
