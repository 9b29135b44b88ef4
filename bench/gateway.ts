// How much longer does an app take to answer through the gateway to private apps than on its own route? Eight clients with connections that stay open ask the
// same image twice in turns: in a public project, by its own route, and in a private one, through the gateway. The page of the example (Gradio) is what
// people open; an app that answers at once shows what the way itself takes.
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { AppVisitor, type VitrineClient } from '../tools/client/client.ts'
import { buildAndPush } from '../tools/image/build.ts'
import { addGatewayRoute, appsDomain, removeGatewayRoute } from '../tools/stack/cluster/gateway-route.ts'
import { nodeIp } from '../tools/stack/cluster/layout.ts'
import { liveRecord } from '../tools/stack/cluster/record.ts'
import { root } from '../tools/stack/paths.ts'
import { waitFor } from '../tools/stack/time.ts'
import { withOwnPortal, type OwnPortal } from './own-portal.ts'
import { median, quantile, verdict } from './stats.ts'

const ROUNDS = 10
const CLIENTS = 8
const REQUESTS = 40
// Someone who looks at an app does not ask without a pause; eight who did would only measure two processors.
const PAUSE_MS = 100
const TARGET = 1.3
const DEADLINE_MS = 180_000
const PORT = 28_082
const DOMAIN = `bench.${appsDomain}`

interface App {
  id: string
  url: string
}

const record = liveRecord()
if (record?.state !== 'ready') throw new Error('This needs the embedded cluster: start it with `make up` and wait until it is ready.')

const settings = {
  VITRINE_GATEWAY_PORT: String(PORT),
  VITRINE_GATEWAY_HOST: nodeIp,
  VITRINE_APPS_URL: `http://{app}.${DOMAIN}:28081`,
  VITRINE_PUBLIC_ACCESS: 'on',
  VITRINE_LOG_LEVEL: 'error',
}
await withOwnPortal(settings, async (portal) => {
  const route = { name: 'gateway-bench', domain: DOMAIN, port: PORT, instance: portal.instance }
  await addGatewayRoute(record.adminKubeconfig, route)
  try {
    const example = await buildAndPush({
      context: join(root, 'examples/iris-classifier'),
      tag: `${record.registry}/examples/iris-classifier:1`,
      progress: portal.progress,
    })
    const page = await compare(portal, 'page', example.image, 7860)
    const bare = await compare(portal, 'bare', portal.image, 8080)
    for (const [what, { direct, gateway }] of [['page of the example', page] as const, ['answer at once', bare] as const])
      console.log(
        `${what}: own route p50 ${median(direct).toFixed(2)} ms, p99 ${quantile(direct, 0.99).toFixed(2)} ms; ` +
          `gateway p50 ${median(gateway).toFixed(2)} ms, p99 ${quantile(gateway, 0.99).toFixed(2)} ms; ` +
          `p50 ${(median(gateway) - median(direct)).toFixed(2)} ms more, ratio ${(median(gateway) / median(direct)).toFixed(3)}`,
      )
    const ratio = median(page.gateway) / median(page.direct)
    verdict(ratio <= TARGET, `p50 of the example's page through the gateway, ratio ${ratio.toFixed(3)}, at most ${TARGET}`)
  } finally {
    await removeGatewayRoute(record.adminKubeconfig, route)
  }
})

/** Times in milliseconds, by the app's own route and through the gateway. */
async function compare({ admin }: OwnPortal, name: string, image: string, port: number): Promise<{ direct: number[]; gateway: number[] }> {
  const [open, closed] = [await deploy(admin, name, image, port, 'public'), await deploy(admin, name, image, port, 'private')]
  const visitor = new AppVisitor(admin)
  for (const app of [open, closed])
    await waitFor(async () => (await visitor.status(app, 5_000)) === 200, { what: `an answer of ${app.url}`, timeoutMs: DEADLINE_MS })
  await visitor.enter(open)
  await visitor.enter(closed)
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS })
  const times = { direct: [] as number[], gateway: [] as number[] }
  const direct = async (kept: boolean) => keep(times.direct, kept, await load(agent, open.url, {}))
  const gateway = async (kept: boolean) => keep(times.gateway, kept, await load(agent, closed.url, visitor.headersFor(closed)))
  // Each goes first as often as the other; the first round warms both.
  for (let round = 0; round <= ROUNDS; round++)
    for (const each of round % 2 === 0 ? [direct, gateway] : [gateway, direct]) await each(round > 0)
  agent.destroy()
  return times
}

function keep(times: number[], kept: boolean, measured: number[]): void {
  if (kept) times.push(...measured)
}

async function deploy(admin: VitrineClient, name: string, image: string, port: number, visibility: string): Promise<App> {
  const project = await admin.post<{ id: string; revision: number }>('/api/projects', { title: `${visibility} ${name}` })
  await admin.put(`/api/projects/${project.id}/visibility`, { visibility, revision: project.revision })
  const wanted = { projectId: project.id, name, image, port, size: 'small', scaling: { min: 1, max: 1 } }
  const app = await admin.post<App>('/api/engines', wanted)
  const isRunning = async () => (await admin.get<{ status: { phase: string } }>(`/api/engines/${app.id}`)).status.phase === 'Running'
  await waitFor(isRunning, { what: `the app ${name} of the ${visibility} project`, timeoutMs: DEADLINE_MS })
  return app
}

/** All clients at once, each one request after the other. */
async function load(agent: Agent, url: string, headers: Record<string, string>): Promise<number[]> {
  const one = async (): Promise<number[]> => {
    const times: number[] = []
    for (let i = 0; i < REQUESTS; i++) {
      times.push(await ask(agent, url, headers))
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 2 * PAUSE_MS))
    }
    return times
  }
  return (await Promise.all(Array.from({ length: CLIENTS }, one))).flat()
}

/** One request until its last byte. @returns milliseconds @throws for any answer but 200 */
function ask(agent: Agent, url: string, headers: Record<string, string>): Promise<number> {
  const { host, port } = new URL(url)
  const from = performance.now()
  return new Promise((resolve, reject) => {
    request({ agent, host: '127.0.0.1', port, path: '/', headers: { host, ...headers } }, (answer) => {
      answer.on('error', reject)
      answer.on('end', () =>
        answer.statusCode === 200 ? resolve(performance.now() - from) : reject(new Error(`${url}: ${answer.statusCode}`)),
      )
      answer.resume()
    })
      .on('error', reject)
      .end()
  })
}
