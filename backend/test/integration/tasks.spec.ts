import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { setClock } from '../../src/common/clock.js'
import { newId } from '../../src/common/ids.js'
import { DomainError } from '../../src/common/problem/domain-error.js'
import { isRunning } from '../../src/modules/exports/process-group.js'
import { EventBus } from '../../src/modules/events/event-bus.js'
import { UserRepository } from '../../src/modules/iam/users/user.repository.js'
import { newTask, prefixOf, resultKeyOf, type ItemOutcome } from '../../src/modules/tasks/task.js'
import { TaskRepository } from '../../src/modules/tasks/task.repository.js'
import { TaskSweeper } from '../../src/modules/tasks/task-sweeper.js'
import { ObjectStore } from '../../src/platform/object-store/object-store.js'
import { environment, startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { ended, fetchArchive, itemsOf, SlowPrinter, startExport, taskOf, until, type TaskBody } from '../factories/bulk-exports.js'
import { makeProject, type ProjectBody } from '../factories/datasets.js'
import { makeUser } from '../factories/users.js'
import { TcpProxy } from '../fakes/tcp-proxy.js'
import { PortalProcess } from '../portal-process.js'

const DAY = 24 * 3_600_000
const PROJECTS = 6
const DRAFTS = { format: 'pdf', what: 'drafts' }

let printer: SlowPrinter
let portal: TestApp
let admin: TestClient
let projects: ProjectBody[]

const start = () => startApp({ spec: import.meta.filename, env: { VITRINE_CHROMIUM: printer.program } })
const get = <T>(type: abstract new (...args: never[]) => T): T => portal.app.get<T>(type, { strict: false })

beforeAll(async () => {
  printer = await SlowPrinter.make(1_000)
  portal = await start()
  admin = await portal.signedIn()
  projects = []
  for (let n = 0; n < PROJECTS; n++) projects.push(await makeProject(admin, { title: `Number ${n}` }))
})
afterAll(async () => {
  await portal.remove()
  await printer.remove()
})

/** As many prints as before, and so many more, come to an end. */
const allow = async (more: number): Promise<number> => {
  const before = (await printer.started()).length
  await printer.allow(before + more)
  return before
}
/** A portal in a process of its own, instead of the one that runs here, and the admin as they ask it. */
async function replaceByProcess(env: Record<string, string> = {}): Promise<{ killed: PortalProcess; by: TestClient }> {
  await portal.stop()
  const killed = await PortalProcess.start(import.meta.filename, { VITRINE_CHROMIUM: printer.program, TMPDIR: printer.folder, ...env })
  return { killed, by: Object.assign(portal.anonymous(), { cookie: admin.cookie, csrfToken: admin.csrfToken, url: killed.url }) }
}
/** Each project is in the archive exactly once. */
const expectAll = async (client: TestClient, { id }: TaskBody): Promise<void> => {
  const { fault, names, sha256, manifest } = await fetchArchive(client, id)
  expect(fault).toBeNull()
  expect(names.sort()).toEqual(['index.html', 'manifest.json', ...projects.map(({ slug }) => `${slug}/card.pdf`)].sort())
  for (const { files } of manifest.projects) for (const file of files) expect(sha256[file.path]).toBe(file.sha256)
}

describe('a task', { timeout: 60_000 }, () => {
  it('ends soon after it is cancelled, also while a PDF is printed, and is taken up again where it was', async () => {
    const before = await allow(2)
    const { id } = await startExport(admin, DRAFTS)
    const again = await admin.post('/api/admin/exports', DRAFTS)
    expect([again.status, again.body.code, again.body.errors]).toEqual([409, 'task-running', [{ path: 'task', message: id }]])
    await until(async () => (await printer.started()).length === before + 3)
    expect((await admin.delete(`/api/tasks/${id}`)).status).toBe(409)

    const at = performance.now()
    expect((await admin.post<TaskBody>(`/api/tasks/${id}/cancel`)).body).toMatchObject({ cancelling: true })
    const cancelled = await ended(admin, id)
    expect(performance.now() - at).toBeLessThan(3_000)
    expect(cancelled).toMatchObject({ state: 'cancelled', done: 2, failed: 0, canRetry: true, result: null })
    const last = (await printer.started()).at(-1) ?? 0
    await until(() => Promise.resolve(!isRunning(last)))
    expect((await admin.get(`/api/tasks/${id}/download`)).body.code).toBe('task-without-result')

    await printer.allow(1_000)
    expect((await admin.post<TaskBody>(`/api/tasks/${id}/retry`)).body.state).toBe('queued')
    const task = await ended(admin, id)
    expect(task).toMatchObject({ state: 'succeeded', done: PROJECTS, total: PROJECTS })
    // The two that were done were not done again, the third was.
    expect((await printer.started()).length).toBe(before + PROJECTS + 1)
    await expectAll(admin, task)
  })

  it('says of an item that fails what to do, and does only that again', async () => {
    const before = await allow(1)
    const { id } = await startExport(admin, DRAFTS)
    await until(async () => (await printer.started()).length === before + 2)
    await printer.break(true)
    await printer.allow(1_000)
    const failed = await ended(admin, id)
    expect(failed).toMatchObject({ state: 'succeeded', done: 1, failed: PROJECTS - 1, canRetry: true })
    const items = await itemsOf(admin, id)
    expect(items.get(projects[0]?.id ?? '')?.state).toBe('done')
    expect(items.get(projects[1]?.id ?? '')).toMatchObject({
      state: 'failed',
      reason:
        'card.pdf: The PDF could not be made. Chromium ended without having printed. Export HTML instead and print that in a browser, or tell an admin.',
    })
    await printer.break(false)
    await admin.post(`/api/tasks/${id}/retry`)
    const task = await ended(admin, id)
    expect(task).toMatchObject({ state: 'succeeded', done: PROJECTS, failed: 0, canRetry: false })
    expect((await printer.started()).length).toBe(before + 2 * PROJECTS - 1)
    await expectAll(admin, task)
  })

  it('leaves out, with the reason, a project that is deleted meanwhile, also after it was exported', async () => {
    const [early, late] = [await makeProject(admin, { title: 'Early' }), await makeProject(admin, { title: 'Late' })]
    const before = await allow(PROJECTS + 1)
    const { id } = await startExport(admin, DRAFTS)
    await until(async () => (await printer.started()).length === before + PROJECTS + 2)
    for (const { id: gone } of [early, late]) await admin.delete(`/api/projects/${gone}`)
    await printer.allow(1_000)
    const task = await ended(admin, id)
    const items = await itemsOf(admin, id)
    for (const { id: gone } of [early, late])
      expect(items.get(gone)).toMatchObject({
        ...{ state: 'skipped', reasonCode: 'project-deleted', files: 0 },
        reason: 'It was deleted since the export began.',
      })
    expect(task).toMatchObject({ state: 'succeeded', done: PROJECTS, skipped: 2, failed: 0 })
    await expectAll(admin, task)
  })

  it('fails with the cause when the store is full or its owner is no admin any more, and goes on when that is mended', async () => {
    await printer.allow(1_000)
    const full = vi.spyOn(get(ObjectStore), 'put').mockRejectedValue(new DomainError('object-store-full'))
    const { id } = await startExport(admin, DRAFTS)
    const failed = await ended(admin, id)
    expect(failed).toMatchObject({ state: 'failed', done: 0, failed: 0, canRetry: true, problem: { code: 'object-store-full' } })
    expect(failed.problem?.detail).toContain('Free some space')
    full.mockRestore()
    await admin.post(`/api/tasks/${id}/retry`)
    await expectAll(admin, await ended(admin, id))

    const { client } = await makeUser(portal, 'chief')
    const users = get(UserRepository)
    const chief = await users.findByUsername('chief')
    await users.secure(chief?.id ?? '', null, { role: 'admin' }, new Date())
    await client.signIn({ username: 'chief', password: 'test-user-3hT8vW1z' })
    const before = await allow(1)
    const { id: theirs } = await startExport(client, DRAFTS)
    await until(async () => (await printer.started()).length === before + 2)
    await users.secure(chief?.id ?? '', null, { role: 'user' }, new Date())
    await printer.allow(1_000)
    expect(await ended(admin, theirs)).toMatchObject({ state: 'failed', problem: { code: 'task-owner-not-allowed' } })
  })

  it('waits for a store that is away for a moment', async () => {
    const away = vi
      .spyOn(get(ObjectStore), 'put')
      .mockRejectedValueOnce(new DomainError('object-store-unavailable'))
      .mockRejectedValueOnce(new DomainError('object-store-unavailable'))
    const lost = vi.spyOn(get(ObjectStore), 'sendPart').mockRejectedValueOnce(new DomainError('object-store-unavailable'))
    const task = await ended(admin, (await startExport(admin, DRAFTS)).id)
    expect(task).toMatchObject({ state: 'succeeded', done: PROJECTS, failed: 0 })
    away.mockRestore()
    lost.mockRestore()
    await expectAll(admin, task)
  })

  it('tells of its progress at most twice a second, and of its end', async () => {
    const all: { taskId: string; state: string; at: number }[] = []
    const stop = get(EventBus).on('task.changed', ({ taskId, state }) => all.push({ taskId, state, at: performance.now() }))
    const { id } = await startExport(admin, { format: 'html', what: 'drafts' })
    await ended(admin, id)
    await until(() => Promise.resolve(all.some(({ taskId, state }) => taskId === id && state === 'succeeded')))
    stop()
    // The last word on the task of the test before this one can still come.
    const told = all.filter(({ taskId }) => taskId === id)
    const gaps = told.slice(1).map(({ at }, index) => at - (told[index]?.at ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(480)
  })

  it('is gone with all its files when it is deleted, and its files when their time is over', async () => {
    const [gone, old] = [
      await ended(admin, (await startExport(admin, DRAFTS)).id),
      await ended(admin, (await startExport(admin, DRAFTS)).id),
    ]
    const [store, sweeper] = [get(ObjectStore), get(TaskSweeper)]
    const left = (id: string): Promise<string[]> => store.keysUnder(prefixOf(id), 100)
    expect((await left(gone.id)).length).toBe(PROJECTS + 1)
    expect((await admin.delete(`/api/tasks/${gone.id}`)).status).toBe(204)
    expect((await admin.get(`/api/tasks/${gone.id}`)).body.code).toBe('task-not-found')
    await until(async () => (await left(gone.id)).length === 0)

    const restore = setClock(() => new Date(Date.now() + 7 * DAY + 60_000))
    await sweeper.sweep().finally(restore)
    expect(await left(old.id)).toEqual([])
    expect(await taskOf(admin, old.id)).toMatchObject({
      state: 'succeeded',
      result: null,
      canRetry: false,
      note: 'Its files have expired.',
    })
    const later = setClock(() => new Date(Date.now() + 40 * DAY))
    await sweeper.sweep().finally(later)
    expect((await admin.get(`/api/tasks/${old.id}`)).body.code).toBe('task-not-found')
  })
})

describe('several portals', { timeout: 120_000 }, () => {
  it('take each task once, and another one goes on with it when one is stopped', async () => {
    const other = await start()
    try {
      const before = await allow(2)
      const { id } = await startExport(admin, DRAFTS)
      await until(async () => (await printer.started()).length === before + 3)
      // Whichever has it: the one that was asked first looked first.
      await portal.stop()
      const at = performance.now()
      await printer.allow(1_000)
      const by = Object.assign(other.anonymous(), { cookie: admin.cookie, csrfToken: admin.csrfToken })
      const task = await ended(by, id)
      expect(performance.now() - at).toBeLessThan(12_000)
      expect(task).toMatchObject({ state: 'succeeded', done: PROJECTS })
      expect((await printer.started()).length).toBe(before + PROJECTS + 1)
      await expectAll(by, task)
    } finally {
      await other.stop()
      portal = await start()
      admin.url = portal.url
    }
  })

  it('go on within 30 seconds with what one was doing that was killed', async () => {
    const { killed, by } = await replaceByProcess()
    const before = await allow(3)
    const { id } = await startExport(by, DRAFTS)
    await until(async () => (await printer.started()).length === before + 4)
    portal = await start()
    admin.url = portal.url
    const killing = killed.kill()
    const at = performance.now()
    await killing
    await printer.allow(1_000)
    await until(async () => (await printer.started()).length > before + 4, 30_000)
    const seconds = (performance.now() - at) / 1_000
    process.stdout.write(`a task of a killed portal went on after ${seconds.toFixed(1)} s\n`)
    expect(seconds).toBeLessThan(30)
    const task = await ended(admin, id)
    expect(task).toMatchObject({ state: 'succeeded', done: PROJECTS, failed: 0 })
    // Only what was under way was begun again.
    expect((await printer.started()).length).toBe(before + PROJECTS + 1)
    await expectAll(admin, task)
  })

  it('write the archive anew that one was writing that was killed, and leave nothing of it', async () => {
    const store = environment(import.meta.filename)['S3_ENDPOINT'] ?? ''
    const wire = await TcpProxy.to(store)
    const { killed, by } = await replaceByProcess({ S3_ENDPOINT: wire.through(store) })
    await printer.allow(1_000)
    const part = wire.withholdAnswerTo('partNumber=')
    const { id } = await startExport(by, DRAFTS)
    const [, uploadId = ''] = /uploadId=([^&\s]+)/.exec(await part) ?? []
    await killed.kill()
    await wire.cut()
    portal = await start()
    admin.url = portal.url
    const task = await ended(admin, id)
    expect(task).toMatchObject({ state: 'succeeded', done: PROJECTS, failed: 0 })
    await expectAll(admin, task)
    const begun = () => get(ObjectStore).listParts(resultKeyOf({ id, fence: 1 }), uploadId)
    expect(await begun()).not.toBeNull()
    await admin.delete(`/api/tasks/${id}`)
    await until(async () => (await begun()) === null)
  })

  it('claim a task once, and take nothing from the one that lost it', async () => {
    const tasks = get(TaskRepository)
    const [id, at] = [newId(), new Date()]
    // Held by a process that does not exist, so that no portal takes it at once.
    const task = {
      ...newTask({ id, kind: 'bulk-export', ownerId: 'nobody', params: {}, slot: id, createdAt: at }),
      holder: 'gone',
    } as const
    expect(await tasks.insert(task)).toBe(true)
    expect(await tasks.insert({ ...task, id: newId() })).toBe(false)
    const item = {
      id: `${id}/p`,
      taskId: id,
      projectId: 'p',
      title: '',
      slug: '',
      reason: null,
      reasonCode: null,
      files: [],
      fence: 0,
      attempts: 0,
    }
    await tasks.insertItems([{ ...item, state: 'waiting' }])
    const claims = await Promise.all(Array.from({ length: 20 }, (_, n) => tasks.claim(task, `holder ${n}`, at)))
    const [first, ...others] = claims.filter((claim) => claim !== null)
    expect(others).toEqual([])
    expect((await tasks.beginItem(item.id, 1))?.attempts).toBe(1)
    const second = await tasks.claim(first ?? task, 'another', at)
    expect(second?.fence).toBe(2)
    const done: ItemOutcome = { state: 'done', reason: null, reasonCode: null, files: [] }
    expect((await tasks.beginItem(item.id, 2))?.attempts).toBe(2)
    expect(await tasks.finishItem(item.id, 1, done)).toBe(false)
    expect(await tasks.beginItem(item.id, 1)).toBeNull()
    expect(await tasks.progress(id, 1, { note: 'late' })).toBeNull()
    expect(await tasks.finishItem(item.id, 2, done)).toBe(true)
    expect(await tasks.beginItem(item.id, 2)).toBeNull()
    expect(await tasks.count(id)).toEqual({ total: 1, done: 1, skipped: 0, failed: 0 })
    const counts = { total: 1, done: 1, skipped: 0, failed: 0 }
    const end = { state: 'failed', note: '', problem: null, result: null, counts, endedAt: at, expiresAt: at } as const
    expect(await tasks.end(id, 1, end)).toBeNull()
    expect((await tasks.end(id, 2, end))?.active).toBe(false)
  })
})
