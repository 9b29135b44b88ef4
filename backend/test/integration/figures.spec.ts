import mongoose, { type Connection } from 'mongoose'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { newId } from '../../src/common/ids.js'
import { figureOf, MAX_FIGURES } from '../../src/modules/figures/figure.js'
import { FigureRepository } from '../../src/modules/figures/figure.repository.js'
import type { FigureDto, FigureListDto, FigureSpecDto } from '../../src/modules/figures/figures.dto.js'
import type { ProjectVersionDto } from '../../src/modules/publications/publications.dto.js'
import { refusedDocuments } from '../../src/modules/richtext/fixtures/hostile.js'
import type { ChartSource, RichNode, RichText } from '../../src/modules/richtext/rich-text.js'
import { startApp, type TestApp } from '../app.js'
import type { Answer, ProblemBody, TestClient } from '../client.js'
import { makeProject, type ProjectBody } from '../factories/datasets.js'
import { makeUser } from '../factories/users.js'
import { testServices } from '../services.js'
import { openStream } from '../sse.js'

let portal: TestApp
let client: TestClient
let bob: TestClient
let project: ProjectBody
let personId: string
let database: Connection

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  client = await portal.signedIn()
  project = await makeProject(client)
  bob = (await makeUser(portal, 'bob')).client
  database = await mongoose.createConnection(testServices(import.meta.filename).mongoUri).asPromise()
  personId = (await client.get<{ user: { id: string } }>('/api/auth/me')).body.user.id
})
afterAll(async () => {
  await database.close()
  await portal.remove()
})

const get = <T>(token: abstract new (...args: never[]) => T): T => portal.app.get<T>(token, { strict: false })
const drawn = (...y: number[]) => ({ data: [{ type: 'scatter', y }], layout: { title: { text: 'Loss' } } })
const codeOf = ({ status, body }: Answer<ProblemBody>) => [status, body.code]
const pathsOf = ({ status, body }: Answer<ProblemBody>) => [status, body.code, body.errors?.map(({ path }) => path)]
const put = <T = FigureDto>(name: string, body: unknown, { by = client, of = project }: { by?: TestClient; of?: { id: string } } = {}) =>
  by.put<T>(`/api/projects/${of.id}/figures/${name}`, body)
const push = async (name: string, body: unknown, of = project): Promise<FigureDto> => {
  const answer = await put(name, body, { of })
  if (answer.status !== 200) throw new Error(`expected 200, got ${answer.status}: ${JSON.stringify(answer.body)}`)
  return answer.body
}
const list = async (of = project) => (await client.get<FigureListDto>(`/api/projects/${of.id}/figures`)).body.items
const specOf = (id: string) => client.get<FigureSpecDto>(`/api/figures/${id}/spec`)

/** How many drawings are stored. */
const stored = (of: Record<string, string>) => database.collection('figureSpecs').countDocuments(of)

const doc = (...content: RichNode[]): RichText => ({ type: 'doc', content })
/** A chart as it is taken from a figure. */
const chartOf = ({ id: figure, hash }: Pick<FigureDto, 'id' | 'hash'>, y: number[]): RichNode => {
  const source: ChartSource = { kind: 'figure', figure, hash, takenAt: '2026-03-01T12:00:00.000Z' }
  return { type: 'chart', attrs: { id: 'c', title: 'Loss', spec: { data: [{ type: 'scatter', y }], layout: {} }, source } }
}

describe('a figure', () => {
  it('is pushed with a token as Python does, shown without what it draws in a list, and replaced by the next push', async () => {
    const mine = await makeProject(client)
    const script = portal.anonymous()
    const token = { name: 'training', scopes: ['projects:write', 'projects:read'], projectId: mine.id }
    script.bearer = (await client.post<{ token: string }>('/api/iam/tokens', token)).body.token
    const url = `/api/projects/${mine.id}/figures/loss`
    const first = await script.put<FigureDto>(url, { ...drawn(3, 2, 1), frames: [] })
    const { spec, hash, points, bytes } = figureOf('loss', drawn(3, 2, 1))
    expect([first.status, first.body]).toEqual([
      200,
      {
        ...{ id: first.body.id, projectId: mine.id, name: 'loss', title: 'Loss', summary: '', revision: 1, hash, points, bytes },
        ...{ updatedAt: first.body.updatedAt, updatedBy: { id: personId, username: 'admin', displayName: expect.any(String) as string } },
      },
    ])
    expect(await list(mine)).toEqual([first.body])
    // The same again, in other words, changes nothing.
    expect((await script.put(url, { layout: drawn().layout, data: [{ y: [3, 2, 1], type: 'scatter' }] })).body).toEqual(first.body)
    const second = (await script.put<FigureDto>(url, { ...drawn(9), title: 'Loss of run 8', summary: 'It rises.' })).body
    expect(second).toMatchObject({ id: first.body.id, revision: 2, points: 1, title: 'Loss of run 8', summary: 'It rises.' })
    expect((await script.get(`/api/figures/${second.id}`)).body).toEqual(second)
    const now = { spec: { ...spec, data: drawn(9).data }, hash: second.hash, revision: 2, updatedAt: second.updatedAt }
    expect((await script.get(`/api/figures/${second.id}/spec`)).body).toEqual(now)
    // Neither with less, nor elsewhere, nor without.
    expect(codeOf(await put('loss', drawn(1), { by: script }))).toEqual([404, 'project-not-found'])
    script.bearer = (await client.post<{ token: string }>('/api/iam/tokens', { ...token, scopes: ['projects:read'] })).body.token
    expect(codeOf(await script.put(url, drawn(1)))).toEqual([403, 'not-allowed'])
    script.bearer = undefined
    expect(codeOf(await script.put(url, drawn(1)))).toEqual([401, 'not-signed-in'])
  })

  it('keeps the keys that a database takes for operators or paths, and arrays of numbers as bytes', async () => {
    const data = [{ type: 'bar', y: { dtype: 'u1', bdata: 'AQID' }, meta: { where_1: { in: [1, null, 'a.b', '$set'] } } }]
    const { id, points } = await push('operators', { data })
    expect([points, (await specOf(id)).body.spec]).toEqual([4, { data, layout: {} }])
  })

  it('is one, whoever pushes at the same time; what was acknowledged last is there', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => put('race', drawn(i))))
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
    const revisions = answers.map(({ body }) => body.revision).sort((a, b) => a - b)
    expect(revisions).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
    const last = answers.find(({ body }) => body.revision === 20)?.body
    expect((await specOf(last?.id ?? '')).body).toMatchObject({ hash: last?.hash, revision: 20 })
    expect((await list()).filter(({ name }) => name === 'race')).toEqual([last])
    expect(await stored({ figureId: last?.id ?? '' })).toBe(1)
  })

  it('is told of to those who may read it, when it is pushed and when it is gone', async () => {
    const { body: hidden } = await client.post<ProjectBody>('/api/projects', { title: 'Hidden', visibility: 'private' })
    const [reader, stranger] = [await openStream(client, '/api/events'), await openStream(bob, '/api/events')]
    try {
      const { id } = await push('told', drawn(1), hidden)
      await reader.said(`event: figure.changed\ndata: {"projectId":"${hidden.id}","figureId":"${id}","name":"told","revision":1}`, 5_000)
      await push('told', drawn(1), hidden)
      await client.delete(`/api/figures/${id}`)
      await reader.said(`"figureId":"${id}","name":"told","revision":2}`, 5_000)
      expect(reader.text().match(/event: figure\.changed/g)).toHaveLength(2)
      expect(stranger.text()).not.toContain(id)
      expect(codeOf(await bob.get(`/api/figures/${id}`))).toEqual([404, 'figure-not-found'])
    } finally {
      reader.close()
      stranger.close()
    }
  })

  it('is noted in the audit log by its hash, once for each change', async () => {
    const { id, hash } = await push('audited', drawn(1))
    const next = await push('audited', drawn(2))
    await push('audited', drawn(2))
    const { body } = await client.get<{ items: { before: unknown; after: unknown }[] }>(`/api/iam/audit?resourceId=${id}`)
    expect(body.items.map(({ before, after }) => [before, after])).toEqual([
      [
        { revision: 1, sha256: hash, points: 1 },
        { projectId: project.id, revision: 2, sha256: next.hash, points: 1 },
      ],
      [null, { projectId: project.id, revision: 1, sha256: hash, points: 1 }],
    ])
  })

  it('is one of 200; a name is free again once its figure is deleted', async () => {
    const full = await makeProject(client)
    const at = new Date()
    for (let i = 0; i < MAX_FIGURES; i++) {
      const rest = { id: newId(), projectId: full.id, name: `f${i}`, revision: 1, createdAt: at, updatedAt: at, updatedBy: personId }
      await get(FigureRepository).insert({ ...figureOf('f', drawn(i)), ...rest })
    }
    expect(codeOf(await put<ProblemBody>('one-more', drawn(1), { of: full }))).toEqual([422, 'too-many-figures'])
    const replaced = await push('f7', drawn(8, 8), full)
    expect(replaced.revision).toBe(2)
    expect((await client.delete(`/api/figures/${replaced.id}`)).status).toBe(204)
    expect(codeOf(await client.delete(`/api/figures/${replaced.id}`))).toEqual([404, 'figure-not-found'])
    expect(codeOf(await client.get(`/api/figures/${replaced.id}/spec`))).toEqual([404, 'figure-not-found'])
    const again = await push('f7', drawn(1), full)
    expect([again.id === replaced.id, again.revision]).toEqual([false, 1])
    expect(await list(full)).toHaveLength(MAX_FIGURES)
  })

  it('goes with its project, and what is left of deleted ones, too', async () => {
    const short = await makeProject(client)
    const [kept, deleted] = [await push('kept', drawn(1), short), await push('deleted', drawn(1), short)]
    await client.delete(`/api/figures/${deleted.id}`)
    const left = () => get(FigureRepository).everOf(short.id, [kept.id, deleted.id])
    expect([...(await left())]).toEqual([kept.id, deleted.id])
    expect(await stored({ projectId: short.id })).toBe(1)
    await client.delete(`/api/projects/${short.id}`)
    await vi.waitFor(async () => expect([(await left()).size, await stored({ projectId: short.id })]).toEqual([0, 0]), { timeout: 10_000 })
  })
})

describe('what is no figure', () => {
  it.each([
    ['without traces', {}, 'figure-invalid', ['data']],
    [
      'with a picture',
      { data: [], layout: { images: [{ source: 'https://example.org/x.png' }] } },
      'figure-invalid',
      ['layout.images', 'layout.images'],
    ],
    ['that is animated', { data: [], frames: [{ data: [] }], config: { responsive: true } }, 'figure-invalid', ['frames', 'config']],
    ['with anything else', { data: [], onload: 'alert(1)' }, 'validation-failed', ['onload']],
    ['with a blank title', { data: [], title: ' ' }, 'validation-failed', ['title']],
    ['with a number beyond numbers', '{"data":[{"y":[1e999]}]}', 'figure-invalid', ['data[0].y[0]']],
    ['that reaches for the prototype', '{"data":[{"__proto__":{"x":1}}]}', 'malformed-request', undefined],
    ['of more than 1 MiB', { data: [{ y: Array.from({ length: 100_000 }, () => 0.12345678) }] }, 'figure-invalid', ['data']],
  ])('is not taken: one %s', async (_, body, code, paths) => {
    expect(pathsOf(await put<ProblemBody>('bad', body))).toEqual([400, code, paths])
    expect((await list()).some(({ name }) => name === 'bad')).toBe(false)
  })

  it('is not taken under a name that is none', async () => {
    for (const name of ['Loss', '-x', 'a%20b', 'x'.repeat(64), '%2e%2e%2fx'])
      expect(pathsOf(await put<ProblemBody>(name, drawn(1)))).toEqual([400, 'figure-invalid', ['name']])
  })

  it('is told by its size before it is read', async () => {
    const body = JSON.stringify({ data: [], summary: 'x'.repeat(4 * 2 ** 20) })
    expect(codeOf(await put<ProblemBody>('huge', body))).toEqual([413, 'body-too-large'])
  })

  it('is not taken, whatever those send who mean harm', async () => {
    const specs = [...refusedDocuments()].flatMap(({ name, doc: hostile }) => {
      const [node] = (hostile as { content?: { type: string; attrs?: { spec: unknown } }[] } | null)?.content ?? []
      // JSON has no word for it: it is written by hand below.
      return node?.type === 'chart' && !name.includes('number beyond') ? [{ name, spec: node.attrs?.spec }] : []
    })
    // All go through the same check beside the code; here it is about the way in.
    const taken: string[] = []
    for (const { name, spec } of specs.filter((_, index) => index < 40 || index % 8 === 0)) {
      const { status } = await put('hostile', spec)
      if (status < 400 || status >= 500) taken.push(`${status} ${name}`)
    }
    expect(taken).toEqual([])
    expect((await list()).some(({ name }) => name === 'hostile')).toBe(false)
  })
})

describe('a chart of a figure', () => {
  const write = (content: RichText, of = project) =>
    client.post<ProblemBody & { id: string }>(`/api/projects/${of.id}/reports`, { title: 'R', content })

  it('is of a figure of the same project, in a report and on the card; also of one that is deleted', async () => {
    const other = await makeProject(client)
    const [mine, foreign] = [await push('mine', drawn(1)), await push('foreign', drawn(1), other)]
    const place = ['content[0].attrs.source.figure']
    const invalid = [400, 'rich-text-invalid', place]
    for (const stranger of [foreign, { ...mine, id: newId() }]) {
      expect(pathsOf(await write(doc(chartOf(stranger, [1]))))).toEqual(invalid)
      const card = { revision: 1, section: 'performance', content: doc(chartOf(stranger, [1])) }
      expect(pathsOf(await client.put(`/api/projects/${project.id}/card`, card))).toEqual(invalid)
    }
    const { status, body } = await write(doc(chartOf(mine, [1])))
    expect(status).toBe(201)
    const html = (await client.get<{ html: string }>(`/api/reports/${body.id}/html`)).body.html
    expect(html).toContain('Loss')
    expect((await client.delete(`/api/figures/${mine.id}`)).status).toBe(204)
    // Written again, and put into another text: it shows what it took.
    expect((await client.get<{ html: string }>(`/api/reports/${body.id}/html`)).body.html).toBe(html)
    expect((await write(doc(chartOf(mine, [1])))).status).toBe(201)
    const card = { revision: 1, section: 'performance', content: doc(chartOf(mine, [1])) }
    expect((await client.put<ProblemBody>(`/api/projects/${project.id}/card`, card)).status).toBe(200)
  })

  it('is frozen in a version, which says when the figure has moved, and no longer once it is back', async () => {
    const shown = await makeProject(client)
    const first = await push('loss', drawn(3, 2, 1), shown)
    const { id: report } = (await write(doc(chartOf(first, [3, 2, 1])), shown)).body
    const published = await client.post<ProjectVersionDto>(`/api/projects/${shown.id}/publication`, {})
    expect(published.status).toBe(201)
    const [chart] = published.body.charts
    expect(chart).toMatchObject({
      place: report,
      id: 'c',
      snapshot: '2026-03-01T12:00:00.000Z',
      source: { kind: 'figure', figure: first.id },
    })
    const version = async () => (await client.get<ProjectVersionDto>(`/api/projects/${shown.id}/versions/1`)).body
    expect((await version()).moved).toEqual({ charts: [], datasets: [] })
    const moved = { charts: [{ place: report, id: 'c' }], datasets: [] }
    await push('loss', drawn(9), shown)
    expect(await version()).toMatchObject({ moved, intact: true, hash: published.body.hash, reports: published.body.reports })
    await push('loss', drawn(3, 2, 1), shown)
    expect((await version()).moved).toEqual({ charts: [], datasets: [] })
    await client.delete(`/api/reports/${report}`)
    expect((await version()).moved).toEqual({ charts: [], datasets: [] })
    await client.delete(`/api/figures/${first.id}`)
    expect((await version()).moved).toEqual(moved)
  })
})
