import { join } from 'node:path'
import { buildAndPush } from '../image/build.ts'
import { run } from '../stack/exec.ts'
import { readJson } from '../stack/files.ts'
import { digest, profileDir, root } from '../stack/paths.ts'
import { portalServes, portalService, type Credentials } from '../stack/portal.ts'
import { Progress } from '../stack/progress.ts'
import { startStack, type Stack } from '../stack/stack.ts'
import { waitFor } from '../stack/time.ts'
import { toolPath } from '../stack/tools.ts'

/** What integration and e2e specs read, as environment variables. */
export type TestEnvironment = Record<string, string>

/** First part of the name of every namespace that the tests of this checkout make: a cluster that is shared stays tidy. */
const namespaces = `vt-${digest(root).slice(0, 8)}`

/**
 * Runs `use` on services of its own (ports, folders, namespaces), on the cluster that is up or else one of its own, with a portal for the journeys.
 * Whatever happens, all of it is stopped and the namespaces are removed.
 */
export async function withTestStack(use: (environment: TestEnvironment) => Promise<void>): Promise<void> {
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
  const portal = portalService({ ...services, VITRINE_NAMESPACE_PREFIX: `${namespaces}-e2e` })
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
