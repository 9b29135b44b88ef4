import { DOCKER_HUB, parseReference } from '../../platform/registry/image-reference.js'
import type { RegistryCredentials } from '../../platform/registry/image-registry.js'

export const MAX_REGISTRIES = 20
export const MAX_USERNAME = 256
export const MAX_PASSWORD_BYTES = 8 * 1024

/** How a project signs in to a registry. */
export interface RegistrySignIn {
  /** `host[:port]` in small letters. */
  registry: string
  username: string
  /** The password, sealed. */
  sealed: string
  updatedAt: Date
}

/** All that a project signs in to. One thing, so that what must be true of all together is true of every write. */
export interface ProjectRegistries {
  /** The project's. */
  id: string
  signIns: RegistrySignIn[]
  revision: number
}

/** The sign-ins with this one, in the place of that to the same registry; in the order of their names. */
export const withSignIn = (signIns: readonly RegistrySignIn[], signIn: RegistrySignIn): RegistrySignIn[] =>
  [...without(signIns, signIn.registry), signIn].sort((a, b) => (a.registry < b.registry ? -1 : 1))

/** The sign-ins but that to the registry. */
export const without = (signIns: readonly RegistrySignIn[], registry: string): RegistrySignIn[] =>
  signIns.filter((each) => each.registry !== registry)

/** The sign-in to the registry of an image, if there is one. */
export const signInFor = (signIns: readonly RegistrySignIn[], image: string): RegistrySignIn | undefined => {
  const registry = parseReference(image)?.registry
  return signIns.find((each) => each.registry === registry)
}

/** What a kubelet reads from a Secret of the type `kubernetes.io/dockerconfigjson`. */
export function dockerConfigOf(signIns: readonly (RegistryCredentials & { registry: string })[]): string {
  const entries = signIns.map(({ registry, username, password }) => [
    // By its first name, as every tool writes it.
    registry === DOCKER_HUB ? 'https://index.docker.io/v1/' : registry,
    { auth: Buffer.from(`${username}:${password}`).toString('base64') },
  ])
  return JSON.stringify({ auths: Object.fromEntries(entries) as unknown })
}
