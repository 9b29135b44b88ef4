import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/common/ids.js'
import { pendingStatus, type EngineStatus } from '../../src/modules/engines/engine.js'
import { deletingStatus } from '../../src/modules/engines/engine.js'
import { EngineRepository, type Observation } from '../../src/modules/engines/engine.repository.js'
import { startApp, type TestApp } from '../app.js'
import { makeEngine } from '../factories/engines.js'

let portal: TestApp
let engines: EngineRepository

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  engines = portal.app.get(EngineRepository)
})
afterAll(() => portal.remove())

const at = new Date('2026-01-02T00:00:00Z')
const status = (phase: EngineStatus['phase']): EngineStatus => ({
  ...pendingStatus('', at),
  phase,
  cause: { code: 'app-crashed', title: 'It crashed', evidence: 'a "b" & $c', fix: 'Mend it', field: null },
})
const LIVE = { generation: 1, deleting: false, paused: false }
const made = (status: EngineStatus) => ({
  status,
  deploy: { at, by: { id: newId(), via: 'token' as const }, reason: 'changed' as const, from: null },
})
const observation = (phase: EngineStatus['phase']): Observation => ({
  status: status(phase),
  digest: 'sha256:abc',
  appliedGeneration: 1,
  driver: 'knative',
})

async function stored(only: Parameters<typeof makeEngine>[0] = {}) {
  const engine = makeEngine({ host: newId(), ...only })
  expect(await engines.insert(engine)).toBe('stored')
  return engine
}

describe('apps as they are stored', () => {
  it('are read as they were written', async () => {
    const engine = await stored({
      env: [
        { name: 'A', value: '' },
        { name: 'B', value: '$where: {"a.b": 1}\n💥' },
      ],
      status: { ...status('Failed'), steps: [{ name: 'scheduling', state: 'done', startedAt: at, finishedAt: null }] },
    })
    expect(await engines.findById(engine.id)).toEqual(engine)
  })

  it('were deployed by Knative when they are older than the other drivers', async () => {
    const old = await stored({ appliedGeneration: 1 })
    expect((await engines.findById(old.id))?.driver).toBe('knative')
    const fresh = await stored()
    expect((await engines.findById(fresh.id))?.driver).toBeNull()
  })

  it('have one name in a project and one host in all, whoever comes first', async () => {
    const projectId = newId()
    const together = await Promise.all(Array.from({ length: 10 }, () => engines.insert(makeEngine({ projectId, host: newId() }))))
    expect(together.sort()).toEqual([...Array.from({ length: 9 }, () => 'name-taken'), 'stored'])
    const host = newId()
    const hosts = await Promise.all(Array.from({ length: 10 }, () => engines.insert(makeEngine({ host }))))
    expect(hosts.sort()).toEqual([...Array.from({ length: 9 }, () => 'host-taken'), 'stored'])
    expect(await engines.insert(makeEngine({ projectId: newId(), host: newId() })), 'the same name in another project').toBe('stored')
  })

  it('are changed by one of many who start from the same revision', async () => {
    const { id } = await stored({ digest: 'sha256:old' })
    const changes = await Promise.all(
      Array.from({ length: 10 }, (_, i) => engines.change(id, 1, { port: 1000 + i }, made(status('Pending')))),
    )
    const won = changes.filter((each) => each !== null)
    expect(won).toHaveLength(1)
    expect(await engines.findById(id)).toMatchObject({
      revision: 2,
      generation: 2,
      digest: null,
      port: won[0]?.port,
      image: 'registry/app:1',
    })
  })

  it('keep what is known of a generation only while it is the wanted one', async () => {
    const { id } = await stored()
    expect(await engines.observe(id, LIVE, observation('Failed'))).toBe(true)
    expect(await engines.findById(id)).toMatchObject({
      revision: 1,
      digest: 'sha256:abc',
      appliedGeneration: 1,
      driver: 'knative',
      status: status('Failed'),
    })
    await engines.change(id, 1, {}, made(pendingStatus('', at)))
    expect(await engines.observe(id, LIVE, observation('Running'))).toBe(false)
    expect((await engines.findById(id))?.status.phase).toBe('Pending')
  })

  it('are not resumed by what was seen before they were paused', async () => {
    const { id } = await stored()
    expect(await engines.amend(id, { paused: true }, at)).toMatchObject({ paused: true, revision: 2, generation: 1 })
    expect(await engines.observe(id, LIVE, observation('Running'))).toBe(false)
    expect(await engines.observe(id, { ...LIVE, paused: true }, observation('Paused'))).toBe(true)
    expect(await engines.change(id, 2, { port: 1 }, made(status('Pending')))).toMatchObject({ paused: false, generation: 2 })
    expect(await engines.change(id, null, {}, made(status('Pending'))), 'from whichever revision').toMatchObject({ revision: 4 })
  })

  it('are marked once, take no more changes, and are removed only then', async () => {
    const { id } = await stored()
    await engines.remove(id)
    expect(await engines.findById(id), 'not marked').not.toBeNull()
    const marked = await engines.markDeleted(id, deletingStatus(at), at)
    expect(marked).toMatchObject({ deletedAt: at, revision: 2, status: { phase: 'Deleting' } })
    expect(await engines.markDeleted(id, deletingStatus(new Date()), new Date()), 'twice').toEqual(marked)
    expect(await engines.change(id, 2, { port: 1 }, made(status('Pending')))).toBeNull()
    expect(await engines.observe(id, LIVE, observation('Running'))).toBe(false)
    expect(await engines.observe(id, { ...LIVE, deleting: true }, observation('Deleting'))).toBe(true)
    await engines.remove(id)
    expect(await engines.findById(id)).toBeNull()
    expect(await engines.markDeleted(id, deletingStatus(at), at)).toBeNull()
  })

  it('are listed newest first, each once, also when many were made in the same instant', async () => {
    const projectId = newId()
    const made = []
    for (let i = 0; i < 7; i++)
      made.push(await stored({ projectId, name: `n${i}`, createdAt: new Date(1_700_000_000_000 + Math.floor(i / 3)) }))
    const expected = made.sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.id < b.id ? 1 : -1)).map(({ id }) => id)
    const seen: string[] = []
    for (let after: { createdAt: Date; id: string } | undefined; ;) {
      const found = await engines.search({ projectIds: [projectId], limit: 2, ...(after ? { after } : {}) })
      seen.push(...found.slice(0, 2).map(({ id }) => id))
      if (found.length <= 2) break
      after = found[1]
    }
    expect(seen).toEqual(expected)
    expect(new Set(await engines.findIdsOfProject(projectId))).toEqual(new Set(expected))
    expect(await engines.findAllIds()).toEqual(expect.arrayContaining(expected))
  })
})
