import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditPage } from '../../src/modules/audit/audit.dto.js'
import { AuditRecorder } from '../../src/modules/audit/audit-recorder.js'
import type { Engine } from '../../src/modules/engines/engine.js'
import { EngineRepository } from '../../src/modules/engines/engine.repository.js'
import { EngineSweeper } from '../../src/modules/engines/engine.sweeper.js'
import type { SweepDto } from '../../src/modules/engines/sweep/sweep.dto.js'
import { InstanceService } from '../../src/modules/instance/instance.service.js'
import type { ProjectDto } from '../../src/modules/projects/projects.dto.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { makeEngine } from '../factories/engines.js'
import { makeUser } from '../factories/users.js'

const PAST = new Date(Date.now() - 60_000)
const FUTURE = new Date(Date.now() + 3_600_000)

let portal: TestApp
let admin: TestClient
let user: TestClient
let engines: EngineRepository
let project: ProjectDto

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  admin = await portal.signedIn()
  user = (await makeUser(portal, 'someone')).client
  engines = portal.app.get(EngineRepository, { strict: false })
  // The one that runs by itself would come in between.
  portal.app.get(EngineSweeper, { strict: false }).onApplicationShutdown()
  project = (await admin.post<ProjectDto>('/api/projects', { title: 'Leases', visibility: 'private' })).body
})
afterAll(() => portal.remove())

let count = 0
async function stored(only: Partial<Engine>): Promise<Engine> {
  const name = `app-${++count}`
  const engine = makeEngine({ projectId: project.id, name, host: name, ...only })
  expect(await engines.insert(engine)).toBe('stored')
  return engine
}
const sweep = async (dryRun: boolean): Promise<SweepDto> => {
  const answer = await admin.post<SweepDto>('/api/engines/sweep', { dryRun })
  expect(answer.status).toBe(200)
  return answer.body
}
const audited = async (id: string) =>
  (await admin.get<AuditPage>(`/api/iam/audit?resourceId=${id}&limit=10`)).body.items.map(({ action, actor, outcome, resource }) => [
    action,
    actor.via,
    outcome,
    resource?.name,
  ])

describe('a sweep', () => {
  it('is for admins', async () => {
    for (const answer of [
      await user.get<ProblemBody>('/api/engines/orphans'),
      await user.post<ProblemBody>('/api/engines/sweep', { dryRun: true }),
    ])
      expect([answer.status, answer.body.code]).toEqual([403, 'not-allowed'])
    const nothing = await admin.post<ProblemBody>('/api/engines/sweep', {})
    expect([nothing.status, nothing.body.errors?.map(({ path }) => path)]).toEqual([400, ['dryRun']])
  })

  it('removes previews whose time has passed, and no other app; a dry run removes none; the audit log says what went', async () => {
    const expired = await stored({ lease: { expiresAt: PAST } })
    const others = [await stored({ lease: { expiresAt: FUTURE } }), await stored({}), await stored({ paused: true })]
    const lease = { id: expired.id, name: expired.name, expiresAt: PAST.toISOString(), removed: false }
    const found = (await admin.get<SweepDto>('/api/engines/orphans')).body
    expect(found).toEqual({
      observedAt: null,
      items: [],
      leases: [{ ...lease, project: { id: project.id, slug: project.slug, title: project.title } }],
    })
    expect(await sweep(true)).toEqual(found)
    expect(await engines.findById(expired.id)).toMatchObject({ deletedAt: null })
    expect((await sweep(false)).leases).toMatchObject([{ id: expired.id, removed: true }])
    await expect.poll(() => engines.findById(expired.id), { timeout: 5_000 }).toBeNull()
    for (const { id } of others) expect(await engines.findById(id)).toMatchObject({ deletedAt: null, revision: 1 })
    expect((await sweep(false)).leases, 'it is on its way').toEqual([])
    expect(await audited(expired.id)).toEqual([['engine:administer', 'session', 'done', expired.name]])
  })

  it('of its own accord is in the audit log as what the portal did', async () => {
    const expired = await stored({ lease: { expiresAt: PAST } })
    const changes: Parameters<AuditRecorder['system']>[1] = []
    await portal.app.get(EngineSweeper, { strict: false }).sweep(new Date(), (change) => changes.push(change))
    await portal.app.get(AuditRecorder, { strict: false }).system('engine:administer', changes)
    expect(await audited(expired.id)).toEqual([['engine:administer', 'system', 'done', expired.name]])
  })

  it('of two at once removes each preview once', async () => {
    const leases = await Promise.all(Array.from({ length: 10 }, () => stored({ lease: { expiresAt: PAST } })))
    const swept = await Promise.all([sweep(false), sweep(false), sweep(false)])
    const removed = swept.flatMap(({ leases: each }) => each.filter((lease) => lease.removed).map(({ id }) => id))
    expect(removed.sort()).toEqual(leases.map(({ id }) => id).sort())
  })

  it('leaves a preview alone that was extended since it was found', async () => {
    const engine = await stored({ lease: { expiresAt: PAST } })
    await engines.amend(engine.id, { lease: { expiresAt: FUTURE } }, new Date())
    expect(await engines.markExpired(engine.id, engine.status, new Date())).toBe(false)
    await engines.amend(engine.id, { lease: null }, new Date())
    expect(await engines.markExpired(engine.id, engine.status, new Date())).toBe(false)
  })
})

describe('an instance', () => {
  it('has one id, for all replicas and after a restart', async () => {
    const other = await startApp({ spec: import.meta.filename })
    try {
      const ids = await Promise.all([portal, portal, other, other].map(({ app }) => app.get(InstanceService, { strict: false }).id()))
      expect(new Set(ids).size).toBe(1)
    } finally {
      await other.stop()
    }
  })
})
