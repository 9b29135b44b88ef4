import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { exists, list, remove, walk } from './files.ts'
import { run } from './exec.ts'
import { withLock } from './lock.ts'
import { cacheDir, digest, root } from './paths.ts'
import type { Progress } from './progress.ts'

/** The embedded tools, in the order in which a cold start needs them. */
export const toolNames = [
  'mongo',
  'minio',
  'etcd',
  'containerd',
  'cni',
  'pause',
  'crane',
  'kubernetes',
  'coredns',
  'knative',
  'gateway-api',
  'traefik',
] as const
export type ToolName = (typeof toolNames)[number]

/** What the portal cannot serve without. */
export const portalTools: ToolName[] = ['mongo', 'minio']
export const clusterTools: ToolName[] = toolNames.filter((name) => !portalTools.includes(name))

interface Recipe {
  /** Rough time on two cores with nothing cached, for the person who waits. */
  coldMinutes: number
  build: (source: string, target: string, log: string) => Promise<void>
}

/** Part of every key: raise it when the way of building changes what is built. */
const recipeVersion = '1'

/** The folder with a built tool. Same sources, same folder, whichever checkout asks. */
export function toolDir(name: ToolName): string {
  return join(cacheDir, name, toolKey(name))
}

/** The path of a built binary. */
export function toolPath(name: ToolName, binary: string): string {
  return join(toolDir(name), binary)
}

const keys = new Map<ToolName, string>()

function toolKey(name: ToolName): string {
  const known = keys.get(name)
  if (known) return known
  const source = join(root, 'tools', name)
  const files = walk(source).filter((path) => !path.endsWith('.md'))
  const parts = files.flatMap((path) => [path.slice(source.length), readFileSync(path)])
  const key = digest(recipeVersion, process.platform, process.arch, ...parts)
  keys.set(name, key)
  return key
}

/** The version of a module that a tool's go.mod pins, without the leading v. */
export function pinnedVersion(goMod: string, module: string): string {
  const line = goMod.split('\n').find((candidate) =>
    candidate
      .trim()
      .replace(/^require /, '')
      .startsWith(module + ' v'),
  )
  const version = line
    ?.trim()
    .replace(/^require /, '')
    .split(/\s+/)[1]
  if (!version) throw new Error(`${module} is not in go.mod`)
  return version.slice(1)
}

/** The version of a module that tools/<name>/go.mod pins. */
export function toolVersion(name: ToolName, module: string): string {
  return pinnedVersion(readFileSync(join(root, 'tools', name, 'go.mod'), 'utf8'), module)
}

/** A cache of our own for compiled packages: it can be thrown away whole without costing anyone else a rebuild. */
const goCache = process.env['GOCACHE'] ?? join(cacheDir, 'go-build')

const goEnvironment = {
  ...process.env,
  CGO_ENABLED: '0',
  GOFLAGS: '-buildvcs=false -mod=readonly',
  GOWORK: 'off',
  GOTOOLCHAIN: 'auto',
  GOCACHE: goCache,
}

function go(source: string, log: string, args: string[]): Promise<{ stdout: string }> {
  return run('go', args, { cwd: source, env: goEnvironment, log })
}

/** Builds one program into a file, or several into a folder (`output` then ends in a slash). */
function goBuild(source: string, log: string, output: string, packages: string[], ldflags = ''): Promise<{ stdout: string }> {
  return go(source, log, ['build', '-trimpath', `-ldflags=${`-s -w ${ldflags}`.trim()}`, '-o', output, ...packages])
}

function moduleFolders(source: string, log: string, modules: string[]): Promise<string[]> {
  return go(source, log, ['list', '-m', '-f', '{{.Dir}}', ...modules]).then(({ stdout }) => stdout.trim().split('\n'))
}

const recipes: Record<ToolName, Recipe> = {
  mongo: {
    coldMinutes: 0.5,
    async build(source, target, log) {
      const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies'
      const lib = join(target, 'lib')
      const options = [`-DoutputDirectory=${lib}`, '-DincludeScope=runtime', '-Dmdep.useBaseVersion=true']
      await run('mvn', ['-q', '-B', '-f', join(source, 'pom.xml'), plugin, ...options], { log })
      await run('javac', ['-cp', join(lib, '*'), '-d', target, join(source, 'EmbeddedMongo.java')], { log })
    },
  },
  minio: {
    coldMinutes: 5,
    async build(source, target, log) {
      await goBuild(source, log, join(target, 'minio'), ['github.com/minio/minio'])
      await goBuild(source, log, join(target, 'provision'), ['./provision'])
    },
  },
  etcd: {
    coldMinutes: 1,
    build: async (source, target, log) => {
      await goBuild(source, log, join(target, 'etcd'), ['go.etcd.io/etcd/server/v3'])
    },
  },
  containerd: {
    coldMinutes: 2,
    build: async (source, target, log) => {
      const programs = ['containerd', 'containerd-shim-runc-v2', 'ctr']
      await goBuild(
        source,
        log,
        target + '/',
        programs.map((name) => `github.com/containerd/containerd/v2/cmd/${name}`),
      )
    },
  },
  cni: {
    coldMinutes: 0.2,
    build: async (source, target, log) => {
      const plugins = ['main/bridge', 'main/loopback', 'ipam/host-local']
      await goBuild(
        source,
        log,
        target + '/',
        plugins.map((name) => `github.com/containernetworking/plugins/plugins/${name}`),
      )
    },
  },
  pause: {
    coldMinutes: 0.2,
    build: async (source, target, log) => {
      await goBuild(source, log, join(target, 'pause'), ['.'])
    },
  },
  crane: {
    coldMinutes: 0.2,
    build: async (source, target, log) => {
      await goBuild(source, log, join(target, 'crane'), ['github.com/google/go-containerregistry/cmd/crane'])
    },
  },
  kubernetes: {
    coldMinutes: 6,
    build: async (source, target, log) => {
      const version = toolVersion('kubernetes', 'k8s.io/kubernetes')
      const [major, minor] = version.split('.')
      const x = 'k8s.io/component-base/version'
      const ldflags =
        `-X ${x}.gitVersion=v${version} -X ${x}.gitMajor=${major} -X ${x}.gitMinor=${minor} -X ${x}.gitTreeState=clean ` +
        `-X k8s.io/client-go/pkg/version.gitVersion=v${version}`
      const programs = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kube-proxy', 'kubectl']
      await goBuild(
        source,
        log,
        target + '/',
        programs.map((name) => `k8s.io/kubernetes/cmd/${name}`),
        ldflags,
      )
    },
  },
  coredns: {
    coldMinutes: 1,
    build: async (source, target, log) => {
      await goBuild(source, log, join(target, 'coredns'), ['.'])
    },
  },
  knative: {
    coldMinutes: 2,
    async build(source, target, log) {
      const programs = ['controller', 'activator', 'autoscaler', 'webhook', 'queue']
      await goBuild(
        source,
        log,
        target + '/',
        programs.map((name) => `knative.dev/serving/cmd/${name}`),
      )
      // Knative's own manifests come with its module: kept beside the binaries, the module cache may be cleaned.
      const modules = ['knative.dev/serving', 'knative.dev/networking', 'knative.dev/caching']
      const [serving, networking, caching] = await moduleFolders(source, log, modules)
      cpSync(`${serving}/config/core`, join(target, 'manifests/serving'), { recursive: true, dereference: true })
      cpSync(`${networking}/config`, join(target, 'manifests/networking'), { recursive: true, dereference: true })
      cpSync(`${caching}/config/image.yaml`, join(target, 'manifests/caching/image.yaml'), { dereference: true })
      makeWritable(join(target, 'manifests'))
    },
  },
  'gateway-api': {
    coldMinutes: 0.1,
    // Nothing to compile: the definitions come with the module, as its makers publish them.
    async build(source, target, log) {
      const { stdout } = await go(source, log, ['mod', 'download', '-json', 'sigs.k8s.io/gateway-api'])
      const { Dir: folder } = JSON.parse(stdout) as { Dir: string }
      cpSync(`${folder}/config/crd/standard`, join(target, 'crd'), { recursive: true, dereference: true })
      makeWritable(join(target, 'crd'))
    },
  },
  traefik: {
    coldMinutes: 6,
    build: async (source, target, log) => {
      const version = toolVersion('traefik', 'github.com/traefik/traefik/v3')
      const ldflags = `-X github.com/traefik/traefik/v3/pkg/version.Version=${version}`
      await goBuild(source, log, join(target, 'traefik'), ['github.com/traefik/traefik/v3/cmd/traefik'], ldflags)
    },
  },
}

/** Files of the module cache are read-only; copies must be removable. */
function makeWritable(folder: string): void {
  for (const path of walk(folder)) chmodSync(path, 0o644)
}

/** Tools that are not built yet. */
export function missingTools(names: readonly ToolName[]): ToolName[] {
  return names.filter((name) => !exists(toolDir(name)))
}

/**
 * Builds what is not there yet, one after another: they share the processor anyway. Another run that builds the same
 * tool is waited for.
 */
export async function ensureTools(names: readonly ToolName[], progress: Progress): Promise<void> {
  const missing = missingTools(names)
  if (missing.length === 0) return
  const minutes = Math.ceil(missing.reduce((sum, name) => sum + recipes[name].coldMinutes, 0))
  progress.line(`${missing.length} tools to build, once on this machine: about ${minutes} min on 2 cores`)
  for (const name of missing) await ensureTool(name, progress)
}

async function ensureTool(name: ToolName, progress: Progress): Promise<void> {
  const target = toolDir(name)
  mkdirSync(cacheDir, { recursive: true })
  const waiting = (holder: number) => progress.line(`${name}: waiting for another run that builds it (pid ${holder})`)
  await withLock(
    join(cacheDir, `${name}.lock`),
    async () => {
      if (exists(target)) return
      const building = `${target}.building`
      remove(building)
      mkdirSync(building, { recursive: true })
      const log = join(cacheDir, `${name}.log`)
      remove(log)
      await progress.step(`building ${name}`, () => recipes[name].build(join(root, 'tools', name), building, log))
      renameSync(building, target)
      removeOldVersions(name)
    },
    waiting,
  )
}

/** The two versions before stay, for other checkouts. */
function removeOldVersions(name: ToolName): void {
  const folder = join(cacheDir, name)
  const age = (key: string) => statSync(join(folder, key)).mtimeMs
  const old = list(folder).filter((key) => key !== toolKey(name) && !key.endsWith('.building'))
  for (const key of old.sort((a, b) => age(b) - age(a)).slice(2)) remove(join(folder, key))
}

/** Throws away the packages compiled on the way (several GB) once every tool is built. A GOCACHE given by the user stays. */
export async function cleanBuildCache(progress: Progress): Promise<void> {
  if (process.env['GOCACHE'] || missingTools(toolNames).length > 0 || !exists(goCache)) return
  await progress.step('removing the Go packages compiled on the way', async () => remove(goCache))
  const { stdout } = await run('go', ['env', 'GOMODCACHE'], { env: goEnvironment })
  progress.line(`downloaded Go sources stay in ${stdout.trim()}; \`go clean -modcache\` frees that space`)
}
