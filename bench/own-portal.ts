import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { makeTinySize, VitrineClient } from '../tools/client/client.ts'
import { buildAndPush } from '../tools/image/build.ts'
import { run } from '../tools/stack/exec.ts'
import { readJson, remove } from '../tools/stack/files.ts'
import { root } from '../tools/stack/paths.ts'
import { buildPortal, portalReady, portalService, type Credentials } from '../tools/stack/portal.ts'
import { Service } from '../tools/stack/processes.ts'
import { Progress } from '../tools/stack/progress.ts'
import { startStack, type Stack } from '../tools/stack/stack.ts'
import { waitFor } from '../tools/stack/time.ts'
import { toolPath } from '../tools/stack/tools.ts'

/** A portal of a bench's own, on a database and an instance of its own, which may be killed. */
export interface OwnPortal {
  url: string
  admin: VitrineClient
  /** First part of the names of its namespaces, and value of the label `vitrine.dev/instance`. */
  instance: string
  /** The hello app in the cluster's registry, by its digest. */
  image: string
  /** Where its log is. */
  log: string
  progress: Progress
  /** Asks the cluster as its admin. @returns what kubectl printed */
  kubectl: (...args: string[]) => Promise<string>
  /** Ends the process at once; as a supervisor would, it is started again at once unless `away` says otherwise. */
  kill: () => Promise<void>
  /** Ends it in order and leaves it so. */
  stop: () => Promise<void>
  /** Starts it again after {@link stop}. */
  start: () => void
  ready: () => Promise<void>
}

const READY_MS = 60_000

/** The first admin by a token: a session has to be refreshed now and then. Apps are tiny unless they name a size. */
async function withToken(url: string, credentials: { username: string; password: string }): Promise<VitrineClient> {
  const session = await VitrineClient.signIn({ url, ...credentials })
  await makeTinySize(session)
  const scopes = ['projects:read', 'projects:write', 'projects:manage', 'engines:read', 'engines:deploy']
  const { token } = await session.post<{ token: string }>('/api/iam/tokens', { name: 'bench', scopes, expiresInDays: 1 })
  return VitrineClient.withToken(url, token)
}

/** Runs `use` with a portal of its own on the stores of the profile `services` and the cluster of this host; whatever happens, nothing of it stays. */
export async function withOwnPortal(settings: Record<string, string>, use: (portal: OwnPortal) => Promise<void>): Promise<void> {
  const progress = new Progress()
  await buildPortal(progress)
  const stack = await startStack({ profile: 'services', progress })
  let service: Service | null = null
  let cleanUp = async (): Promise<void> => undefined
  try {
    if (!(await stack.clusterReady())) throw new Error('This needs a cluster, and there is none; the lines above say why.')
    const record = stack.clusterRecord()
    if (!record) throw new Error('This needs the embedded cluster.')
    const kubectl = async (...args: string[]): Promise<string> =>
      (await run(toolPath('kubernetes', 'kubectl'), ['--kubeconfig', record.adminKubeconfig, ...args])).stdout
    const { image } = await buildAndPush({
      context: join(root, 'tools/image/fixtures/hello'),
      tag: `${record.registry}/vitrine-bench/hello:1`,
      progress,
    })
    const instance = `vb-${randomBytes(3).toString('hex')}`
    const services = stack.portalEnvironment()
    const port = stack.settings.ports.portal
    const credentialsFile = join(stack.dir, `${instance}.json`)
    const spec = portalService({
      ...services,
      MONGODB_URI: (services['MONGODB_URI'] ?? '').replace(/\/[^/]*$/, `/${instance}`),
      VITRINE_NAMESPACE_PREFIX: instance,
      VITRINE_CREDENTIALS_FILE: credentialsFile,
      // Apps are asked without a session.
      VITRINE_GATEWAY_PORT: 'off',
      ...settings,
    })
    let wanted = true
    service = new Service(spec, { run: stack.runDir, logs: stack.logs, marker: stack.dir }, (ended) => {
      if (wanted) ended.start()
    })
    const portal = service
    cleanUp = async () => {
      remove(credentialsFile)
      const names = (await kubectl('get', 'namespaces', '-l', `vitrine.dev/instance=${instance}`, '-o', 'name')).split('\n').filter(Boolean)
      if (names.length > 0) await kubectl('delete', '--wait=false', ...names)
    }
    portal.start()
    const ready = async (): Promise<void> => {
      await waitFor(() => portalReady(port), { what: 'the portal', timeoutMs: READY_MS })
    }
    await ready()
    const credentials = readJson<{ username: string; password: string }>(credentialsFile)
    if (!credentials) throw new Error('the portal made no first admin')
    const url = `http://localhost:${port}`
    const signal = async (name: NodeJS.Signals): Promise<void> => {
      const { identity } = portal
      if (!portal.running || identity === null) return
      process.kill(identity.pid, name)
      await waitFor(() => portal.identity !== identity || !portal.running, {
        what: 'the end of the portal',
        timeoutMs: READY_MS,
        intervalMs: 5,
      })
    }
    await use({
      url,
      admin: await withToken(url, credentials),
      instance,
      image,
      log: portal.log,
      progress,
      kubectl,
      kill: () => signal('SIGKILL'),
      stop: async () => {
        wanted = false
        await signal('SIGTERM')
      },
      start: () => {
        wanted = true
        portal.start()
      },
      ready,
    })
  } finally {
    await service?.stop()
    await cleanUp()
    await stack.stop()
  }
}

/** A portal without a cluster, on a database of its own, which starts when it is told to. */
export interface ClusterlessPortal {
  url: string
  mongoUri: string
  /** Where its log is. */
  log: string
  /** Starts it and waits until it is ready. @returns how many milliseconds that took */
  start: () => Promise<number>
  stop: () => Promise<void>
  /** Of the first admin, once it was started. @throws when there is none */
  credentials: () => Credentials
}

/** Runs `use` with a portal that has no cluster, on the stores of `stack`; it is stopped whatever happens. */
export async function withoutCluster<T>(
  stack: Stack,
  settings: Record<string, string>,
  use: (portal: ClusterlessPortal) => Promise<T>,
): Promise<T> {
  const name = `bench-${randomBytes(4).toString('hex')}`
  const port = stack.settings.ports.portal
  const credentialsFile = join(stack.dir, `${name}.json`)
  const { KUBECONFIG: _cluster, VITRINE_KUBE_CONTEXT: _context, ...environment } = stack.portalEnvironment()
  const mongoUri = (environment['MONGODB_URI'] ?? '').replace(/\/[^/]*$/, `/${name}`)
  const spec = portalService({
    ...environment,
    MONGODB_URI: mongoUri,
    VITRINE_CREDENTIALS_FILE: credentialsFile,
    VITRINE_GATEWAY_PORT: 'off',
    ...settings,
  })
  const service = new Service(
    { ...spec, name: `portal-${name}` },
    { run: stack.runDir, logs: stack.logs, marker: stack.dir },
    () => undefined,
  )
  try {
    return await use({
      url: `http://localhost:${port}`,
      mongoUri,
      log: service.log,
      start: async () => {
        const from = performance.now()
        service.start()
        await waitFor(() => portalReady(port), { what: 'the portal', timeoutMs: 3 * READY_MS, intervalMs: 20 })
        return performance.now() - from
      },
      stop: () => service.stop(),
      credentials: () => {
        const credentials = readJson<Omit<Credentials, 'url'>>(credentialsFile)
        if (!credentials) throw new Error('the portal made no first admin')
        return { ...credentials, url: `http://localhost:${port}` }
      },
    })
  } finally {
    await service.stop()
    remove(credentialsFile)
  }
}
