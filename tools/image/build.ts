import { mkdirSync, mkdtempSync, renameSync, statSync, utimesSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from '../stack/exec.ts'
import { list, readJson, remove, writeJson } from '../stack/files.ts'
import { withLock } from '../stack/lock.ts'
import type { Progress } from '../stack/progress.ts'
import { baseKey, baseName, ensureBase, suite } from './base.ts'
import { buildImage as buildWithBuildah, exportImage, openBuildah, stream } from './buildah.ts'
import { hashContext, readContext, stageContext, type Context } from './context.ts'
import { lendHostConfig, readHostConfig, secretsOf } from './host-config.ts'
import { findLeaks, summarise } from './layout.ts'
import { chooseEngine } from './packages.ts'
import { parseReference, push, remoteDigest, type Reference } from './registry.ts'
import { imagesDir, scratchDir, sweep } from './sweep.ts'

/** Part of every key: raise it when the way of building changes what is built. */
const recipeVersion = '1'

/** How many finished versions of one image stay in the cache. */
const keptVersions = 3

export interface BuildOptions {
  /** Folder with the Containerfile. */
  context: string
  /** Where to push, as `registry/repository:tag`. */
  tag: string
  progress: Progress
}

export interface BuiltImage {
  /** `registry/repository:tag` */
  image: string
  /** `sha256:…` of the manifest, as the registry has it. */
  digest: string
  /** What is pulled, in bytes. */
  compressedBytes: number
  /** False when the cache had it. */
  built: boolean
  /** False when the registry had it. */
  pushed: boolean
}

/** What the cache says about a finished image; the image itself lies beside it. */
interface Finished {
  artifact: 'layout' | 'archive.tar'
  digest: string | null
  compressedBytes: number
}

/**
 * Makes sure that a registry has the image of a folder: builds it when the cache has none for exactly these files, and
 * pushes it when the registry has none or another under this name.
 */
export async function buildAndPush({ context: folder, tag, progress }: BuildOptions): Promise<BuiltImage> {
  const reference = parseReference(tag)
  const context = readContext(resolve(folder))
  const key = hashContext(context, await keyInputs(context))
  const versions = join(imagesDir, 'built', reference.repository.replaceAll('/', '__'))
  const target = join(versions, key)

  let record = readJson<Finished>(join(target, 'record.json'))
  const built = record === null
  if (record === null) {
    mkdirSync(imagesDir, { recursive: true, mode: 0o700 })
    const waiting = (holder: number) => progress.line(`waiting for another build (pid ${holder})`)
    record = await withLock(
      join(imagesDir, 'lock'),
      async () => readJson<Finished>(join(target, 'record.json')) ?? (await build(context, reference, target, progress)),
      waiting,
    )
  }
  utimesSync(target, new Date(), new Date())
  removeOld(versions)

  const present = await remoteDigest(reference, progress)
  const isThere = present !== null && present === record.digest
  const digest = isThere ? present : await progress.step(`pushing ${tag}`, () => push(reference, join(target, record.artifact), progress))
  if (record.digest === null) writeJson(join(target, 'record.json'), { ...record, digest })
  return { image: tag, digest, compressedBytes: record.compressedBytes, built, pushed: !isThere }
}

async function keyInputs(context: Context): Promise<string[]> {
  const inputs = [recipeVersion, process.arch]
  if (context.needsBase) inputs.push(baseKey)
  if (context.isGo) inputs.push((await run('go', ['version'])).stdout.trim())
  return inputs
}

/** Builds into a folder beside the target and moves it there at the end: a killed build leaves no half image. */
async function build(context: Context, reference: Reference, target: string, progress: Progress): Promise<Finished> {
  const engine = await chooseEngine(progress)
  // The lock says that there is no other build: what is there was left by one that was killed.
  await sweep()
  mkdirSync(scratchDir, { recursive: true })
  const staged = mkdtempSync(join(scratchDir, 'context-'))
  const result = mkdtempSync(join(scratchDir, 'result-'))
  const log = join(imagesDir, 'build.log')
  remove(log)
  try {
    stageContext(context, staged)
    if (context.isGo) await progress.step('compiling the program', () => compileGo(staged, log))
    const record =
      engine === 'docker'
        ? await withDocker(context, reference, staged, result, log, progress)
        : await withBuildah(context, reference, staged, result, log, progress)
    writeJson(join(result, 'record.json'), record)
    remove(target)
    mkdirSync(join(target, '..'), { recursive: true })
    renameSync(result, target)
    return record
  } finally {
    await sweep()
  }
}

async function compileGo(folder: string, log: string): Promise<void> {
  const env = { ...process.env, CGO_ENABLED: '0', GOOS: 'linux', GOFLAGS: '-buildvcs=false -mod=readonly', GOWORK: 'off' }
  await run('go', ['build', '-trimpath', '-ldflags=-s -w -buildid=', '-o', 'app', '.'], { cwd: folder, env, log })
}

async function withBuildah(
  context: Context,
  reference: Reference,
  staged: string,
  result: string,
  log: string,
  progress: Progress,
): Promise<Finished> {
  const buildah = await openBuildah(imagesDir)
  // Without the base there is nothing that could reach a package registry.
  const host = context.needsBase ? await readHostConfig(suite) : null
  const volumes = host === null ? [] : lendHostConfig(host, join(imagesDir, 'host'))
  if (host !== null) await ensureBase(buildah, host, volumes, scratchDir, log, progress)
  const name = `localhost/vitrine/${reference.repository}:latest`
  const args: { [name: string]: string } = context.needsBase ? { BASE: baseName } : {}
  await progress.step(`building ${reference.repository}`, () =>
    buildWithBuildah(buildah, { folder: staged, buildFile: context.buildFile, name, args, volumes, layers: true, log }, progress),
  )
  const layout = join(result, 'layout')
  await progress.step('packing', () => exportImage(buildah, name, layout))
  const leaks =
    host === null
      ? []
      : await progress.step("checking that nothing of this host's configuration is in it", () => findLeaks(layout, secretsOf(host)))
  if (leaks.length > 0) throw new Error(`The image would carry configuration of this host: ${leaks.join('; ')}. It was not pushed.`)
  return { artifact: 'layout', ...summarise(layout) }
}

/** The engine has its own way to the package registries; only proxies of the environment are handed on, as it does itself. */
async function withDocker(
  context: Context,
  reference: Reference,
  staged: string,
  result: string,
  log: string,
  progress: Progress,
): Promise<Finished> {
  const proxies = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY']
  const args = proxies.filter((name) => process.env[name]).flatMap((name) => ['--build-arg', name])
  const file = join(staged, context.buildFile)
  const env = { ...process.env, DOCKER_BUILDKIT: '1', BUILDKIT_PROGRESS: 'plain' }
  await progress.step(`building ${reference.repository} with Docker`, () =>
    stream('docker', ['build', '--file', file, '--tag', reference.text, ...args, staged], env, log, (line) => {
      if (/^#\d+ \[/.test(line)) progress.line(`  ${line.slice(0, 110)}`)
    }),
  )
  const archive = join(result, 'archive.tar')
  await progress.step('packing', () => run('docker', ['save', '--output', archive, reference.text]))
  return { artifact: 'archive.tar', digest: null, compressedBytes: statSync(archive).size }
}

function removeOld(versions: string): void {
  const age = (name: string) => statSync(join(versions, name)).mtimeMs
  const newestFirst = list(versions).sort((a, b) => age(b) - age(a))
  for (const name of newestFirst.slice(keptVersions)) remove(join(versions, name))
}
