import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/common/ids.js'
import { pendingStatus, type Engine } from '../../src/modules/engines/engine.js'
import { EngineRepository } from '../../src/modules/engines/engine.repository.js'
import type { AppOverviewPage } from '../../src/modules/engines/overview/overview.dto.js'
import { UserRepository } from '../../src/modules/iam/users/user.repository.js'
import { ProjectRepository } from '../../src/modules/projects/project.repository.js'
import type { ProjectDto } from '../../src/modules/projects/projects.dto.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { makeEngine } from '../factories/engines.js'
import { makeUser } from '../factories/users.js'

const PROJECTS = 20
const APPS = 300

let portal: TestApp
let admin: TestClient
let ada: TestClient
let adaId: string
const stored: Engine[] = []

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  admin = await portal.signedIn()
  ada = (await makeUser(portal, 'ada')).client
  adaId = (await portal.app.get(UserRepository, { strict: false }).findByUsername('ada'))?.id ?? ''
  const projects: ProjectDto[] = []
  for (let i = 0; i < PROJECTS; i++) {
    const title = i === 0 ? 'Iris Classifier' : `Project ${i}`
    projects.push((await (i < 2 ? ada : admin).post<ProjectDto>('/api/projects', { title, visibility: 'private' })).body)
  }
  const engines = portal.app.get(EngineRepository, { strict: false })
  const at = (n: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, n))
  for (let i = 0; i < APPS; i++) {
    const project = projects[i % PROJECTS]
    if (!project) throw new Error('there is no project')
    const engine = makeEngine({
      projectId: project.id,
      name: `app-${String((i * 7) % APPS).padStart(4, '0')}`,
      host: `app-${i}`,
      createdAt: at(i),
      driver: i % 3 === 0 ? 'gateway' : 'knative',
      status: { ...pendingStatus('', at(0)), phase: i % 10 === 0 ? 'Failed' : 'Running', replicas: 1 },
      deploy: { at: at(APPS - i), by: { id: adaId, via: 'session' }, reason: 'created', from: null },
    })
    engine.resources = { ...engine.resources, memoryMiB: 128 * ((i % 4) + 1) }
    stored.push(engine)
  }
  expect(new Set(await Promise.all(stored.map((engine) => engines.insert(engine))))).toEqual(new Set(['stored']))
})
afterAll(() => portal.remove())

const list = async (query: Record<string, string>): Promise<AppOverviewPage> => {
  const answer = await admin.get<AppOverviewPage>(`/api/engines/overview?${new URLSearchParams(query).toString()}`)
  expect(answer.status).toBe(200)
  return answer.body
}

describe('every app, for admins', () => {
  it('is for admins only, and no app is called that', async () => {
    const { status, body } = await ada.get<ProblemBody>('/api/engines/overview')
    expect([status, body.code]).toEqual([403, 'not-allowed'])
  })

  it('tells whose an app is, what it takes and when it was deployed', async () => {
    const engine = stored[0]
    const { items } = await list({ sort: 'createdAt', limit: '1' })
    expect(items[0]).toMatchObject({
      id: engine?.id,
      name: engine?.name,
      project: { id: engine?.projectId, slug: 'iris-classifier', title: 'Iris Classifier' },
      owner: { id: adaId, username: 'ada' },
      phase: 'Failed',
      driver: 'gateway',
      resources: { memoryMiB: 128 },
      replicas: 1,
      deployedBy: { username: 'ada' },
      lease: null,
      paused: false,
      image: 'registry/app:1',
    })
  })

  it.each([
    ['name', (e: Engine) => e.name],
    ['createdAt', (e: Engine) => e.createdAt.getTime()],
    ['deployedAt', (e: Engine) => e.deploy.at.getTime()],
    ['memory', (e: Engine) => e.resources.memoryMiB],
  ] as const)('is paged by %s in both directions, each once', async (sort, value) => {
    for (const order of ['asc', 'desc']) {
      const ids: string[] = []
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: AppOverviewPage = await list({ sort, order, limit: '30', ...(cursor === '' ? {} : { cursor }) })
        expect(page.total).toBe(APPS)
        ids.push(...page.items.map(({ id }) => id))
        cursor = page.nextCursor
      }
      const sign = order === 'asc' ? 1 : -1
      const wanted = stored.toSorted((a, b) => {
        const [x, y] = [value(a), value(b)]
        return sign * (x < y ? -1 : x > y ? 1 : a.id < b.id ? -1 : 1)
      })
      expect(ids).toEqual(wanted.map(({ id }) => id))
    }
  })

  it('is narrowed by words of the app, the project or the owner, and by phase and driver', async () => {
    expect((await list({ q: 'app-0042' })).items.map(({ name }) => name)).toEqual(['app-0042'])
    expect((await list({ q: 'iris' })).total).toBe(APPS / PROJECTS)
    expect((await list({ q: 'ADA' })).total).toBe((2 * APPS) / PROJECTS)
    expect((await list({ q: 'ada iris', phase: 'Running' })).total).toBe(0)
    expect((await list({ q: 'ada app-00' })).total).toBe(stored.filter(({ name }, i) => name.includes('app-00') && i % PROJECTS < 2).length)
    expect((await list({ phase: 'Failed', driver: 'gateway' })).total).toBe(stored.filter((_, i) => i % 30 === 0).length)
    expect((await list({ q: 'no such thing' })).items).toEqual([])
    expect((await list({ q: '.*' })).total, 'a word is a text').toBe(0)
  })

  it('refuses a cursor of another order', async () => {
    const { nextCursor } = await list({ sort: 'memory', limit: '1' })
    const answer = await admin.get<ProblemBody>(`/api/engines/overview?sort=createdAt&cursor=${nextCursor}`)
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid-cursor'])
  })

  it('shows an app whose project is gone, without its name', async () => {
    const engine = makeEngine({ projectId: newId(), name: 'zz-left', host: 'zz-left' })
    await portal.app.get(EngineRepository, { strict: false }).insert(engine)
    const { items } = await list({ q: 'zz-left' })
    expect(items).toMatchObject([{ project: { id: engine.projectId, slug: '', title: '' }, owner: { id: '' }, deployedBy: null }])
    expect(await portal.app.get(ProjectRepository, { strict: false }).findById(engine.projectId)).toBeNull()
  })
})
