import mongoose from 'mongoose'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AuditPage } from '../../src/modules/audit/audit.dto.js'
import { EventBus } from '../../src/modules/events/event-bus.js'
import type { RegistryDto, RegistryListDto } from '../../src/modules/registries/registries.dto.js'
import { RegistriesService } from '../../src/modules/registries/registries.service.js'
import { environment, startApp, type TestApp } from '../app.js'
import type { Answer, ProblemBody, TestClient } from '../client.js'
import { makeUser } from '../factories/users.js'

const PASSWORD = 'p4ssword-of-the-robot'
const ROBOT = { username: 'robot$reader', password: PASSWORD }

let portal: TestApp
let client: TestClient
let registries: RegistriesService
let projectId: string

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  registries = portal.app.get(RegistriesService, { strict: false })
  client = (await makeUser(portal, 'ann')).client
})
afterAll(() => portal.remove())
beforeEach(async () => {
  projectId = (
    await client.post<{ id: string }>('/api/projects', { title: 'Images', summary: '', task: '', tags: [], visibility: 'private' })
  ).body.id
})

const at = (registry = '', project = projectId): string =>
  `/api/projects/${project}/registries${registry && `/${encodeURIComponent(registry)}`}`
const codeOf = ({ status, body }: Answer<ProblemBody>) => [status, body?.code]
const list = async (): Promise<RegistryDto[]> => (await client.get<RegistryListDto>(at())).body.items
const stored = async (): Promise<string> => {
  const connection = await mongoose.createConnection(environment(import.meta.filename)['MONGODB_URI'] ?? '').asPromise()
  try {
    return JSON.stringify(await connection.collection<{ _id: string }>('registries').findOne({ _id: projectId }))
  } finally {
    await connection.close()
  }
}

describe('registries of a project', () => {
  it('are set, replaced and removed; nobody is shown a password', async () => {
    const made = await client.put<RegistryDto>(at('Registry.Example.ORG:5000'), ROBOT)
    expect([made.status, made.body]).toEqual([
      200,
      { registry: 'registry.example.org:5000', username: ROBOT.username, updatedAt: expect.any(String) as string },
    ])
    await client.put(at('ghcr.io'), { username: 'ann', password: 'x' })
    await client.put(at('registry.example.org:5000'), { username: 'other', password: 'y' })
    expect((await list()).map(({ registry, username }) => [registry, username])).toEqual([
      ['ghcr.io', 'ann'],
      ['registry.example.org:5000', 'other'],
    ])
    expect((await client.delete(at('ghcr.io'))).status).toBe(204)
    expect(codeOf(await client.delete(at('ghcr.io')))).toEqual([404, 'registry-not-found'])
    expect(await list()).toHaveLength(1)
  })

  it('are kept sealed', async () => {
    await client.put(at('ghcr.io'), ROBOT)
    expect(await stored()).toContain(ROBOT.username)
    expect(await stored()).not.toContain(PASSWORD)
    expect(await stored()).not.toContain(Buffer.from(PASSWORD).toString('base64').slice(0, 12))
  })

  it('have their password where an image is pulled from them, and nowhere else', async () => {
    await client.put(at('registry-1.docker.io'), { username: 'hub', password: 'line one\nline two ü' })
    await client.put(at('ghcr.io'), ROBOT)
    expect(await registries.credentialsOf(projectId, 'GHCR.io/lab/iris:1')).toEqual(ROBOT)
    expect(await registries.credentialsOf(projectId, 'lab/iris')).toEqual({ username: 'hub', password: 'line one\nline two ü' })
    expect(await registries.credentialsOf(projectId, 'ghcr.io:444/lab/iris:1')).toBeNull()
    expect(await registries.credentialsOf(projectId, 'no reference')).toBeNull()
    expect(JSON.parse((await registries.dockerConfig(projectId)) ?? '')).toEqual({
      auths: {
        'https://index.docker.io/v1/': { auth: Buffer.from('hub:line one\nline two ü').toString('base64') },
        'ghcr.io': { auth: Buffer.from(`${ROBOT.username}:${PASSWORD}`).toString('base64') },
      },
    })
    await client.delete(at('docker.io'))
    await client.delete(at('ghcr.io'))
    expect(await registries.dockerConfig(projectId)).toBeNull()
  })

  it('are announced when they change, so that the cluster hears of it', async () => {
    const heard: string[] = []
    const end = portal.app.get(EventBus).on('project.registries-changed', (event) => heard.push(event.projectId))
    await client.put(at('ghcr.io'), ROBOT)
    await client.delete(at('ghcr.io'))
    await client.delete(at('ghcr.io'))
    end()
    expect(heard).toEqual([projectId, projectId])
  })

  it.each<[string, string, object, string]>([
    ['a path', 'ghcr.io/lab', ROBOT, 'registry'],
    ['an address', 'https://ghcr.io', ROBOT, 'registry'],
    ['what belongs to the path on Docker Hub', 'lab', ROBOT, 'registry'],
    ['a name with a colon', 'ghcr.io', { ...ROBOT, username: 'a:b' }, 'username'],
    ['no password', 'ghcr.io', { username: 'a' }, 'password'],
    ['an empty password', 'ghcr.io', { username: 'a', password: '' }, 'password'],
    ['a password of too many bytes', 'ghcr.io', { username: 'a', password: 'ü'.repeat(5_000) }, 'password'],
    ['a name that is too long', 'ghcr.io', { username: 'a'.repeat(257), password: 'x' }, 'username'],
    ['a field that is not known', 'ghcr.io', { ...ROBOT, registry: 'quay.io' }, 'registry'],
  ])('are refused with %s', async (_, registry, body, path) => {
    const answer = await client.put<ProblemBody>(at(registry), body)
    expect([answer.status, answer.body.errors?.map((error) => error.path)]).toEqual([400, [path]])
    expect(await list()).toEqual([])
  })

  it('are at most twenty, however many are set at once', async () => {
    const answers = await Promise.all(Array.from({ length: 24 }, (_, index) => client.put(at(`r${index}.example.org`), ROBOT)))
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(20)
    expect(answers.filter(({ body }) => body.code === 'too-many-registries')).toHaveLength(4)
    expect(await list()).toHaveLength(20)
    const { registry } = (await list())[0] ?? { registry: '' }
    expect((await client.put(at(registry), { username: 'new', password: 'x' })).status, 'in the place of another').toBe(200)
  })

  it('are told to the audit log without the password, also where it was refused', async () => {
    await client.put(at('ghcr.io'), ROBOT)
    await client.put(at('ghcr.io'), { ...ROBOT, username: 'other' })
    await client.delete(at('ghcr.io'))
    await client.put(at('ghcr.io/lab'), ROBOT)
    const { body } = await (await portal.signedIn()).get<AuditPage>('/api/iam/audit?action=registry:manage&limit=100')
    const ours = body.items.filter(({ resource }) => resource?.type === 'registry' && resource.id.startsWith(`${projectId}/`))
    const values = ours.filter(({ outcome }) => outcome === 'done').map(({ resource, before, after }) => [resource?.name, before, after])
    expect(values.reverse()).toEqual([
      ['ghcr.io', null, { registry: 'ghcr.io', username: ROBOT.username }],
      ['ghcr.io', { registry: 'ghcr.io', username: ROBOT.username }, { registry: 'ghcr.io', username: 'other' }],
      ['ghcr.io', { registry: 'ghcr.io', username: 'other' }, null],
    ])
    expect(JSON.stringify(body)).not.toContain(PASSWORD)
  })

  it('go with the project, and are nobody else’s business', async () => {
    await client.put(at('ghcr.io'), ROBOT)
    const other = (await makeUser(portal, `ben-${projectId.slice(-6)}`)).client
    expect(codeOf(await other.get(at()))).toEqual([404, 'project-not-found'])
    expect(codeOf(await other.put(at('ghcr.io'), ROBOT))).toEqual([404, 'project-not-found'])
    await client.delete(`/api/projects/${projectId}`)
    await vi.waitFor(async () => expect(await stored()).toBe('null'), 10_000)
    expect(codeOf(await client.put(at('ghcr.io'), ROBOT))).toEqual([404, 'project-not-found'])
  })
})
