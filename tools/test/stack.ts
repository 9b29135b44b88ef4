import { join } from 'node:path'
import { buildAndPush } from '../image/build.ts'
import { clusterPaths } from '../stack/cluster/layout.ts'
import { appsDomain } from '../stack/cluster/gateway-route.ts'
import { run } from '../stack/exec.ts'
import { readJson, remove, writeJson } from '../stack/files.ts'
import { isAlive, self, type ProcessIdentity } from '../stack/identity.ts'
import { digest, profileDir, root } from '../stack/paths.ts'
import { portalServes, portalService, type Credentials } from '../stack/portal.ts'
import { Progress } from '../stack/progress.ts'
import { liveStack, startStack, type Stack } from '../stack/stack.ts'
import { sleep, waitFor } from '../stack/time.ts'
import { toolPath } from '../stack/tools.ts'

/** What integration and e2e specs read, as environment variables. */
export type TestEnvironment = Record<string, string>

const WAIT_MS = 30 * 60_000

/** First part of the name of every namespace that the tests of this checkout make: a cluster that is shared stays tidy. */
const namespaces = `vt-${digest(root).slice(0, 8)}`

interface Kept {
  supervisor: ProcessIdentity
  environment: TestEnvironment
}

const keptFile = join(profileDir('test'), 'environment.json')

/** The services that `keep` left running, or null. */
function keptServices(): Kept | null {
  const kept = readJson<Kept>(keptFile)
  return kept !== null && isAlive(kept.supervisor) ? kept : null
}

/**
 * Runs `use` on the services that `keep` holds, or else on services of its own; waits while another run has them.
 * @param options.portal whether the journeys' portal is needed, as it is built now
 */
export async function withTestServices(options: { portal: boolean }, use: (environment: TestEnvironment) => Promise<void>): Promise<void> {
  const progress = new Progress()
  const from = performance.now()
  while (liveStack('test') !== null && keptServices() === null) {
    if (performance.now() - from > WAIT_MS) throw new Error('Another run has had the test services for half an hour.')
    progress.line('another run has the test services: waiting')
    await sleep(5_000)
  }
  const kept = keptServices()
  if (kept === null) return withTestStack(use)
  if (options.portal) await restartPortal(progress)
  await use(kept.environment)
}

/** Starts the services and keeps them for other runs, which then start at once, until a signal comes. */
export async function keepTestStack(): Promise<void> {
  try {
    await withTestStack(async (environment) => {
      writeJson(keptFile, { supervisor: self(), environment } satisfies Kept, 0o600)
      console.log('The test services are kept. Other runs use them; Ctrl-C stops them.')
      // A signal ends `withTestStack`.
      await new Promise(() => undefined)
    })
  } finally {
    remove(keptFile)
  }
}

/** The supervisor starts it again, from what is built now. */
async function restartPortal(progress: Progress): Promise<void> {
  const portal = () => liveStack('test')?.services.find(({ name }) => name === 'portal')
  const before = portal()
  if (!before?.pid) throw new Error('The kept services have no portal.')
  const { pid } = before
  const port = Number(new URL(before.address).port)
  await progress.step('portal: starting anew', async () => {
    process.kill(pid, 'SIGTERM')
    const another = async () => (portal()?.pid ?? pid) !== pid
    await waitFor(another, { what: 'another portal', timeoutMs: 60_000 })
    await waitFor(() => portalServes(port), { what: 'the portal', timeoutMs: 60_000 })
  })
}

/**
 * Runs `use` on services of its own (ports, folders, namespaces), on the cluster that is up or else one of its own, with a portal for the journeys.
 * Whatever happens, all of it is stopped and the namespaces are removed.
 */
async function withTestStack(use: (environment: TestEnvironment) => Promise<void>): Promise<void> {
  const progress = new Progress()
  const stack = await startStack({ profile: 'test', progress, fresh: true })
  const interrupted = Promise.withResolvers<never>()
  const onSignal = (signal: string) => interrupted.reject(new Error(`interrupted by ${signal}`))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, onSignal)
  try {
    await Promise.race([interrupted.promise, prepare(stack, progress).then(use)])
  } finally {
    await removeNamespaces(stack, progress)
    await stack.stop()
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, onSignal)
  }
}

async function prepare(stack: Stack, progress: Progress): Promise<TestEnvironment> {
  const services = stack.portalEnvironment()
  const environment: TestEnvironment = {
    TEST_MONGODB_URI: services['MONGODB_URI'] ?? '',
    TEST_S3_ENDPOINT: services['S3_ENDPOINT'] ?? '',
    TEST_S3_ACCESS_KEY: services['S3_ACCESS_KEY'] ?? '',
    TEST_S3_SECRET_KEY: services['S3_SECRET_KEY'] ?? '',
    TEST_S3_REGION: services['S3_REGION'] ?? '',
    TEST_S3_BUCKET: services['S3_BUCKET'] ?? '',
    TEST_NAMESPACE_PREFIX: namespaces,
    TEST_ORIGIN: stack.settings.publicUrl,
  }
  if (!(await stack.clusterReady())) throw new Error('The tests need a cluster, and there is none; the lines above say why.')
  const record = stack.clusterRecord()
  if (!record) throw new Error('The tests run on the embedded cluster only.')
  await removeNamespaces(stack, progress)
  const hello = await image('tools/image/fixtures/hello', `${record.registry}/vitrine-test/hello:1`, progress)
  const iris = await image('examples/iris-classifier', `${record.registry}/examples/iris-classifier:1`, progress)
  const credentials = await startPortal(stack, services, progress)
  return {
    ...environment,
    TEST_KUBECONFIG: record.portalKubeconfig,
    TEST_KUBE_CONTEXT: 'vitrine',
    TEST_ADMIN_KUBECONFIG: record.adminKubeconfig,
    TEST_KUBECTL: toolPath('kubernetes', 'kubectl'),
    TEST_CLUSTER_RUN: clusterPaths(record.stateDir).run,
    TEST_REGISTRY: record.registry,
    TEST_APPS_URL: services['VITRINE_APPS_URL'] ?? '',
    TEST_HELLO_IMAGE: hello,
    E2E_URL: credentials.url,
    E2E_USERNAME: credentials.username,
    E2E_PASSWORD: credentials.password,
    E2E_IMAGE: iris,
  }
}

async function image(context: string, tag: string, progress: Progress): Promise<string> {
  const built = await progress.step(`image ${tag}`, () => buildAndPush({ context: join(root, context), tag, progress }))
  return built.image
}

async function startPortal(stack: Stack, services: Record<string, string>, progress: Progress): Promise<Credentials> {
  const port = stack.settings.ports.portal
  const instance = `${namespaces}-e2e`
  // A domain of its own: its gateway has every host in it that has no route.
  const domain = `e2e.${appsDomain}`
  const environment = { VITRINE_NAMESPACE_PREFIX: instance, VITRINE_APPS_URL: `http://{app}.${domain}:${stack.settings.ports.apps}` }
  const portal = portalService({ ...services, ...environment })
  await stack.leadToGateway(domain, instance)
  return progress.step(`portal on 127.0.0.1:${port}`, async () => {
    const service = stack.launch(portal, `http://localhost:${port}`)
    await waitFor(() => portalServes(port), { what: 'the portal', timeoutMs: 60_000, check: service.assertRunning })
    return waitFor(() => readJson<Credentials>(join(profileDir('test'), 'credentials.json')), {
      what: 'the first admin',
      timeoutMs: 60_000,
    })
  })
}

/** Removes every namespace of this checkout's tests, those that a killed run left included. */
async function removeNamespaces(stack: Stack, progress: Progress): Promise<void> {
  const record = stack.clusterRecord()
  if (record?.state !== 'ready') return
  const kubectl = (...args: string[]) => run(toolPath('kubernetes', 'kubectl'), ['--kubeconfig', record.adminKubeconfig, ...args])
  const { stdout } = await kubectl('get', 'namespaces', '-o', 'name')
  const ours = stdout.split('\n').filter((name) => name.startsWith(`namespace/${namespaces}`))
  if (ours.length > 0) await progress.step(`removing ${ours.length} namespaces`, () => kubectl('delete', '--wait=false', ...ours))
}
