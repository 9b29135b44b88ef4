import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './exec.ts'
import { exists, readJson, readText, walk, writeAtomically } from './files.ts'
import { digest, root, stateDir } from './paths.ts'
import type { ServiceSpec } from './processes.ts'
import type { Progress } from './progress.ts'

/** The two halves of the product: what they are built from, and what must be there afterwards. */
const halves = [
  { name: 'backend', result: 'backend/dist/main.js' },
  { name: 'frontend', result: 'frontend/dist/spa/index.html' },
] as const

function isTest(path: string): boolean {
  return path.endsWith('.spec.ts') || path.includes('/test/')
}

/** Builds what changed since the last build, told by the content of its files. */
export async function buildPortal(progress: Progress): Promise<void> {
  for (const { name, result } of halves) {
    const stampFile = join(stateDir, 'build', name)
    const files = walk(join(root, name), join(root, 'package-lock.json'), join(root, 'tsconfig.base.json')).filter((path) => !isTest(path))
    const stamp = digest(...files.flatMap((path) => [path.slice(root.length), readFileSync(path)]))
    if (exists(join(root, result)) && readText(stampFile) === stamp) continue
    const bin = join(root, 'node_modules/.bin')
    const env = { ...process.env, PATH: `${bin}:${process.env['PATH']}` }
    await progress.step(`building the ${name}`, () => run('npm', ['run', '-s', 'build', '-w', name], { cwd: root, env }))
    writeAtomically(stampFile, stamp)
  }
}

const program = join(root, 'backend/dist/main.js')

// As in a container of 512 MiB, which is what a replica is to need: without a limit Node takes a share of this machine's memory before it tidies up.
const heapMiB = 384

/** How the portal is run: by the same Node that runs the supervisor. */
export function portalService(environment: Record<string, string>): ServiceSpec {
  return {
    name: 'portal',
    command: process.execPath,
    args: ['--enable-source-maps', `--max-old-space-size=${heapMiB}`, program],
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production', ...environment },
    graceMs: 20_000,
  }
}

/** The portal found mistakes in its configuration. The command ends with code 78 (EX_CONFIG). */
export class ConfigurationError extends Error {}

/** Lets the portal check its whole configuration. Answers all mistakes as it words them, or null. */
export async function checkPortal(environment: Record<string, string>): Promise<string | null> {
  const env = { ...process.env, ...environment }
  const result = await run(process.execPath, [program, '--check-config'], { cwd: root, env, tolerate: true, timeoutMs: 60_000 })
  return result.code === 0 ? null : result.stderr.trim() || result.stdout.trim()
}

/** The status of the portal's own check of its parts: 200 when all it needs is there, 503 while not. */
async function readiness(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`)
  await response.body?.cancel()
  return response.status
}

/** True as soon as it answers, be it that a part is away: it says so itself. */
export async function portalServes(port: number): Promise<boolean> {
  return [200, 503].includes(await readiness(port))
}

/** True when its database and object store answer too: the first admin then exists. */
export async function portalReady(port: number): Promise<boolean> {
  return (await readiness(port)) === 200
}

/** Where to sign in, and as whom: written by the portal when it made the first admin. */
export interface Credentials {
  url: string
  username: string
  password: string
}

export function readCredentials(file: string): Credentials | null {
  return readJson<Credentials>(file)
}
