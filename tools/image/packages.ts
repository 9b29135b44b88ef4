import { run } from '../stack/exec.ts'
import { exists } from '../stack/files.ts'
import type { Progress } from '../stack/progress.ts'

/** The engine that builds an image: one that is there, or buildah on a Debian base that we make. */
export type Engine = 'docker' | 'buildah'

const needed = [
  { file: '/usr/bin/buildah', package: 'buildah' },
  { file: '/usr/sbin/debootstrap', package: 'debootstrap' },
  { file: '/usr/share/keyrings/debian-archive-keyring.gpg', package: 'debian-archive-keyring' },
]

/**
 * Chooses how to build: a Docker engine that answers, else buildah, whose packages are installed when this is root on
 * Debian or Ubuntu. Throws with what to install when neither is possible.
 */
export async function chooseEngine(progress: Progress): Promise<Engine> {
  if (await dockerAnswers()) return 'docker'
  const missing = needed.filter(({ file }) => !exists(file)).map((tool) => tool.package)
  const isRoot = process.getuid?.() === 0
  const hasApt = exists('/usr/bin/apt-get')
  const problem = missingEngine({ platform: process.platform, isRoot, hasApt, missing })
  if (problem !== null) throw new Error(problem)
  if (missing.length > 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    const install = ['install', '-y', '--no-install-recommends', ...missing]
    await progress.step(`installing ${missing.join(', ')}`, async () => {
      await run('apt-get', ['update', '-qq'], { env, tolerate: true })
      await run('apt-get', install, { env })
    })
  }
  return 'buildah'
}

export interface Situation {
  platform: NodeJS.Platform
  isRoot: boolean
  hasApt: boolean
  /** Debian packages that are not installed. */
  missing: string[]
}

/** Why no image can be built here and what to do about it, or null when it can. */
export function missingEngine({ platform, isRoot, hasApt, missing }: Situation): string | null {
  const docker = 'Install Docker (https://docs.docker.com/engine/install/), check that `docker info` answers, and run this again.'
  const head = 'No image can be built here: no Docker engine answers'
  if (platform !== 'linux') return `${head}. ${docker}`
  if (!isRoot) {
    return `${head}, and building without one needs root (buildah and debootstrap make device nodes and change owners).\n${docker}\nOr run this as root.`
  }
  if (missing.length > 0 && !hasApt) {
    return `${head}, and ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed.\nInstall ${missing.length === 1 ? 'it' : 'them'} with your package manager and run this again. ${docker}`
  }
  return null
}

/** The client alone is not enough: many a machine has it without an engine. */
async function dockerAnswers(): Promise<boolean> {
  try {
    const args = ['version', '--format', '{{.Server.Version}}']
    return (await run('docker', args, { tolerate: true, timeoutMs: 5000 })).code === 0
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
