import { run } from '../stack/exec.ts'
import type { Progress } from '../stack/progress.ts'
import { ensureTools, toolPath } from '../stack/tools.ts'

/** A name such as `10.200.0.1:5000/examples/iris-classifier:1`. */
export interface Reference {
  text: string
  registry: string
  repository: string
  tag: string
}

/** Takes a reference apart. Throws when registry or tag is missing: nothing is pushed to a place that nobody named. */
export function parseReference(text: string): Reference {
  const match = /^([a-z0-9.-]+(?::\d+)?|\[[0-9a-f:]+\](?::\d+)?)\/([a-z0-9]+(?:[._/-]+[a-z0-9]+)*):([\w][\w.-]{0,127})$/.exec(text)
  const [, registry, repository, tag] = match ?? []
  if (registry === undefined || repository === undefined || tag === undefined || !/[.:]|^localhost$/.test(registry)) {
    throw new Error(`"${text}" does not name a registry, a repository and a tag: write it like 10.200.0.1:5000/examples/iris-classifier:1`)
  }
  return { text, registry, repository, tag }
}

/** Registries on this machine and in private networks are spoken to by plain HTTP, as Kubernetes and Knative do. */
export function isPlainHttp(registry: string): boolean {
  const host = registry.replace(/:\d+$/, '')
  const isPrivate = /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))(\.\d{1,3}){2,3}$/.test(host)
  return isPrivate || host === '[::1]' || /^([a-z0-9-]+\.)*(localhost|local)$/.test(host)
}

async function crane(reference: Reference, progress: Progress, args: string[]) {
  await ensureTools(['crane'], progress)
  const insecure = isPlainHttp(reference.registry) ? ['--insecure'] : []
  // A proxy stands between this machine and the world, not between it and its own registry.
  const noProxy = [process.env['no_proxy'] ?? process.env['NO_PROXY'], reference.registry.replace(/:\d+$/, '')].filter(Boolean).join(',')
  const env = { ...process.env, no_proxy: noProxy, NO_PROXY: noProxy }
  return run(toolPath('crane', 'crane'), [...args, ...insecure], { env, tolerate: true })
}

/** The digest that a registry has under a name, or null when it has none. Throws when the registry does not answer. */
export async function remoteDigest(reference: Reference, progress: Progress): Promise<string | null> {
  const result = await crane(reference, progress, ['digest', reference.text])
  if (result.code === 0) return result.stdout.trim()
  if (/MANIFEST_UNKNOWN|NAME_UNKNOWN|NOT_FOUND|404 Not Found/.test(result.stderr)) return null
  throw failure(reference, result.stderr)
}

/** Pushes an OCI layout folder or an image archive; what the registry has already is not sent again. Answers the digest. */
export async function push(reference: Reference, path: string, progress: Progress): Promise<string> {
  const result = await crane(reference, progress, ['push', path, reference.text])
  const digest = /@(sha256:[0-9a-f]{64})\s*$/.exec(result.stdout)?.[1]
  if (result.code !== 0 || digest === undefined) throw failure(reference, result.stderr)
  return digest
}

function failure(reference: Reference, said: string): Error {
  const reason = said.trim().split('\n').at(-1) ?? ''
  if (/connection refused|no route to host|i\/o timeout|network is unreachable|no such host/.test(reason)) {
    return new Error(
      `The registry ${reference.registry} does not answer. Start the embedded one with \`make up\`, or name another in the tag.\n${reason}`,
    )
  }
  if (/UNAUTHORIZED|DENIED|401|403/.test(reason)) {
    return new Error(`The registry ${reference.registry} refuses: sign in with \`docker login ${reference.registry}\`.\n${reason}`)
  }
  return new Error(`The registry ${reference.registry} did not take the image: ${reason}`)
}
