import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { setClock } from '../../src/common/clock.js'
import { newId } from '../../src/common/ids.js'
import { AssetUse } from '../../src/modules/assets/asset-use.js'
import { AssetRepository } from '../../src/modules/assets/asset.repository.js'
import type { AuditPage } from '../../src/modules/audit/audit.dto.js'
import { DatasetFilesService } from '../../src/modules/datasets/dataset-files.service.js'
import type { Engine } from '../../src/modules/engines/engine.js'
import { EngineRepository } from '../../src/modules/engines/engine.repository.js'
import { EventBus, type VitrineEvent } from '../../src/modules/events/event-bus.js'
import type { CardSection } from '../../src/modules/projects/card/card.js'
import { ProjectsService } from '../../src/modules/projects/projects.service.js'
import { canonicalJson, sha256 } from '../../src/common/canonical-json.js'
import { BUILT_IN_POLICY, type PublicationPolicy } from '../../src/modules/publications/publication-policy.js'
import type { PublicationDto, VersionDiffDto, ProjectVersionDto, VersionListDto } from '../../src/modules/publications/publications.dto.js'
import { MAX_VERSION_BYTES, type FrozenVersion, type VersionHead } from '../../src/modules/publications/version.js'
import { PREPARING_MS } from '../../src/modules/publications/version.publisher.js'
import { VersionRepository } from '../../src/modules/publications/version.repository.js'
import type { RichNode, RichText } from '../../src/modules/richtext/rich-text.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { makeDataset, makeProject, type ProjectBody } from '../factories/datasets.js'
import { makeEngine } from '../factories/engines.js'
import { makeUser } from '../factories/users.js'
import { failOnce } from '../fakes/fail-once.js'

let portal: TestApp
let admin: TestClient
let owner: TestClient

const start = () => startApp({ spec: import.meta.filename, env: { VITRINE_PUBLIC_URL: 'https://vitrine.example' } })
/** The sessions outlive the restart, as those of browsers do. */
const restart = async () => {
  await portal.stop()
  portal = await start()
  for (const client of [admin, owner]) client.url = portal.url
}

beforeAll(async () => {
  portal = await start()
  admin = await portal.signedIn()
  owner = (await makeUser(portal, 'owner')).client
})
afterAll(() => portal.remove())

const get = <T>(token: abstract new (...args: never[]) => T): T => portal.app.get<T>(token, { strict: false })
const repository = () => get(VersionRepository)
const codeOf = ({ status, body }: { status: number; body: ProblemBody | null }) => [status, body?.code]

const textOf = (...lines: string[]): RichText => ({
  type: 'doc',
  content: lines.map((text): RichNode => ({ type: 'paragraph', content: [{ type: 'text', text }] })),
})
const chart = (y: number[]): RichNode => ({
  type: 'chart',
  attrs: {
    id: 'accuracy',
    title: 'Accuracy',
    summary: 'rises',
    height: 300,
    spec: { data: [{ type: 'scatter', y }], layout: {} },
    source: { kind: 'inline' },
  },
})

const NOTHING = { charts: [], datasets: [] }

/** Writes a section of the card, whatever revision it is at. */
async function write(project: ProjectBody, section: CardSection, content: RichText | null): Promise<void> {
  const { revision } = (await owner.get<{ revision: number }>(`/api/projects/${project.id}/card`)).body
  const { status, body } = await owner.put(`/api/projects/${project.id}/card`, { revision, section, content })
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
}
async function change(project: ProjectBody, fields: Record<string, unknown>): Promise<void> {
  const { revision } = (await owner.get<ProjectBody>(`/api/projects/${project.id}`)).body
  const { status, body } = await owner.patch(`/api/projects/${project.id}`, { revision, ...fields })
  if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`)
}
const publish = <T = ProjectVersionDto>(project: ProjectBody, body: object = {}, by = owner) =>
  by.post<T>(`/api/projects/${project.id}/publication`, body)
const published = async (project: ProjectBody, note = ''): Promise<ProjectVersionDto> => {
  const { status, body } = await publish(project, { note })
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}
const versions = async (project: ProjectBody, by = owner) =>
  (await by.get<VersionListDto>(`/api/projects/${project.id}/versions`)).body.items
/** The answer as it came, but for what is told of the present. */
const bare = async (project: ProjectBody, number: number, by = owner) =>
  (await (await by.fetch(`/api/projects/${project.id}/versions/${number}`)).text()).replace(
    /"moved":\{"charts":\[[^\]]*\],"datasets":\[[^\]]*\]\},/,
    '',
  )
const movedOf = async (project: ProjectBody, number: number) =>
  (await owner.get<ProjectVersionDto>(`/api/projects/${project.id}/versions/${number}`)).body.moved
const stateOf = async (project: ProjectBody) => (await owner.get<PublicationDto>(`/api/projects/${project.id}/publication`)).body
const known = async (project: ProjectBody) =>
  (await owner.get<{ publishedVersion: number | null }>(`/api/projects/${project.id}`)).body.publishedVersion
const setPolicy = async (values: Partial<PublicationPolicy>) => {
  const { revision } = (await admin.get<PublicationPolicy>('/api/publication/policy')).body
  return admin.put<PublicationPolicy>('/api/publication/policy', { ...BUILT_IN_POLICY, ...values, revision })
}
const addEngine = async (project: ProjectBody, only: Partial<Engine> = {}) => {
  const engine = makeEngine({ projectId: project.id, host: newId(), name: 'demo', ...only })
  await get(EngineRepository).insert(engine)
  return engine
}
const running = (): Pick<Engine, 'status'> => ({ status: { ...makeEngine().status, phase: 'Running', replicas: 1 } })

/** What of a version is hashed, out of what the API answers. */
function frozenOf(version: ProjectVersionDto): FrozenVersion {
  const { hash: _, intact: _intact, moved: _moved, appDigest: _digest, withdrawn: _withdrawn, ...frozen } = version
  return frozen
}

describe('a version', () => {
  it('shows for good what the project showed, whatever becomes of that; the next one tells what is new', async () => {
    const project = await makeProject(owner, { title: 'Iris classifier', summary: 'Tells irises apart.' })
    const dataset = await makeDataset(owner, { projectId: project.id, name: 'iris' })
    const file = { id: newId(), datasetId: dataset.id, projectId: project.id, name: 'iris.csv', size: 4551, contentType: 'text/csv' }
    await get(DatasetFilesService).claim({ ...file, createdAt: new Date() })
    await get(DatasetFilesService).publish(file.id, 'd41d8cd98f00b204e9800998ecf8427e-1')
    await addEngine(project, { ...running(), image: 'registry/iris:1', digest: 'sha256:one' })
    await addEngine(project, { name: 'asleep' })
    await change(project, {
      licence: 'MIT',
      tags: ['flowers'],
      frameworks: ['scikit-learn'],
      contacts: [{ name: 'Ada Lovelace', email: '', url: '' }],
    })
    await write(project, 'description', { type: 'doc', content: [...textOf('It tells three irises apart.').content, chart([1, 2])] })
    const report = await owner.post<{ id: string; revision: number }>(`/api/projects/${project.id}/reports`, {
      title: 'Results',
      content: textOf('Good.'),
    })
    expect(await stateOf(project)).toMatchObject({ changed: true, latest: null })

    const first = await published(project, 'The first one')
    expect(first).toMatchObject({
      ...{ number: 1, note: 'The first one', author: { username: 'owner' }, intact: true, withdrawn: null, appDigest: 'sha256:one' },
      ...{ title: 'Iris classifier', licence: 'MIT', tags: ['flowers'], slug: project.slug, owner: { username: 'owner' } },
      reports: [{ id: report.body.id, title: 'Results', content: textOf('Good.') }],
      datasets: [{ id: dataset.id, name: 'iris', files: 1, sizeBytes: 4551 }],
      apps: [{ name: 'demo', image: 'registry/iris:1', digest: 'sha256:one' }],
      charts: [{ place: 'description', id: 'accuracy', source: { kind: 'inline' } }],
    })
    expect(first.charts[0]?.snapshot).toBe(first.at)
    expect(sha256(canonicalJson(frozenOf(first)))).toBe(first.hash)
    expect(await stateOf(project)).toMatchObject({ changed: false, latest: 1 })
    const before = await bare(project, 1)

    await change(project, { title: 'Iris', licence: 'Apache-2.0' })
    await write(project, 'description', { type: 'doc', content: [...textOf('It tells many irises apart.').content, chart([1, 3])] })
    await owner.patch(`/api/reports/${report.body.id}`, { revision: report.body.revision, content: textOf('Very good.') })
    await owner.post(`/api/projects/${project.id}/reports`, { title: 'More', content: textOf('New.') })
    expect(await stateOf(project)).toMatchObject({ changed: true, latest: 1 })
    const second = await published(project)
    expect(second).toMatchObject({ number: 2, title: 'Iris' })
    expect((await versions(project)).map(({ number }) => number)).toEqual([2, 1])
    expect(await known(project)).toBe(2)

    expect(await bare(project, 1)).toBe(before)
    expect({ ...(JSON.parse(before) as object), moved: NOTHING }).toEqual(first)
    expect(await movedOf(project, 1)).toEqual({ charts: [{ place: 'description', id: 'accuracy' }], datasets: [] })
    expect(await movedOf(project, 2)).toEqual(NOTHING)
    await owner.delete(`/api/reports/${report.body.id}`)
    await owner.delete(`/api/datasets/${dataset.id}/files/${file.id}`)
    expect(await bare(project, 1)).toBe(before)
    expect((await movedOf(project, 2)).datasets).toEqual([dataset.id])

    const { status, body: diff } = await owner.get<VersionDiffDto>(`/api/projects/${project.id}/versions/2/diff`)
    expect(status).toBe(200)
    expect(diff.fields).toEqual([
      { field: 'title', before: 'Iris classifier', after: 'Iris' },
      { field: 'licence', before: 'MIT', after: 'Apache-2.0' },
    ])
    expect(diff.sections.map(({ section }) => section)).toEqual(['description'])
    expect(diff.sections[0]?.blocks[0]).toMatchObject({
      kind: 'changed',
      before: 'It tells three irises apart.',
      after: 'It tells many irises apart.',
    })
    expect(diff.reports.map(({ title, state }) => [title, state])).toEqual([
      ['Results', 'changed'],
      ['More', 'added'],
    ])
    const all = (await owner.get<VersionDiffDto>(`/api/projects/${project.id}/versions/2/diff?from=0`)).body
    expect(all.fields.every((field) => field.before === null)).toBe(true)
    const none = (await owner.get<VersionDiffDto>(`/api/projects/${project.id}/versions/2/diff?from=2`)).body
    expect([none.fields, none.sections, none.reports.map(({ state }) => state)]).toEqual([[], [], ['same', 'same']])
  })

  it('is not there before it is, nor under a number that is none', async () => {
    const project = await makeProject(owner)
    for (const number of ['1', '0', '-1', '01', 'x', '1e3', '99999999999999999999'])
      expect(codeOf(await owner.get(`/api/projects/${project.id}/versions/${number}`)), number).toEqual([404, 'version-not-found'])
    expect(codeOf(await owner.get(`/api/projects/${project.id}/citation?version=1`))).toEqual([404, 'version-not-found'])
    expect(codeOf(await owner.get(`/api/projects/${project.id}/citation?version=x`))).toEqual([400, 'validation-failed'])
  })

  it('tells when it is not what was published any more', async () => {
    const project = await makeProject(owner)
    await published(project)
    const head = await repository().find(project.id, 1)
    if (!head) throw new Error('no version')
    const text = (await repository().findText(head.contentId)) ?? ''
    await repository().removeText(head.contentId)
    await repository().putText(head, text.replace(`"title":"${project.title}"`, '"title":"Another"'))
    expect(JSON.parse(await bare(project, 1))).toMatchObject({ intact: false, title: 'Another' })
    await repository().removeText(head.contentId)
    expect(JSON.parse(await bare(project, 1))).toMatchObject({ intact: false, title: '', reports: [] })
  })

  it('has room for the largest one', async () => {
    const head = { contentId: newId(), projectId: newId() }
    const long = '"€\\'.repeat(MAX_VERSION_BYTES / 5)
    expect(Buffer.byteLength(long)).toBeGreaterThan(MAX_VERSION_BYTES - 5)
    await repository().putText(head, long)
    expect(sha256((await repository().findText(head.contentId)) ?? '')).toBe(sha256(long))
    await repository().removeOf(head.projectId)
  })

  it('keeps its files as long as it shows them, and goes with its project', async () => {
    const project = await makeProject(owner)
    const at = new Date()
    const asset = { id: newId(), projectId: project.id, name: 'a.png', contentType: 'image/png', size: 1, width: 1, height: 1 } as const
    await get(AssetRepository).insert({ ...asset, state: 'stored', storeUploadId: null, createdAt: at, unusedSince: null, reviewAt: at })
    await write(project, 'usage', {
      type: 'doc',
      content: [{ type: 'image', attrs: { asset: asset.id, alt: 'A', width: null, caption: '' } }],
    })
    await published(project)
    await write(project, 'usage', null)
    expect([...(await get(AssetUse).of(project.id))]).toEqual([asset.id])
    expect(codeOf(await owner.delete(`/api/assets/${asset.id}`))).toEqual([409, 'asset-in-use'])

    await owner.delete(`/api/projects/${project.id}`)
    await vi.waitFor(async () => expect(await repository().list(project.id, 10)).toEqual([]), 10_000)
  })
})

describe('two who publish at the same moment', () => {
  let release = () => {}
  afterEach(() => release())

  /** Holds the first call of a step until it is let go on. */
  function hold(method: 'putText' | 'claim'): Promise<void> {
    const repo = repository()
    const original = repo[method].bind(repo) as (...args: unknown[]) => Promise<unknown>
    const gate = new Promise<void>((resolve) => (release = resolve))
    return new Promise((reached) => {
      Object.assign(repo, {
        [method]: async (...args: unknown[]) => {
          Reflect.deleteProperty(repo, method)
          reached()
          await gate
          return original(...args)
        },
      })
    })
  }

  it('make one version: the one who comes while it is written is told so', async () => {
    const project = await makeProject(owner)
    const reached = hold('putText')
    const first = publish(project, { note: 'first' })
    await reached
    expect(codeOf(await publish<ProblemBody>(project, {}, admin))).toEqual([409, 'publication-in-progress'])
    // Nor is it there before it is whole.
    expect(await versions(project)).toEqual([])
    release()
    expect((await first).status).toBe(201)
    expect((await versions(project)).map(({ number, note }) => [number, note])).toEqual([[1, 'first']])
  })

  it('do not wait for ever: one who took so long that another took it for dead leaves nothing', async () => {
    const project = await makeProject(owner)
    const reached = hold('putText')
    const first = publish<ProblemBody>(project, { note: 'late' })
    await reached
    const left = await repository().findUnpublished(project.id)
    const restore = setClock(() => new Date(Date.now() + PREPARING_MS))
    expect((await publish(project, { note: 'early' }, admin).finally(restore)).status).toBe(201)
    release()
    expect(codeOf(await first)).toEqual([409, 'publication-in-progress'])
    expect((await versions(project)).map(({ number, note }) => [number, note])).toEqual([[1, 'early']])
    expect(JSON.parse(await bare(project, 1))).toMatchObject({ intact: true, note: 'early' })
    expect(await repository().findText(left?.contentId ?? '')).toBeNull()
  })

  it('make one version also when neither has seen the other', async () => {
    const project = await makeProject(owner)
    const reached = hold('claim')
    const first = publish<ProblemBody>(project, { note: 'late' })
    await reached
    expect((await publish(project, { note: 'early' }, admin)).status).toBe(201)
    release()
    expect(codeOf(await first)).toEqual([409, 'publication-in-progress'])
    expect((await versions(project)).map(({ number, note }) => [number, note])).toEqual([[1, 'early']])
    expect(await known(project)).toBe(1)
  })
})

describe('killed while publishing', () => {
  const events: VitrineEvent[] = []
  const whole = async (project: ProjectBody) => {
    for (const { number } of await versions(project)) expect(JSON.parse(await bare(project, number))).toMatchObject({ intact: true })
    return (await versions(project)).length
  }
  const steps: [string, (moment: 'before' | 'after') => void][] = [
    ['claiming the number', (moment) => failOnce(repository(), 'claim', moment)],
    ['storing the text', (moment) => failOnce(repository(), 'putText', moment)],
    ['showing the version', (moment) => failOnce(repository(), 'publish', moment)],
    ['telling the project', (moment) => failOnce(get(ProjectsService), 'published', moment)],
    ['noting that all is done', (moment) => failOnce(repository(), 'settle', moment)],
  ]

  for (const [step, fail] of steps)
    for (const moment of ['before', 'after'] as const)
      it(`${moment} ${step} leaves a whole version or none, and the next one follows it`, async () => {
        const project = await makeProject(owner)
        fail(moment)
        expect(codeOf(await publish<ProblemBody>(project))).toEqual([503, 'database-unavailable'])
        const count = await whole(project)
        expect((await published(project)).number).toBe(count + 1)
        await restart()
        await vi.waitFor(async () => expect(await repository().findUnsettled(new Date())).toEqual([]), 10_000)
        expect([await whole(project), await known(project)]).toEqual([count + 1, count + 1])
      })

  it('for good: the next start removes what never became a version, and tells of what did', async () => {
    const project = await makeProject(owner)
    const head = (number: number): VersionHead => ({
      ...{ projectId: project.id, number, contentId: newId(), state: 'preparing', settled: false, at: new Date(Date.now() - 120_000) },
      ...{
        author: { id: '', username: '', displayName: '' },
        note: '',
        hash: sha256('{}'),
        appDigest: null,
        passed: true,
        assets: [],
        withdrawn: null,
      },
    })
    const [done, left] = [head(1), head(2)]
    for (const each of [done, left]) {
      await repository().claim(each)
      await repository().putText(each, '{}')
    }
    await repository().publish(done)
    expect((await versions(project)).map(({ number }) => number)).toEqual([1])
    await restart()
    await vi.waitFor(async () => expect(await repository().findUnsettled(new Date())).toEqual([]), 10_000)
    expect([await repository().findText(left.contentId), await repository().findText(done.contentId)]).toEqual([null, '{}'])
    expect([(await versions(project)).map(({ number }) => number), await known(project)]).toEqual([[1], 1])
  })

  it('is told as an event once it is there', async () => {
    const project = await makeProject(owner)
    const subscription = get(EventBus).events.subscribe((event) => events.push(event))
    await published(project)
    subscription.unsubscribe()
    expect(events).toContainEqual({ name: 'project.published', payload: { projectId: project.id, number: 1 } })
  })
})

describe('the policy', () => {
  const STRICT = {
    requireLicence: true,
    minLimitationsWords: 3,
    requireDataset: true,
    requireAppReady: true,
    refuseSecretLookingEnv: true,
    enforced: true,
  }
  const SECRET = 'hunter2-hunter2-hunter2'
  beforeEach(async () => expect((await setPolicy({ enforced: false })).status).toBe(200))

  it('is for admins, and is not changed by two at once', async () => {
    expect(codeOf(await owner.get('/api/publication/policy'))).toEqual([403, 'not-allowed'])
    const { body } = await admin.get<PublicationPolicy>('/api/publication/policy')
    expect((await admin.put<PublicationPolicy>('/api/publication/policy', { ...body, minLimitationsWords: 5 })).body).toEqual({
      ...body,
      minLimitationsWords: 5,
      revision: body.revision + 1,
    })
    expect(codeOf(await admin.put('/api/publication/policy', body))).toEqual([409, 'publication-policy-conflict'])
  })

  it('keeps a project from becoming public until each of its demands is met', async () => {
    const project = await makeProject(owner, { summary: 'Has one' })
    const engine = await addEngine(project, { env: [{ name: 'DB_PASSWORD', value: SECRET }] })
    expect((await setPolicy(STRICT)).status).toBe(200)
    const blocked = async () => {
      const { status, body } = await publish<ProblemBody>(project, { visibility: 'public' })
      if (status === 201) return []
      expect([status, body.code]).toEqual([409, 'publication-blocked'])
      expect(JSON.stringify(body)).not.toContain(SECRET)
      expect((await stateOf(project)).checklist.filter(({ state }) => state === 'blocking').map(({ id }) => id)).toEqual(
        body.errors?.map(({ path }) => path),
      )
      return body.errors?.map(({ path }) => path)
    }
    expect(await blocked()).toEqual(['licence', 'limitations', 'dataset', 'app', 'secrets'])
    expect(await versions(project)).toEqual([])
    await change(project, { licence: 'MIT' })
    expect(await blocked()).toEqual(['limitations', 'dataset', 'app', 'secrets'])
    await write(project, 'limitations', textOf('Only two'))
    expect(await blocked()).toEqual(['limitations', 'dataset', 'app', 'secrets'])
    await write(project, 'limitations', textOf('Not for roses'))
    expect(await blocked()).toEqual(['dataset', 'app', 'secrets'])
    const dataset = await makeDataset(owner, { projectId: project.id })
    expect(await blocked()).toEqual(['dataset', 'app', 'secrets'])
    const file = {
      id: newId(),
      datasetId: dataset.id,
      projectId: project.id,
      name: 'a',
      size: 1,
      contentType: 'text/csv',
      createdAt: new Date(),
    }
    await get(DatasetFilesService).claim(file)
    await get(DatasetFilesService).publish(file.id, 'x')
    expect(await blocked()).toEqual(['app', 'secrets'])
    const { generation } = engine
    const observed = { ...running(), digest: 'sha256:one', appliedGeneration: 1, driver: null }
    await get(EngineRepository).observe(engine.id, { generation, deleting: false, paused: false }, observed)
    expect(await blocked()).toEqual(['secrets'])
    const visibility = async () => (await owner.get<{ visibility: string }>(`/api/projects/${project.id}`)).body.visibility
    expect(await visibility()).toBe('internal')
    await get(EngineRepository).change(engine.id, null, { env: [] }, { ...running(), deploy: engine.deploy })
    expect(await blocked()).toEqual([])
    expect(await visibility()).toBe('public')
    expect(await known(project)).toBe(1)
  })

  it('holds for every way to become public, and for no other', async () => {
    await setPolicy({ requireLicence: true, minLimitationsWords: 0, refuseSecretLookingEnv: false, enforced: true })
    expect(codeOf(await owner.post('/api/projects', { title: 'At once', visibility: 'public' }))).toEqual([409, 'publication-blocked'])
    const project = await makeProject(owner)
    const show = async (visibility: string) => {
      const { revision } = (await owner.get<ProjectBody>(`/api/projects/${project.id}`)).body
      return codeOf(await owner.put(`/api/projects/${project.id}/visibility`, { visibility, revision }))
    }
    expect(await show('public')).toEqual([409, 'publication-blocked'])
    expect(await show('private')).toEqual([200, undefined])
    // What only its people see is theirs to publish, but does not open the door.
    expect((await publish(project)).status).toBe(201)
    expect(await show('public')).toEqual([409, 'publication-blocked'])
    await change(project, { licence: 'MIT' })
    // What counts is what was published, not the draft.
    expect(await show('public')).toEqual([409, 'publication-blocked'])
    expect((await publish(project)).status).toBe(201)
    expect(await show('public')).toEqual([200, undefined])
    // A public project does not get a version that lacks something.
    await change(project, { licence: '' })
    expect(codeOf(await publish<ProblemBody>(project))).toEqual([409, 'publication-blocked'])
    expect(await show('public')).toEqual([200, undefined])
  })
})

describe('withdrawing', () => {
  it('leaves number, date and reason, for good; the one before is the newest then', async () => {
    const project = await makeProject(owner, { title: 'Something personal' })
    const [first, second] = [await published(project), await published(project, 'with names')]
    const path = `/api/projects/${project.id}/versions/2`
    const stranger = (await makeUser(portal, `stranger-${newId()}`)).client
    expect(codeOf(await stranger.post(`${path}/withdraw`, { reason: 'x' }))).toEqual([403, 'not-allowed'])
    expect(codeOf(await owner.post(`${path}/withdraw`, { reason: ' ' }))).toEqual([400, 'validation-failed'])

    const { status, body } = await admin.post<ProjectVersionDto>(`${path}/withdraw`, { reason: 'names a patient' })
    expect(status).toBe(200)
    expect(body).toMatchObject({ number: 2, at: second.at, withdrawn: { reason: 'names a patient' }, title: '', note: '', hash: '' })
    for (const text of [await bare(project, 2), JSON.stringify(await versions(project))]) {
      expect(text).not.toContain('with names')
      expect(text).not.toContain(second.hash)
    }
    expect(await bare(project, 2)).not.toContain('Something personal')
    expect((await versions(project)).map(({ number, withdrawn }) => [number, withdrawn?.reason])).toEqual([
      [2, 'names a patient'],
      [1, undefined],
    ])
    const head = await repository().find(project.id, 2)
    expect(await repository().findText(head?.contentId ?? '')).toBeNull()
    expect([await known(project), (await stateOf(project)).latest]).toEqual([1, 1])
    expect(codeOf(await owner.get(`${path}/diff`))).toEqual([410, 'version-withdrawn'])
    expect(codeOf(await owner.get(`/api/projects/${project.id}/citation?version=2`))).toEqual([410, 'version-withdrawn'])

    const log = (await admin.get<AuditPage>(`/api/iam/audit?resourceType=project&limit=20`)).body.items
    const told = log
      .filter(({ resource, outcome }) => resource?.id === project.id && outcome === 'done')
      .map(({ action, after }) => [action, after])
    expect(told).toContainEqual(['project:share', { version: 2, sha256: second.hash, note: 'with names' }])
    expect(told).toContainEqual(['project:transfer', { version: 2, withdrawn: 'names a patient' }])

    const again = await owner.post<ProjectVersionDto>(`${path}/withdraw`, { reason: 'another' })
    expect([again.status, again.body.withdrawn?.reason]).toEqual([200, 'names a patient'])
    // Its number is not given again.
    expect((await published(project)).number).toBe(3)
    expect({ ...(JSON.parse(await bare(project, 1)) as object), moved: NOTHING }).toEqual(first)
  })

  it('is done to the end by the next start when it was killed', async () => {
    const project = await makeProject(owner)
    await published(project)
    failOnce(repository(), 'removeText', 'before')
    expect((await owner.post(`/api/projects/${project.id}/versions/1/withdraw`, { reason: 'wrong' })).status).toBe(503)
    expect(JSON.parse(await bare(project, 1))).toMatchObject({ withdrawn: { reason: 'wrong' }, title: '' })
    await restart()
    await vi.waitFor(async () => expect(await known(project)).toBeNull(), 10_000)
    const head = await repository().find(project.id, 1)
    expect(await repository().findText(head?.contentId ?? '')).toBeNull()
  })
})

describe('a citation', () => {
  it('is of the version that it names, whatever the project is called by then', async () => {
    const title = 'Iris } \\ 100%: "a" # b'
    const project = await makeProject(owner, { title, summary: 'One:\n- two' })
    const cite = async (query = '') =>
      (await owner.get<{ bibtex: string; cff: string; text: string }>(`/api/projects/${project.id}/citation${query}`)).body
    expect((await cite()).text).toContain(`https://vitrine.example/p/${project.slug}`)
    await change(project, { contacts: [{ name: 'Ada Lovelace', email: 'ada@example.org', url: '' }], licence: 'MIT' })
    await published(project)
    await change(project, { title: 'Another' })
    await published(project)

    const { bibtex, cff, text } = await cite('?version=1')
    const permalink = `https://vitrine.example/p/${project.slug}/v/1`
    expect(parse(cff)).toMatchObject({
      title,
      version: '1',
      url: permalink,
      license: 'MIT',
      authors: [{ 'family-names': 'Lovelace' }],
      abstract: 'One:\n- two',
    })
    expect(bibtex).toContain('title = {{Iris \\textbraceright{} \\textbackslash{} 100\\%: \\textquotedbl{}a\\textquotedbl{} \\# b}}')
    expect(bibtex).toContain(`url = {${permalink}}`)
    expect(text).toMatch(/^Lovelace, A\. \(\d{4}\)\. Iris/)
    expect(parse((await cite()).cff)).toMatchObject({ title: 'Another', version: '2' })
  })
})
