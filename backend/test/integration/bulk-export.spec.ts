import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { EventBus, type VitrineEvents } from '../../src/modules/events/event-bus.js'
import type { RichText } from '../../src/modules/richtext/rich-text.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { ended, fetchArchive, itemsOf, publish, startExport } from '../factories/bulk-exports.js'
import { makeProject, type ProjectBody } from '../factories/datasets.js'
import { makeUser } from '../factories/users.js'

const HOSTILE = [
  '../../../etc/passwd',
  '..\\..\\evil.exe',
  'con',
  'a/b',
  '</td><script>alert(1)</script>',
  '\u202Egpj.exe',
  'ß',
  'SS',
  'ss',
  '.',
  '. . .',
  'x'.repeat(200),
]

let portal: TestApp
let admin: TestClient

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  admin = await portal.signedIn()
})
afterAll(() => portal.remove())

const doc = (text: string): RichText => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] })
const makeReport = async (project: ProjectBody, title: string): Promise<string> =>
  (await admin.post<{ id: string }>(`/api/projects/${project.id}/reports`, { title, content: doc(`words of ${title}`) })).body.id

describe('a bulk export', () => {
  it('of published versions is a ZIP with all of them, and says of the others why not', async () => {
    const published = await Promise.all(['One', 'Two', '=cmd|calc'].map((title) => makeProject(admin, { title })))
    for (const project of published) {
      await makeReport(project, 'First')
      await publish(admin, project)
    }
    await publish(admin, published[0] as ProjectBody)
    const draft = await makeProject(admin, { title: 'Only a draft <b>' })
    const withdrawn = await makeProject(admin, { title: 'Withdrawn' })
    await publish(admin, withdrawn)
    await admin.post(`/api/projects/${withdrawn.id}/versions/1/withdraw`, { reason: 'wrong' })

    const told: VitrineEvents['task.changed'][] = []
    const stop = portal.app.get(EventBus).on('task.changed', (event) => told.push(event))
    const begun = await startExport(admin, { format: 'html', what: 'published' })
    expect(begun).toMatchObject({ kind: 'bulk-export', state: 'queued', current: 0, result: null, problem: null })
    const task = await ended(admin, begun.id)
    expect(task).toMatchObject({ state: 'succeeded', current: 5, total: 5, done: 3, skipped: 2, failed: 0, canRetry: false })
    await expect.poll(() => told.at(-1)).toEqual({ taskId: task.id, kind: 'bulk-export', state: 'succeeded', current: 5, total: 5 })
    stop()

    const items = await itemsOf(admin, task.id)
    expect(items.get(draft.id)).toMatchObject({
      ...{ state: 'skipped', reasonCode: 'not-published', files: 0 },
      reason: expect.stringContaining('Publish it') as string,
    })
    expect(items.get(withdrawn.id)).toMatchObject({
      reasonCode: 'versions-withdrawn',
      reason: expect.stringContaining('withdrawn') as string,
    })
    expect(items.get(published[0]?.id ?? '')).toMatchObject({ state: 'done', reason: null, reasonCode: null, files: 1 })

    const { fault, names, sha256, texts, manifest, bytes } = await fetchArchive(admin, task.id)
    expect([fault, bytes]).toEqual([null, task.result?.bytes])
    const paths = published.map(({ slug }, index) => `${slug}/${slug}-v${index === 0 ? 2 : 1}.html`)
    expect(names.sort()).toEqual(['index.html', 'manifest.json', ...paths].sort())
    const listed = manifest.projects.flatMap(({ files }) => files.map((file) => [file.path, file.sha256]))
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(paths.map((path) => [path, sha256[path]])))
    expect(manifest.index.sha256).toBe(sha256['index.html'])
    expect(manifest.projects.find(({ id }) => id === draft.id)).toMatchObject({ outcome: 'skipped', files: [] })
    for (const path of paths) expect(texts['index.html']).toContain(`href="${path}"`)
    expect(texts['index.html']).toContain('Only a draft &lt;b&gt;')

    const { body: log } = await admin.get<{ items: { action: string; resource: { type: string } | null; after: unknown }[] }>(
      '/api/iam/audit?limit=50',
    )
    const actions = log.items.filter(({ resource }) => resource?.type === 'task').map(({ action }) => action)
    expect(actions).toEqual(['task:read', 'export:start'])
  })

  it('of drafts has names that lead nowhere else and collide nowhere', async () => {
    const project = await makeProject(admin, { title: 'CON' })
    for (const title of HOSTILE) await makeReport(project, title)
    const task = await ended(admin, (await startExport(admin, { format: 'html', what: 'drafts', visibility: ['internal'], lang: 'de' })).id)
    const { fault, names, sha256, texts, manifest } = await fetchArchive(admin, task.id)
    expect(fault).toBeNull()
    const mine = manifest.projects.find(({ id }) => id === project.id)
    expect(mine?.files.map(({ path }) => path).sort()).toEqual(names.filter((name) => name.startsWith('_con/')).sort())
    expect(mine?.files.length).toBe(HOSTILE.length + 1)
    for (const name of names) {
      expect(name).not.toMatch(/\.\.|\\|^\/|[\p{Cc}\p{Cf}<>:"|?*]/u)
      expect(name.split('/').every((part) => /^[^ .].*[^ .]$|^[^ .]$/u.test(part) && !/^con$/i.test(part))).toBe(true)
    }
    expect(new Set(names.map((name) => name.normalize('NFKC').toLowerCase())).size).toBe(names.length)
    for (const { path, sha256: hash } of mine?.files ?? []) expect(sha256[path]).toBe(hash)
    expect(texts['index.html']).not.toContain('<script>')
    for (const page of ['index.html', '_con/card.html']) expect(texts[page]).toContain('<html lang="de"')
  })

  it('leaves out what was not asked for, and is refused where it makes no sense', async () => {
    const { body: hidden } = await admin.post<ProjectBody>('/api/projects', { title: 'Hidden', visibility: 'private' })
    const task = await ended(admin, (await startExport(admin, { format: 'html', what: 'drafts', visibility: ['private'] })).id)
    expect([...(await itemsOf(admin, task.id)).keys()]).toEqual([hidden.id])
    const codeOf = async (answer: Promise<{ status: number; body: ProblemBody }>) => [(await answer).status, (await answer).body.code]
    expect(await codeOf(admin.post('/api/admin/exports', { format: 'pdf', what: 'drafts' }))).toEqual([409, 'export-unavailable'])
    expect(await codeOf(admin.post('/api/admin/exports', { format: 'docx', what: 'all' }))).toEqual([400, 'validation-failed'])
    expect(await codeOf(admin.post(`/api/tasks/${task.id}/retry`))).toEqual([409, 'task-without-failures'])
    expect(await codeOf(admin.get('/api/tasks/01hv00000000000000000000zz'))).toEqual([404, 'task-not-found'])
    const { client: user } = await makeUser(portal, 'mere')
    expect(await codeOf(user.post('/api/admin/exports', { format: 'html', what: 'drafts' }))).toEqual([403, 'not-allowed'])
    expect(await codeOf(user.get(`/api/tasks/${task.id}/download`))).toEqual([403, 'not-allowed'])
  })
})
