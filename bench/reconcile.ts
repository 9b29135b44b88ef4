// How long does it take from the start of the portal until each of 200 apps was compared with the cluster and put right? They sleep at zero, as most apps do;
// while the portal is away, some are removed from the cluster and some are changed there. The peer is `kubectl apply` of the same 200 objects.
import { randomBytes } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { waitFor } from '../tools/stack/time.ts'
import { withOwnPortal } from './own-portal.ts'
import { verdict } from './stats.ts'

const APPS = Number(process.argv[2] ?? 200)
const APPS_PER_PROJECT = 20
// Each starts once before it sleeps; a machine with two processors has no room for many at a time.
const AT_ONCE = 20
const LIMIT_MS = 60_000
const DAMAGED = 10
const APP_MS = 300_000
const KSVC = 'services.serving.knative.dev'
const SETTLED = ['Running', 'Idle']

interface Engine {
  id: string
  status: { phase: string; message: string; replicas: number }
}

interface Service {
  metadata: { name: string; namespace: string; uid: string; labels: Record<string, string> }
  spec: { template: { spec: { containers: { image: string }[] } } }
}

await withOwnPortal({}, async ({ url, admin, instance, image, kubectl, stop, start, progress }) => {
  const services = async (): Promise<Service[]> =>
    (JSON.parse(await kubectl('get', KSVC, '-A', '-l', `vitrine.dev/instance=${instance}`, '-o', 'json')) as { items: Service[] }).items
  const engines = async (): Promise<Engine[]> => {
    const all: Engine[] = []
    for await (const engine of admin.list<Engine>('/api/engines?limit=100')) all.push(engine)
    return all
  }
  const allSettled = async (): Promise<boolean> => {
    const all = await engines()
    return all.length === APPS && all.every(({ status }) => SETTLED.includes(status.phase))
  }

  const ids = await progress.step(`${APPS} apps that sleep`, () => deployAll())
  const before = await services()
  if (before.length !== APPS) throw new Error(`${before.length} of ${APPS} apps are in the cluster`)

  await stop()
  const removed = before.slice(0, DAMAGED / 2)
  const changed = before.slice(DAMAGED / 2, DAMAGED)
  for (const { metadata } of removed) await kubectl('delete', KSVC, metadata.name, '-n', metadata.namespace, '--wait=true')
  for (const { metadata } of changed)
    await kubectl('label', KSVC, metadata.name, '-n', metadata.namespace, '--overwrite', 'vitrine.dev/generation=77')

  const from = performance.now()
  start()
  const compared = async (): Promise<boolean> => {
    const { parts } = (await (await fetch(`${url}/readyz`)).json()) as { parts: Record<string, { state: string }> }
    return parts['apps']?.state === 'ready'
  }
  await waitFor(compared, { what: 'all apps to be compared', timeoutMs: 10 * LIMIT_MS })
  const took = performance.now() - from
  const after = new Map((await services()).map((service) => [service.metadata.name, service.metadata]))
  const wrong = before.filter(
    ({ metadata: { name, labels } }) => after.get(name)?.labels['vitrine.dev/generation'] !== labels['vitrine.dev/generation'],
  )
  const again = removed.filter(({ metadata: { name, uid } }) => after.get(name)?.uid !== uid)
  await progress.step('all of them answer or sleep', () => waitFor(allSettled, { what: 'all apps to be well', timeoutMs: APP_MS }))
  if ((await engines()).some(({ id }) => !ids.has(id))) throw new Error('an app is not one of those that were deployed')

  const theirs = await applyAll(before)
  console.log(
    `${APPS} apps: portal ${(took / 1000).toFixed(1)} s from the start of its process, kubectl apply ${(theirs / 1000).toFixed(1)} s, ratio ${(took / theirs).toFixed(2)}`,
  )
  verdict(
    wrong.length === 0 && again.length === removed.length,
    `${DAMAGED} apps that others removed or changed: ${wrong.length} not put right`,
  )
  verdict(
    took <= LIMIT_MS,
    `${APPS} apps compared and put right ${(took / 1000).toFixed(1)} s after the start, at most ${LIMIT_MS / 1000} s`,
  )

  /** Deploys all, a few at a time, and waits until each has run and sleeps. */
  async function deployAll(): Promise<Set<string>> {
    const scaling = { min: 0, max: 1, metric: 'concurrency', target: 50, windowSeconds: 6, scaleDownDelaySeconds: 0 }
    const made = new Set<string>()
    let next = 0
    let project = Promise.resolve('')
    const work = async (): Promise<void> => {
      for (let i = next++; i < APPS; i = next++) {
        if (i % APPS_PER_PROJECT === 0) project = newProject(i / APPS_PER_PROJECT)
        const projectId = await project
        const { id } = await admin.post<Engine>('/api/engines', { projectId, name: `app-${i}`, image, port: 8080, scaling })
        made.add(id)
        const sleeps = async (): Promise<boolean> => {
          const { phase, message, replicas } = (await admin.get<Engine>(`/api/engines/${id}`)).status
          if (phase === 'Failed') throw new Error(`app ${i} failed: ${message}`)
          return phase === 'Idle' && replicas === 0
        }
        await waitFor(sleeps, { what: `app ${i} to sleep`, timeoutMs: APP_MS, intervalMs: 500 })
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    return made
  }

  async function newProject(number: number): Promise<string> {
    const { id } = await admin.post<{ id: string }>('/api/projects', { title: `Reconcile ${instance} ${number}` })
    return id
  }

  /** The same objects by `kubectl apply`. @returns milliseconds */
  async function applyAll(objects: Service[]): Promise<number> {
    const file = join(tmpdir(), `${instance}-${randomBytes(4).toString('hex')}.json`)
    const items = objects.map(({ metadata: { name, namespace, labels }, spec }) => ({
      apiVersion: 'serving.knative.dev/v1',
      kind: 'Service',
      metadata: { name, namespace, labels },
      spec,
    }))
    writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    try {
      const begun = performance.now()
      await kubectl('apply', '--server-side', '--force-conflicts', '--field-manager=vitrine-bench', '-f', file)
      return performance.now() - begun
    } finally {
      rmSync(file)
    }
  }
})
