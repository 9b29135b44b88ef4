/** A reference to an image, taken apart. */
export interface ImageReference {
  /** `host[:port]` in small letters; `docker.io` where a reference names none. */
  registry: string
  repository: string
  /** What to ask for: the digest where there is one, else the tag, else `latest`. */
  version: string
}

/** Docker's own registry has several names; images are called by this one. */
export const DOCKER_HUB = 'docker.io'
const DOCKER_HUB_NAMES: readonly string[] = [DOCKER_HUB, 'index.docker.io', 'registry-1.docker.io']

// https://github.com/distribution/reference/blob/main/regexp.go
const REFERENCE = /^(?<name>[^@]+?)(?::(?<tag>[\w][\w.-]{0,127}))?(?:@(?<digest>sha256:[a-f0-9]{64}))?$/
const REPOSITORY = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/
const LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?'
const HOST = new RegExp(`^(?:${LABEL}(?:\\.${LABEL})*|\\[[a-f0-9:.]+\\])(?::\\d{1,5})?$`)
const MAX_HOST = 255

/** The registry that a text names, written in the one way it is compared in; null when it names none. */
export function registryNamed(text: string): string | null {
  const host = text.toLowerCase()
  // Otherwise the first part of a reference belongs to the path on Docker's registry.
  const isHost = /[.:]/.test(host) || host === 'localhost'
  if (!isHost || host.length > MAX_HOST || !HOST.test(host) || !URL.canParse(`https://${host}`)) return null
  return DOCKER_HUB_NAMES.includes(host) ? DOCKER_HUB : host
}

/** Takes a reference apart as Docker and Kubernetes do; null when it is none. */
export function parseReference(text: string): ImageReference | null {
  const { name = '', tag = 'latest', digest } = REFERENCE.exec(text)?.groups ?? {}
  const slash = name.indexOf('/')
  const first = slash < 0 ? '' : name.slice(0, slash)
  const named = /[.:A-Z]/.test(first) || first === 'localhost'
  const registry = named ? registryNamed(first) : DOCKER_HUB
  const path = named ? name.slice(slash + 1) : name
  if (registry === null || !REPOSITORY.test(path)) return null
  return { registry, repository: registry === DOCKER_HUB && !path.includes('/') ? `library/${path}` : path, version: digest ?? tag }
}
