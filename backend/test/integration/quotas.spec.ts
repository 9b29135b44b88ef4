import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/common/ids.js'
import type { EngineDto } from '../../src/modules/engines/engines.dto.js'
import { EngineRepository } from '../../src/modules/engines/engine.repository.js'
import { UserRepository } from '../../src/modules/iam/users/user.repository.js'
import type { ProjectDto } from '../../src/modules/projects/projects.dto.js'
import type { QuotaDto, QuotaLimitsDto } from '../../src/modules/quotas/quotas.dto.js'
import { QuotasService } from '../../src/modules/quotas/quotas.service.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { makeUser } from '../factories/users.js'

const BUILT_IN = { apps: 20, cpuMillis: 8_000, memoryMiB: 16_384, gpus: 0 }

let portal: TestApp
let other: TestApp
let admin: TestClient
let owner: TestClient
let viewer: TestClient

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  other = await startApp({ spec: import.meta.filename })
  admin = await portal.signedIn()
  owner = (await makeUser(portal, 'owner')).client
  viewer = (await makeUser(portal, 'viewer')).client
})
afterAll(async () => {
  await other.stop()
  await portal.remove()
})

const codeOf = ({ status, body }: { status: number; body: ProblemBody | null }) => [status, body?.code]
const newProject = async (): Promise<string> => {
  const project = (await owner.post<ProjectDto>('/api/projects', { title: `P ${newId()}`, visibility: 'private' })).body
  const { id = '' } = (await portal.app.get(UserRepository, { strict: false }).findByUsername('viewer')) ?? {}
  expect((await owner.put(`/api/projects/${project.id}/members/user/${id}`, { role: 'viewer' })).status).toBe(200)
  return project.id
}
const quota = async (id: string, client = owner): Promise<QuotaDto> => (await client.get<QuotaDto>(`/api/projects/${id}/quota`)).body
const deploy = (id: string, name: string, url = portal.url) => {
  const client = Object.assign(portal.anonymous(), { ...owner, url })
  return client.post<EngineDto & ProblemBody>('/api/engines', { projectId: id, name, image: 'registry.test/app:1', port: 8080 })
}
const live = (id: string) => portal.app.get(EngineRepository, { strict: false }).countOfProject(id)

describe('the quota of a project', () => {
  it('is the default until it has its own, which an admin sets; whoever reads the project sees it', async () => {
    const id = await newProject()
    expect(await quota(id, viewer)).toEqual({
      source: 'default',
      limits: BUILT_IN,
      bars: [
        { resource: 'apps', unit: 'count', used: 0, limit: 20 },
        { resource: 'cpu', unit: 'millicpu', used: 0, limit: 8_000 },
        { resource: 'memory', unit: 'MiB', used: 0, limit: 16_384 },
        { resource: 'gpus', unit: 'count', used: 0, limit: 0 },
      ],
      observedAt: null,
    })
    const own = { apps: 3, cpuMillis: 500, memoryMiB: 1_024, gpus: 1 }
    expect(codeOf(await owner.put(`/api/projects/${id}/quota`, own))).toEqual([403, 'not-allowed'])
    const set = await admin.put<QuotaDto>(`/api/projects/${id}/quota`, own)
    expect([set.status, set.body]).toMatchObject([200, { source: 'project', limits: own }])
    const wrong = await admin.put<ProblemBody>(`/api/projects/${id}/quota`, { ...own, gpus: 0.5, apps: -1, memoryMiB: undefined })
    expect([wrong.status, wrong.body.errors?.map(({ path }) => path).sort()]).toEqual([400, ['apps', 'gpus', 'memoryMiB']])
    expect(await quota(id)).toMatchObject({ source: 'project', limits: own })
    expect((await admin.delete<QuotaDto>(`/api/projects/${id}/quota`)).body).toMatchObject({ source: 'default', limits: BUILT_IN })
    expect(codeOf(await admin.put(`/api/projects/${newId()}/quota`, own))).toEqual([404, 'project-not-found'])
  })

  it('follows the default of the instance, which an admin sets', async () => {
    const id = await newProject()
    expect((await admin.get<QuotaLimitsDto>('/api/quotas/default')).body).toEqual(BUILT_IN)
    expect(codeOf(await owner.get('/api/quotas/default'))).toEqual([403, 'not-allowed'])
    expect((await admin.put<QuotaLimitsDto>('/api/quotas/default', { ...BUILT_IN, apps: 2 })).body.apps).toBe(2)
    expect((await quota(id)).limits.apps).toBe(2)
    await admin.put('/api/quotas/default', BUILT_IN)
    expect((await quota(id)).limits).toEqual(BUILT_IN)
  })

  it('counts apps: one more than that is refused, one that is being deleted makes room', async () => {
    const id = await newProject()
    await admin.put(`/api/projects/${id}/quota`, { ...BUILT_IN, apps: 2 })
    const first = await deploy(id, 'one')
    expect([first.status, (await deploy(id, 'two')).status]).toEqual([202, 202])
    const refused = await deploy(id, 'three')
    expect(codeOf(refused)).toEqual([409, 'quota-apps-exceeded'])
    expect(refused.body.detail).toContain('2 of 2 apps')
    expect((await quota(id)).bars[0]).toEqual({ resource: 'apps', unit: 'count', used: 2, limit: 2 })
    expect((await owner.delete(`/api/engines/${first.body.id}`)).status).toBe(202)
    expect((await deploy(id, 'three')).status).toBe(202)
    await admin.put(`/api/projects/${id}/quota`, { ...BUILT_IN, apps: 0 })
    expect((await quota(id)).bars[0]).toMatchObject({ used: 2, limit: 0 })
  })

  it('holds when many are made at once, at two replicas; whatever is acknowledged is there', async () => {
    for (let round = 0; round < 3; round++) {
      const id = await newProject()
      await admin.put(`/api/projects/${id}/quota`, { ...BUILT_IN, apps: 5 })
      const answers = await Promise.all(Array.from({ length: 24 }, (_, i) => deploy(id, `app-${i}`, i % 2 === 0 ? portal.url : other.url)))
      const made = answers.filter(({ status }) => status === 202)
      expect(answers.filter(({ status }) => status !== 202).every(({ body }) => body.code === 'quota-apps-exceeded')).toBe(true)
      expect(made.length).toBeLessThanOrEqual(5)
      expect(await live(id), 'no more and no less than was acknowledged').toBe(made.length)
      const engines = portal.app.get(EngineRepository, { strict: false })
      for (const { body } of made) expect(await engines.findById(body.id)).toMatchObject({ deletedAt: null })
    }
  })

  it('at one replica gives out exactly what there is', async () => {
    const id = await newProject()
    await admin.put(`/api/projects/${id}/quota`, { ...BUILT_IN, apps: 5 })
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => deploy(id, `app-${i}`)))
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(5)
    expect(await live(id)).toBe(5)
  })

  it('goes with its project', async () => {
    const id = await newProject()
    await admin.put(`/api/projects/${id}/quota`, { ...BUILT_IN, apps: 1 })
    expect((await owner.delete(`/api/projects/${id}`)).status).toBe(204)
    await expect.poll(() => portal.app.get(QuotasService, { strict: false }).limitsOf(id), { timeout: 10_000 }).toEqual(BUILT_IN)
  })
})
