import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { EngineDto } from '../../src/modules/engines/engines.dto.js'
import type { PreflightDto } from '../../src/modules/engines/preflight/preflight.dto.js'
import type { EngineRevisionDto } from '../../src/modules/engines/revisions/revisions.dto.js'
import { askApp, testCluster } from '../cluster.js'
import { Site } from '../site.js'

const cluster = testCluster()
const run = randomBytes(2).toString('hex')
const site = new Site(cluster, import.meta.filename, 'lifecycle', run)
const other = new Site(cluster, import.meta.filename, 'withoutknative', run)

beforeAll(async () => {
  await Promise.all([site.start('knative'), other.start('gateway')])
}, 60_000)
afterAll(async () => {
  await Promise.all([site.remove(), other.remove()])
})

const post = async <T = EngineDto>(path: string, body: object = {}, at = site): Promise<{ status: number; body: T }> =>
  at.client.post<T>(`/api/engines/${path}`, body)

async function done(path: string, body: object = {}, at = site): Promise<EngineDto> {
  const answer = await post(path, body, at)
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300)
  return answer.body
}

const says = (url: string, text: string): Promise<void> =>
  vi.waitFor(async () => expect(await askApp(url)).toMatchObject({ status: 200, body: expect.stringContaining(text) as string }), {
    timeout: 30_000,
    interval: 200,
  })

const revisionsOf = async (id: string): Promise<EngineRevisionDto[]> =>
  (await site.client.get<{ items: EngineRevisionDto[] }>(`/api/engines/${id}/revisions`)).body.items

const preflight = async (body: object, at = site): Promise<PreflightDto> => {
  const answer = await at.client.post<PreflightDto>('/api/engines/preflight', body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(200)
  return answer.body
}
const stateOf = ({ checks }: PreflightDto, id: string): string | undefined => checks.find((check) => check.id === id)?.state

describe('an app through its life', () => {
  let app: EngineDto

  it('gets its command, secrets, size and health check, and never shows a secret', async () => {
    const { id } = await site.deploy('life', {
      env: { MESSAGE: 'first' },
      secrets: { TOKEN: 'hunter2-$(MESSAGE)' },
      args: ['--not-read-by-the-app'],
      size: 'small',
      health: { kind: 'http', path: '/healthz' },
      scaling: { min: 1, max: 2 },
    })
    app = await site.becomes(id, 'Running')
    expect(app).toMatchObject({ secrets: ['TOKEN'], size: 'small', health: { kind: 'http', path: '/healthz', startupSeconds: 60 } })
    expect(app).toMatchObject({ scaling: { min: 1, max: 2, metric: 'concurrency' }, deployedBy: { username: 'admin' }, paused: false })
    expect(JSON.stringify(app)).not.toContain('hunter2')
    await says(app.url, 'first')
    const pods = JSON.parse(await cluster.kubectl('get', 'pods', '-n', site.namespace, '-l', `vitrine.dev/engine=${id}`, '-o', 'json')) as {
      items: { spec: { containers: Record<string, unknown>[] } }[]
    }
    expect(pods.items[0]?.spec.containers[0]).toMatchObject({
      args: ['--not-read-by-the-app'],
      env: expect.arrayContaining([
        { name: 'TOKEN', valueFrom: { secretKeyRef: { name: `life-lifecycle-${run}-env`, key: 'TOKEN' } } },
      ]) as unknown,
    })
    const secret = await cluster.kubectl('get', 'secret', '-n', site.namespace, `life-lifecycle-${run}-env`, '-o', 'jsonpath={.data.TOKEN}')
    expect(Buffer.from(secret, 'base64').toString()).toBe('hunter2-$(MESSAGE)')
  }, 90_000)

  it('is checked before it is changed: what differs, what it takes, and nothing of a secret', async () => {
    const found = await preflight({ engineId: app.id, env: { MESSAGE: 'second' }, secrets: { TOKEN: 'hunter3' } })
    expect(found).toMatchObject({
      verdict: 'ok',
      image: { digest: expect.stringMatching(/^sha256:/) as string, platforms: ['linux/amd64'] },
      changes: [
        { field: 'env.MESSAGE', before: 'first', after: 'second' },
        { field: 'secrets.TOKEN', before: 'set', after: 'set anew' },
      ],
    })
    expect(found.diff).toContain('-              value: first')
    expect(found.diff).toContain('+              value: second')
    expect(JSON.stringify(found)).not.toMatch(/hunter|v1\./)
    expect((await site.read(app.id)).generation, 'nothing is stored').toBe(1)
  })

  it('that would not run is blocked, for each reason with the field that repairs it', async () => {
    const wanted = { projectId: site.projectId, name: 'next', image: cluster.helloImage, port: 8080 }
    expect(await preflight(wanted)).toMatchObject({ verdict: 'ok', changes: [] })
    const missing = await preflight({ ...wanted, image: `${cluster.registry}/vitrine-test/no-such:1` })
    expect(missing).toMatchObject({ verdict: 'blocked', image: null })
    expect(missing.checks.find(({ id }) => id === 'image')).toMatchObject({ state: 'failed', field: 'image' })
    const large = await preflight({ ...wanted, size: 'large', scaling: { min: 20, max: 20 } })
    expect(large.checks.find(({ id }) => id === 'quota')).toMatchObject({
      state: 'failed',
      field: 'size',
      detail: expect.stringMatching(/of 8 cpu left, this takes 40/) as string,
    })
    expect(stateOf(await preflight({ ...wanted, name: 'life' }), 'name')).toBe('failed')
    const incomplete = await site.client.post<{ errors: { path: string }[] }>('/api/engines/preflight', { name: 'next' })
    expect(incomplete).toMatchObject({ status: 400, body: { errors: [{ path: 'projectId' }, { path: 'image' }, { path: 'port' }] } })
    const gateway = await preflight({ ...wanted, projectId: other.projectId }, other)
    expect(gateway).toMatchObject({ verdict: 'ok', diff: expect.stringContaining('HTTPRoute/') as string })
  }, 60_000)

  it('goes back to a generation by the digest that it ran with, and says who did what', async () => {
    await site.change(app.id, { env: { MESSAGE: 'second' } })
    await says(app.url, 'second')
    const { revision } = await site.becomes(app.id, 'Running')
    await done(`${app.id}/rollback`, { revision, generation: 1 })
    await says(app.url, 'first')
    const items = await revisionsOf(app.id)
    expect(items.map(({ generation, reason, from, isCurrent, via }) => [generation, reason, from, isCurrent, via])).toEqual([
      [3, 'rolled-back', 1, true, 'session'],
      [2, 'changed', null, false, 'session'],
      [1, 'created', null, false, 'session'],
    ])
    expect(items[1]?.changes).toEqual([{ field: 'env.MESSAGE', before: 'first', after: 'second' }])
    expect(items[0]?.changes).toEqual([
      { field: 'digest', before: null, after: items[2]?.digest },
      { field: 'env.MESSAGE', before: 'second', after: 'first' },
    ])
    expect(items[0]?.author).toMatchObject({ username: 'admin' })
    expect((await post(`${app.id}/rollback`, { revision, generation: 1 })).status, 'from a stale revision').toBe(409)
    expect(await post(`${app.id}/rollback`, { revision: revision + 1, generation: 99 })).toMatchObject({ status: 404 })
  }, 90_000)

  it('is deployed from CI by a token that can do no more', async () => {
    const { body } = await site.client.post<{ token: string }>('/api/iam/tokens', {
      name: 'ci',
      scopes: ['engines:deploy'],
      projectId: site.projectId,
      expiresInDays: 1,
    })
    const ci = site.portal.anonymous()
    ci.bearer = body.token
    const answer = await ci.post<EngineDto>(`/api/engines/${app.id}/deploy`, { image: cluster.helloImage })
    expect(answer.status, JSON.stringify(answer.body)).toBe(202)
    expect((await revisionsOf(app.id))[0]).toMatchObject({ reason: 'redeployed', via: 'token', author: { username: 'admin' } })
    await site.becomes(app.id, 'Running')
  }, 60_000)

  it('is paused and leaves nothing in the cluster, and is resumed as it was', async () => {
    const before = await site.read(app.id)
    await done(`${app.id}/pause`)
    await site.becomes(app.id, 'Paused')
    await vi.waitFor(async () => expect(await site.objectsOf(app.id)).toEqual([]), { timeout: 30_000, interval: 200 })
    expect(await post(`${app.id}/pause`), 'twice').toMatchObject({ status: 202 })
    await done(`${app.id}/resume`)
    const after = await site.becomes(app.id, 'Running')
    expect(after).toMatchObject({ generation: before.generation, digest: before.digest, paused: false })
    await says(app.url, 'first')
  }, 90_000)

  it('is put back by itself when someone removes it, and all of it by a repair', async () => {
    await cluster.kubectl('delete', 'secret', '-n', site.namespace, `life-lifecycle-${run}-env`)
    await done(`${app.id}/repair`)
    await vi.waitFor(() => cluster.kubectl('get', 'secret', '-n', site.namespace, `life-lifecycle-${run}-env`), 20_000)
    await cluster.kubectl('delete', 'services.serving.knative.dev', '-n', site.namespace, `life-lifecycle-${run}`)
    await site.becomes(app.id, 'Running')
    await says(app.url, 'first')
  }, 90_000)

  it('has a preview beside it, which becomes what runs by the same digest', async () => {
    const preview = await done(`${app.id}/preview`, { env: { MESSAGE: 'preview' }, leaseHours: 1 })
    expect(preview).toMatchObject({ name: 'life-preview', previewOf: app.id, secrets: ['TOKEN'] })
    expect(Date.parse(preview.lease?.expiresAt ?? '') - Date.now()).toBeGreaterThan(3_500_000)
    await says(preview.url, 'preview')
    const { digest } = await site.becomes(preview.id, 'Running')
    await says(app.url, 'first')
    expect((await post(`${app.id}/promote`)).status, 'no preview').toBe(409)
    const extended = await done(`${preview.id}/lease`, { hours: 5 })
    expect(Date.parse(extended.lease?.expiresAt ?? '') - Date.now()).toBeGreaterThan(17_900_000)
    const promoted = await done(`${preview.id}/promote`)
    expect(promoted).toMatchObject({ id: app.id, lease: null })
    // As the gateway of the cluster has it, too.
    await site.becomes(app.id, 'Running')
    await says(app.url, 'preview')
    await vi.waitFor(async () => expect(await site.client.get(`/api/engines/${preview.id}`)).toMatchObject({ status: 404 }), 60_000)
    const running = await site.becomes(app.id, 'Running')
    expect(running.digest).toBe(digest)
    expect((await revisionsOf(app.id))[0]).toMatchObject({ reason: 'promoted' })
  }, 120_000)
})

describe('an app that is no Knative service', () => {
  it('is scaled by number, paused and resumed', async () => {
    const { id } = await other.deploy('copies')
    const { url, capabilities } = await other.becomes(id, 'Running')
    expect(capabilities).toEqual({ scaleToZero: false, autoscaling: false })
    await done(`${id}/scale`, { min: 2, max: 2 }, other)
    await vi.waitFor(async () => expect((await other.read(id)).status).toMatchObject({ phase: 'Running', replicas: 2 }), {
      timeout: 60_000,
      interval: 200,
    })
    expect((await post(`${id}/scale`, { min: 3, max: 2 }, other)).status).toBe(400)
    await done(`${id}/pause`, {}, other)
    await vi.waitFor(async () => expect(await other.objectsOf(id)).toEqual([]), { timeout: 90_000, interval: 500 })
    await done(`${id}/resume`, {}, other)
    await other.becomes(id, 'Running')
    await says(url, 'hello')
    await other.delete(id)
  }, 180_000)
})
