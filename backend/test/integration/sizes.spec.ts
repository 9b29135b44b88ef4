import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuditPage } from '../../src/modules/audit/audit.dto.js'
import { SizesService } from '../../src/modules/sizes/sizes.service.js'
import type { SizeDto, SizeListDto } from '../../src/modules/sizes/sizes.dto.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { makeUser } from '../factories/users.js'

const SIZES = '/api/sizes'
const FIELDS = { title: 'Tiny', cpuMillis: 10, cpuLimitMillis: 100, memoryMiB: 16, memoryLimitMiB: 64, ephemeralMiB: 16 }

let portal: TestApp
let admin: TestClient
let user: TestClient
let sizes: SizesService

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  sizes = portal.app.get(SizesService, { strict: false })
  admin = await portal.signedIn()
  user = (await makeUser(portal, 'someone')).client
})
afterAll(() => portal.remove())

const codeOf = ({ status, body }: { status: number; body: ProblemBody | null }) => [status, body?.code]
const list = async (client = user): Promise<SizeDto[]> => (await client.get<SizeListDto>(SIZES)).body.items
const defaults = async () => (await list()).filter(({ isDefault }) => isDefault).map(({ id }) => id)

describe('sizes', () => {
  it('begin with the built-in ones, which everyone with an account reads', async () => {
    expect((await list()).map(({ id }) => id)).toEqual(['small', 'medium', 'large', 'gpu'])
    expect(await defaults()).toEqual(['small'])
    expect(codeOf(await portal.anonymous().get(SIZES))).toEqual([401, 'not-signed-in'])
    expect(codeOf(await user.post(SIZES, { id: 'tiny', ...FIELDS }))).toEqual([403, 'not-allowed'])
  })

  it('are added, changed and deleted by an admin; an app is given what is there', async () => {
    const made = await admin.post<SizeDto>(SIZES, { id: 'tiny', ...FIELDS, description: 'For tests' })
    expect([made.status, made.body]).toEqual([
      201,
      { id: 'tiny', ...FIELDS, gpus: 0, description: 'For tests', isDefault: false, order: 50, revision: 1 },
    ])
    expect(codeOf(await admin.post(SIZES, { id: 'tiny', ...FIELDS }))).toEqual([409, 'size-id-taken'])
    const { title: _, ...resources } = FIELDS
    expect(await sizes.resolve('tiny')).toEqual({ id: 'tiny', resources: { ...resources, gpus: 0 } })
    expect((await admin.patch<SizeDto>(`${SIZES}/tiny`, { revision: 1, gpus: 2 })).body).toMatchObject({
      gpus: 2,
      revision: 2,
      title: 'Tiny',
    })
    expect(codeOf(await admin.patch(`${SIZES}/tiny`, { revision: 1, gpus: 3 }))).toEqual([409, 'size-revision-conflict'])
    const wrong = await admin.patch<ProblemBody>(`${SIZES}/tiny`, { revision: 2, memoryMiB: 65, cpuMillis: 101 })
    expect([wrong.status, wrong.body.errors?.map(({ path }) => path)]).toEqual([400, ['cpuLimitMillis', 'memoryLimitMiB']])
    expect((await admin.delete(`${SIZES}/tiny`)).status).toBe(204)
    expect(codeOf(await admin.delete(`${SIZES}/tiny`))).toEqual([404, 'size-not-found'])
    await expect(sizes.resolve('tiny')).rejects.toMatchObject({ code: 'size-not-found' })
    const { body } = await admin.get<AuditPage>('/api/iam/audit?resourceType=size&limit=10')
    const told = body.items
      .filter(({ outcome }) => outcome === 'done')
      .map(({ resource, before, after }) => [resource?.id, before?.gpus, after?.gpus])
    expect(told).toEqual([
      ['tiny', 2, undefined],
      ['tiny', 0, 2],
      ['tiny', undefined, 0],
    ])
  })

  it('exactly one is the default, whoever makes another one that at the same time', async () => {
    expect(codeOf(await admin.delete(`${SIZES}/small`))).toEqual([409, 'size-is-default'])
    expect(codeOf(await admin.patch(`${SIZES}/small`, { revision: 1, isDefault: false }))).toEqual([409, 'size-is-default'])
    const answers = await Promise.all(
      ['medium', 'large', 'gpu'].map((id) => admin.patch(`${SIZES}/${id}`, { revision: 1, isDefault: true })),
    )
    expect(answers.some(({ status }) => status === 200)).toBe(true)
    expect(await defaults()).toHaveLength(1)
    const [id] = await defaults()
    expect((await sizes.resolve(undefined)).id).toBe(id)
  })

  it('of several that are added at once, all are there, and no more than may be', async () => {
    const ids = Array.from({ length: 60 }, (_, i) => `n${i}`)
    const answers = await Promise.all(ids.map((id) => admin.post<ProblemBody>(SIZES, { id, ...FIELDS })))
    const made = answers.filter(({ status }) => status === 201).length
    expect(answers.filter(({ status }) => status !== 201).every(({ body }) => body.code === 'too-many-sizes')).toBe(true)
    expect([made, (await list()).length]).toEqual([46, 50])
  })
})
