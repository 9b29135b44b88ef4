import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { fetchApp, type AppAnswer } from '../../tools/client/app.ts'
import { TcpProxy } from './fakes/tcp-proxy.js'

/** The real cluster that integration tests run on. */
export interface TestCluster {
  /** With the rights of the portal, and no more. */
  kubeconfig: string
  context: string
  /** A small app: see tools/image/fixtures/hello. */
  helloImage: string
  registry: string
  /** Address of an app, with {app} for its host label. */
  appsUrl: string
  /** First part of the names of namespaces, that the runner removes afterwards. */
  namespacePrefix: string
  /** Asks the cluster as its admin. @returns what kubectl printed */
  kubectl: (...args: string[]) => Promise<string>
}

const REQUIRED = {
  kubeconfig: 'TEST_KUBECONFIG',
  context: 'TEST_KUBE_CONTEXT',
  adminKubeconfig: 'TEST_ADMIN_KUBECONFIG',
  kubectl: 'TEST_KUBECTL',
  helloImage: 'TEST_HELLO_IMAGE',
  registry: 'TEST_REGISTRY',
  appsUrl: 'TEST_APPS_URL',
  namespacePrefix: 'TEST_NAMESPACE_PREFIX',
} as const

/**
 * The cluster named by the environment; `make test` starts it and sets the variables.
 * @throws when something is not named: a test that was left out is not a test that passed
 */
export function testCluster(): TestCluster {
  const missing = Object.values(REQUIRED).filter((name) => !process.env[name])
  if (missing.length > 0)
    throw new Error(
      `These tests run on a real cluster, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not set. ` +
        'Run them with "make test" or "node tools/test/run.ts integration", which start the cluster and set the variables.',
    )
  const value = (name: keyof typeof REQUIRED): string => process.env[REQUIRED[name]] ?? ''
  const run = promisify(execFile)
  return {
    kubeconfig: value('kubeconfig'),
    context: value('context'),
    helloImage: value('helloImage'),
    registry: value('registry'),
    appsUrl: value('appsUrl'),
    namespacePrefix: value('namespacePrefix'),
    kubectl: async (...args) => (await run(value('kubectl'), ['--kubeconfig', value('adminKubeconfig'), ...args])).stdout,
  }
}

/** A kubeconfig file of its own that leads to the cluster over a wire that a test can cut. */
export interface WiredCluster {
  /** Where the file is, or would be. */
  kubeconfig: string
  wire: TcpProxy
  /** Writes the file; `change` may alter its text. */
  write: (change?: (text: string) => string) => Promise<void>
  remove: () => Promise<void>
}

/** Puts a wire before the API server. The file is not written yet. */
export async function wireTo({ kubeconfig }: TestCluster): Promise<WiredCluster> {
  const text = await readFile(kubeconfig, 'utf8')
  const server = /https:\/\/[^\s"']+/.exec(text)?.[0]
  if (server === undefined) throw new Error(`${kubeconfig} names no server`)
  const wire = await TcpProxy.to(server)
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-cluster-'))
  const file = join(folder, 'kubeconfig')
  return {
    kubeconfig: file,
    wire,
    write: (change = (same) => same) => writeFile(file, change(text.replaceAll(server, wire.through(server))), { mode: 0o600 }),
    remove: async () => {
      await wire.cut()
      await rm(folder, { recursive: true })
    },
  }
}

/**
 * What an app answers on its own host; `*.localhost` is this machine, whatever the resolver says.
 * @param timeoutMs how long it may be silent: Knative holds a request for minutes whose app has just gone
 */
export const askApp = (url: string, path = '/', timeoutMs = 30_000): Promise<AppAnswer> => fetchApp(new URL(path, url).href, { timeoutMs })
