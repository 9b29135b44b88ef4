// How long does a deploy take from the request to the first 200 of the app, against `kubectl apply` of the same manifest? The image is cached on the node.
import { join } from 'node:path'
import { appStatus, AppVisitor, readCredentials, VitrineClient } from '../tools/client/client.ts'
import { buildAndPush } from '../tools/image/build.ts'
import { liveRecord } from '../tools/stack/cluster/record.ts'
import { run } from '../tools/stack/exec.ts'
import { root } from '../tools/stack/paths.ts'
import { Progress } from '../tools/stack/progress.ts'
import { waitFor } from '../tools/stack/time.ts'
import { toolPath } from '../tools/stack/tools.ts'
import { median, verdict } from './stats.ts'

const ROUNDS = 7
const TARGET = 1.15
const DEADLINE_MS = 120_000

interface Engine {
  id: string
  url: string
}

/** The parts of a Knative service that the peer is made from. */
interface Service {
  metadata: { name: string; namespace: string; labels?: Record<string, string> }
  spec: { template: { metadata: { labels?: Record<string, string> } } }
}

const cluster = liveRecord()
if (cluster?.state !== 'ready') throw new Error('This needs the embedded cluster: start it with `make up` and wait until it is ready.')
const kubectl = (args: string[], input?: string) =>
  run(toolPath('kubernetes', 'kubectl'), ['--kubeconfig', cluster.adminKubeconfig, ...args], input === undefined ? {} : { input })

const { image } = await buildAndPush({
  context: join(root, 'tools/image/fixtures/hello'),
  tag: `${cluster.registry}/vitrine-bench/hello:1`,
  progress: new Progress(),
})
const client = await VitrineClient.signIn(readCredentials(root))
const visitor = new AppVisitor(client)
const project = await client.post<{ id: string }>('/api/projects', { title: `Bench deploy ${Date.now().toString(36)}` })

try {
  const ours: number[] = []
  const theirs: number[] = []
  // The first deploy makes the namespace and pulls the image; neither is measured.
  const first = await deploy('warm-up')
  const service = await serviceOf(first.engine)
  await withdraw(first.engine)
  for (let round = 0; round < ROUNDS; round++) {
    const measure = [
      async () => {
        const { engine, ms } = await deploy(`a${round}`)
        ours.push(ms)
        await withdraw(engine)
      },
      async () => {
        theirs.push(await apply(service, `peer-${round}`, first.engine.url))
      },
    ]
    // Each goes first as often as the other.
    for (const each of round % 2 === 0 ? measure : measure.reverse()) await each()
    console.log(`round ${round + 1}: portal ${ours.at(-1)?.toFixed(0)} ms, kubectl ${theirs.at(-1)?.toFixed(0)} ms`)
  }
  const ratio = median(ours) / median(theirs)
  console.log(
    `deploy to first 200, median of ${ROUNDS}: portal ${median(ours).toFixed(0)} ms, kubectl apply ${median(theirs).toFixed(0)} ms`,
  )
  verdict(ratio <= TARGET, `ratio ${ratio.toFixed(3)}, at most ${TARGET}`)
} finally {
  await client.delete(`/api/projects/${project.id}`)
}

/** From the request to the first 200. */
async function deploy(name: string): Promise<{ engine: Engine; ms: number }> {
  const from = performance.now()
  const engine = await client.post<Engine>('/api/engines', { projectId: project.id, name, image, port: 8080 })
  await firstAnswer(engine.url, () => visitor.status(engine, 1_000))
  return { engine, ms: performance.now() - from }
}

/** The same service under another name, out of the portal's sight, by `kubectl apply`. */
async function apply(service: Service, name: string, ourUrl: string): Promise<number> {
  const { namespace } = service.metadata
  const manifest = structuredClone(service)
  manifest.metadata = { name, namespace }
  manifest.spec.template.metadata.labels = {}
  const url = ourUrl.replace(/\/\/[^.]+\./, `//${name}.`)
  const from = performance.now()
  await kubectl(['apply', '--server-side', '-f', '-'], JSON.stringify(manifest))
  await firstAnswer(url, () => appStatus(url, 1_000))
  const ms = performance.now() - from
  await kubectl(['delete', 'services.serving.knative.dev', name, '-n', namespace, '--wait=true'])
  return ms
}

async function serviceOf(engine: Engine): Promise<Service> {
  const { stdout } = await kubectl(['get', 'services.serving.knative.dev', '-A', '-l', `vitrine.dev/engine=${engine.id}`, '-o', 'json'])
  const [found] = (JSON.parse(stdout) as { items: (Service & { status?: object })[] }).items
  if (!found) throw new Error('the deployed service is not in the cluster')
  const { metadata, spec } = found
  return { apiVersion: 'serving.knative.dev/v1', kind: 'Service', metadata, spec } as Service
}

/** Removes an app and waits until the cluster has let go of it; pods that are still ending do nothing any more. */
async function withdraw(engine: Engine): Promise<void> {
  await client.delete(`/api/engines/${engine.id}`)
  const gone = async () => (await client.get<{ items: Engine[] }>(`/api/engines?projectId=${project.id}`)).items.length === 0
  await waitFor(gone, { what: 'the app to be removed', timeoutMs: DEADLINE_MS })
}

async function firstAnswer(url: string, ask: () => Promise<number | null>): Promise<void> {
  const answers = async () => (await ask()) === 200
  await waitFor(answers, { what: `a 200 of ${url}`, timeoutMs: DEADLINE_MS, intervalMs: 10 })
}
