// `make demo`: publishes this example on a running portal (data, image, app), and waits until the app answers. Running it again updates what is there.
//
// It signs in with .vitrine/credentials.json. From the environment:
//   VITRINE_URL, VITRINE_USERNAME, VITRINE_PASSWORD  another portal, another user
//   VITRINE_DEMO_REGISTRY                            where to push the image, when the cluster is your own
//   VITRINE_DEMO_IMAGE                               an image that is in a registry already: nothing is built
import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  AppVisitor,
  checksumOfOnePart,
  isProblem,
  readCredentials,
  readEvents,
  uploadFile,
  VitrineClient,
  type DatasetFile,
} from '../../tools/client/client.ts'
import { buildAndPush } from '../../tools/image/build.ts'
import { liveRecord } from '../../tools/stack/cluster/record.ts'
import { root } from '../../tools/stack/paths.ts'
import { Progress } from '../../tools/stack/progress.ts'
import { formatDuration, waitFor } from '../../tools/stack/time.ts'

interface Project {
  id: string
  slug: string
  title: string
  summary: string
  task: string
  tags: string[]
  revision: number
}

interface Dataset {
  id: string
  name: string
}

interface Engine {
  id: string
  name: string
  image: string
  digest: string | null
  port: number
  url: string
  revision: number
  status: {
    phase: string
    message: string
    steps: { name: string; state: 'waiting' | 'active' | 'done' | 'failed' }[]
    cause: null | { title: string; evidence: string; fix: string }
  }
}

interface Capabilities {
  cluster: { state: 'absent' | 'starting' | 'ready' | 'unreachable'; message: string }
}

const about = {
  title: 'Iris classifier',
  summary:
    'Names the species of an iris flower from four lengths. Logistic regression, trained with scikit-learn on the 150 flowers of the data set.',
  task: 'tabular-classification',
  tags: ['scikit-learn', 'gradio', 'iris'],
}
const engineName = 'demo'
const port = 7860
const portalTimeoutMs = 120_000
const clusterTimeoutMs = 900_000
const appTimeoutMs = 300_000
const logTimeoutMs = 15_000
/** So long a fault must last before it counts, while an earlier version of the app still answers. */
const degradedMs = 15_000

/** What went wrong, in words for whoever runs the demo; needs no stack. */
class DemoError extends Error {}

const progress = new Progress()

async function main(): Promise<void> {
  const credentials = readCredentials(root)
  await waitForPortal(credentials.url)
  const client = await VitrineClient.signIn(credentials)
  progress.line(`signed in as ${credentials.username} on ${credentials.url}`)

  const project = await publishProject(client)
  await publishData(client, project)
  const engine = (await waitForCluster(client)) ? await publishApp(client, project) : null

  progress.plain('')
  progress.plain(`  Project  ${credentials.url}/p/${project.slug}`)
  if (engine === null) progress.plain('  App      left out: this portal has no cluster to run it on')
  else progress.plain(`  App      ${engine.url}`)
}

async function waitForPortal(url: string): Promise<void> {
  const ready = async () => {
    const response = await fetch(`${url}/readyz`)
    await response.body?.cancel()
    return response.ok
  }
  try {
    const waiting = setTimeout(() => progress.line(`waiting for the portal on ${url} …`), 1000)
    await waitFor(ready, { what: `the portal on ${url}`, timeoutMs: portalTimeoutMs, intervalMs: 500 }).finally(() => clearTimeout(waiting))
  } catch (error) {
    throw new DemoError(`The portal on ${url} is not ready. Start it with \`make up\`, or see \`make status\`.\n${messageOf(error)}`)
  }
}

async function publishProject(client: VitrineClient): Promise<Project> {
  const found = await findProject(client)
  if (found === null) {
    const project = await client.post<Project>('/api/projects', about)
    progress.line(`project "${project.title}": created`)
    return project
  }
  const { title, summary, task, tags } = found
  if (JSON.stringify({ title, summary, task, tags }) === JSON.stringify(about)) {
    progress.line(`project "${title}": there already`)
    return found
  }
  const project = await client.patch<Project>(`/api/projects/${found.id}`, { revision: found.revision, ...about })
  progress.line(`project "${project.title}": updated`)
  return project
}

/** By its slug; or by its title, when the slug was taken at the time. */
async function findProject(client: VitrineClient): Promise<Project | null> {
  try {
    return await client.get<Project>('/api/projects/iris-classifier')
  } catch (error) {
    if (!isProblem(error, 'project-not-found')) throw error
  }
  for await (const project of client.list<Project>(`/api/projects?q=${encodeURIComponent(about.title)}`)) {
    if (project.title === about.title) return project
  }
  return null
}

async function publishData(client: VitrineClient, project: Project): Promise<void> {
  let dataset: Dataset | null = null
  for await (const each of client.list<Dataset>(`/api/datasets?projectId=${project.id}`)) if (each.name === 'iris') dataset = each
  dataset ??= await client.post<Dataset>('/api/datasets', { projectId: project.id, name: 'iris' })

  const path = join(import.meta.dirname, 'iris.csv')
  const content = await readFile(path)
  for await (const file of client.list<DatasetFile>(`/api/datasets/${dataset.id}/files`)) {
    if (file.name !== 'iris.csv') continue
    if (file.size === content.length && file.checksum === checksumOfOnePart(content)) {
      progress.line(`iris.csv, ${content.length} bytes: there already`)
      return
    }
    await client.delete(`/api/datasets/${dataset.id}/files/${file.id}`)
  }
  await uploadFile(client, { datasetId: dataset.id, name: 'iris.csv', contentType: 'text/csv', content: await openAsBlob(path) })
  progress.line(`iris.csv, ${content.length} bytes: uploaded`)
}

/** True when apps can be deployed, false when there is no cluster at all. @throws DemoError when one is expected and does not come */
async function waitForCluster(client: VitrineClient): Promise<boolean> {
  let said = ''
  const settled = async () => {
    const { cluster } = await client.get<Capabilities>('/api/system/capabilities')
    if (cluster.state === 'ready' || cluster.state === 'absent') return cluster
    const words = `cluster ${cluster.state}: ${cluster.message}`
    if (words !== said) progress.line(words)
    said = words
    return null
  }
  try {
    const cluster = await waitFor(settled, { what: 'the cluster', timeoutMs: clusterTimeoutMs, intervalMs: 1000 })
    if (cluster.state === 'absent') progress.line(`no cluster, so no app: ${cluster.message}`)
    return cluster.state === 'ready'
  } catch (error) {
    throw new DemoError(`${said || 'The cluster did not come'}.\n\`make status\` says what it does.\n${messageOf(error)}`)
  }
}

async function publishApp(client: VitrineClient, project: Project): Promise<Engine> {
  const { image, digest } = await provideImage()
  const engine = await deploy(client, project, image, digest)
  const running = await waitForApp(client, engine.id)
  const visitor = new AppVisitor(client)
  const answer = await waitForAnswer(visitor, running)
  progress.line(`${running.url} answers ${answer}`)
  await predict(visitor, running)
  await showLog(client, running.id)
  return running
}

async function provideImage(): Promise<{ image: string; digest: string | null }> {
  const given = process.env['VITRINE_DEMO_IMAGE']
  if (given) return { image: given, digest: null }
  const registry = process.env['VITRINE_DEMO_REGISTRY'] || liveRecord()?.registry
  if (!registry) {
    throw new DemoError(
      'This portal deploys into a cluster of your own: set VITRINE_DEMO_REGISTRY to a registry that the cluster pulls from, or VITRINE_DEMO_IMAGE to an image in one.',
    )
  }
  return buildAndPush({ context: import.meta.dirname, tag: `${registry}/examples/iris-classifier:1`, progress })
}

/** Creates the app, or deploys it again when another image stands behind the name or nothing of it runs. */
async function deploy(client: VitrineClient, project: Project, image: string, digest: string | null): Promise<Engine> {
  let found: Engine | null = null
  for await (const each of client.list<Engine>(`/api/engines?projectId=${project.id}`)) if (each.name === engineName) found = each
  if (found === null) {
    const engine = await client.post<Engine>('/api/engines', { projectId: project.id, name: engineName, image, port })
    progress.line(`app "${engineName}": deploying ${image}`)
    return engine
  }
  const isSameImage = found.image === image && (digest === null || found.digest === null || found.digest.endsWith(digest))
  const isBroken = ['Failed', 'Missing'].includes(found.status.phase)
  if (isSameImage && found.port === port && !isBroken) {
    progress.line(`app "${engineName}": deployed already`)
    return found
  }
  const engine = await client.patch<Engine>(`/api/engines/${found.id}`, { revision: found.revision, image, port })
  progress.line(`app "${engineName}": deploying ${image} again`)
  return engine
}

/** Waits until the app runs or sleeps at zero, and says each step. @throws DemoError with the cause when it fails */
async function waitForApp(client: VitrineClient, id: string): Promise<Engine> {
  const began = Date.now()
  const said = new Set<string>()
  const say = (line: string) => {
    if (!said.has(line)) progress.line(`  ${line}`)
    said.add(line)
  }
  let last = null as Engine | null
  let degradedSince: number | null = null
  const settled = async () => {
    last = await client.get<Engine>(`/api/engines/${id}`)
    const { phase, steps } = last.status
    for (const step of steps.filter(({ state }) => state === 'done')) say(`${step.name}: done`)
    say(phase)
    degradedSince = phase === 'Degraded' ? (degradedSince ?? Date.now()) : null
    const staysDegraded = degradedSince !== null && Date.now() - degradedSince > degradedMs
    return staysDegraded || ['Running', 'Idle', 'Failed'].includes(phase) ? last : null
  }
  let engine: Engine
  try {
    engine = await waitFor(settled, { what: 'the app', timeoutMs: appTimeoutMs, intervalMs: 500 })
  } catch (error) {
    throw new DemoError(`${last === null ? messageOf(error) : explain(last)}\nWaited ${formatDuration(Date.now() - began)}.`)
  }
  if (!['Running', 'Idle'].includes(engine.status.phase)) throw new DemoError(explain(engine))
  return engine
}

function explain({ status }: Engine): string {
  if (status.cause === null) return `The app does not run: ${status.phase}. ${status.message}`
  return `The app does not run: ${status.cause.title}\n  ${status.cause.evidence.replaceAll('\n', '\n  ')}\n  ${status.cause.fix}`
}

/** The app may have to wake up, and its route to arrive. */
async function waitForAnswer(visitor: AppVisitor, app: Engine): Promise<number> {
  let status = null as number | null
  const answered = async () => {
    status = (await visitor.fetch(app, '/', { timeoutMs: 60_000 })).status
    return status === 200 ? status : null
  }
  try {
    return await waitFor(answered, { what: `an answer of ${app.url}`, timeoutMs: 90_000, intervalMs: 250 })
  } catch (error) {
    throw new DemoError(`The app runs, but its page ${status === null ? 'does not answer' : `answers ${status}`}.\n${messageOf(error)}`)
  }
}

/** One prediction through Gradio's own API. */
async function predict(visitor: AppVisitor, app: Engine): Promise<void> {
  const call = '/gradio_api/call/predict'
  const headers = { 'content-type': 'application/json' }
  const { body } = await visitor.fetch(app, call, { method: 'POST', headers, body: JSON.stringify({ data: [5.1, 3.5, 1.4, 0.2] }) })
  const { event_id: event } = JSON.parse(body) as { event_id: string }
  const result = await visitor.fetch(app, `${call}/${event}`)
  const data = /^event: complete\ndata: (.*)$/m.exec(result.body)?.[1]
  if (data === undefined) throw new DemoError(`The app did not predict: ${result.body.slice(0, 300)}`)
  const [prediction] = JSON.parse(data) as [{ label: string; confidences: { confidence: number }[] }]
  progress.line(`one prediction: ${prediction.label}, ${((prediction.confidences[0]?.confidence ?? 0) * 100).toFixed(0)} %`)
}

/** The prediction's line as the live log has it. */
async function showLog(client: VitrineClient, id: string): Promise<void> {
  for await (const { event, data } of readEvents(client, `/api/engines/${id}/logs`, { signal: AbortSignal.timeout(logTimeoutMs) })) {
    if (event !== 'line') continue
    const { text } = JSON.parse(data) as { text: string }
    if (!text.startsWith('prediction')) continue
    progress.line(`in its log: ${text}`)
    return
  }
  throw new DemoError(`The prediction is not in the app's log after ${formatDuration(logTimeoutMs)}.`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`\n${messageOf(error)}\n`)
  process.exitCode = 1
}
