import { spawn } from 'node:child_process'
import { createWriteStream, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { run } from '../stack/exec.ts'
import { exists } from '../stack/files.ts'
import type { Progress } from '../stack/progress.ts'
import { runRoot } from './sweep.ts'

/** buildah with a storage of its own, beside whatever the host's user has. */
export interface Buildah {
  /** Options before the command. */
  globals: string[]
  env: NodeJS.ProcessEnv
}

/** Prepares the storage in `folder`: overlay where the kernel lets us, else plain copies. */
export async function openBuildah(folder: string): Promise<Buildah> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const policy = join(folder, 'policy.json')
  writeFileSync(policy, JSON.stringify({ default: [{ type: 'insecureAcceptAnything' }] }))
  const registries = join(folder, 'registries.conf')
  writeFileSync(registries, 'unqualified-search-registries = []\n')
  const env = { ...process.env, BUILDAH_ISOLATION: 'chroot' }
  const open = (driver: string): Buildah => ({
    env,
    globals: [
      ...['--root', join(folder, `storage-${driver}`), '--runroot', runRoot],
      ...['--storage-driver', driver, '--registries-conf', registries],
    ],
  })
  const driver = exists(join(folder, 'storage-vfs')) ? 'vfs' : 'overlay'
  const buildah = open(driver)
  const probe = await run('buildah', [...buildah.globals, 'info'], { env, tolerate: true })
  return probe.code === 0 ? buildah : open('vfs')
}

export interface BuildahBuild {
  folder: string
  buildFile: string
  /** Name of the result in the storage. */
  name: string
  args?: Record<string, string>
  volumes?: string[]
  /** Keep each step for the next build. */
  layers?: boolean
  log: string
}

/** Builds an image; each step of the build file becomes a line of progress. Throws with the end of the output. */
export async function buildImage(buildah: Buildah, build: BuildahBuild, progress: Progress): Promise<void> {
  const args = [
    ...[...buildah.globals, 'build', '--signature-policy', join(buildah.globals[1] ?? '', '../policy.json')],
    ...['--isolation', 'chroot', '--pull-never', '--format', 'oci', `--layers=${build.layers ?? false}`, '--force-rm'],
    // Fixed times: what is built again from the same files is the same image.
    ...['--timestamp', '0', '--identity-label=false'],
    ...Object.entries(build.args ?? {}).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    ...(build.volumes ?? []).flatMap((volume) => ['--volume', volume]),
    ...['--file', join(build.folder, build.buildFile), '--tag', build.name, build.folder],
  ]
  await stream('buildah', args, buildah.env, build.log, (line) => {
    if (/^(\[\d\/\d\] )?STEP \d+\/\d+:/.test(line)) progress.line(`  ${line.replace(/\s+/g, ' ').slice(0, 110)}`)
  })
}

/** Runs a command, hands on each line of its output and keeps all of it in a file. */
export function stream(
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv,
  log: string,
  onLine: (line: string) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  const file = createWriteStream(log, { flags: 'a' })
  const last: string[] = []
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      file.write(line + '\n')
      last.push(line)
      if (last.length > 25) last.shift()
      onLine(line)
    })
  }
  child.on('error', reject)
  child.on('close', (code) => {
    file.end()
    if (code === 0) resolve()
    else reject(new Error(`${command} ended with code ${code}. The end of ${log}:\n${last.join('\n')}`))
  })
  return promise
}

/** Writes an image of the storage into an OCI layout folder. */
export async function exportImage(buildah: Buildah, name: string, folder: string): Promise<void> {
  const policy = join(buildah.globals[1] ?? '', '../policy.json')
  const args = ['push', '--signature-policy', policy, '--quiet', '--format', 'oci', name, `oci:${folder}:latest`]
  await run('buildah', [...buildah.globals, ...args], { env: buildah.env })
}

export async function hasImage(buildah: Buildah, name: string): Promise<boolean> {
  const args = [...buildah.globals, 'inspect', '--type', 'image', '--format', '{{.FromImageID}}', name]
  return (await run('buildah', args, { env: buildah.env, tolerate: true })).code === 0
}
