/** What one signs in to a registry with. */
export interface RegistryCredentials {
  username: string
  password: string
}

/** What a registry says of an image. */
export interface ImageFacts {
  /** What the reference stands for now, as in `sha256:…`; of an image for several platforms, that of its index. */
  digest: string
  mediaType: string
  /** What it can run on, as in `linux/amd64` or `linux/arm/v7`. */
  platforms: string[]
  /** Bytes to pull for one platform: that of `linux/amd64` where there is one, else the first. What follows is of the same. */
  compressedBytes: number
  /** As the image says it: a name or a number, perhaps with a group; null for root by default. */
  user: string | null
  exposedPorts: number[]
  entrypoint: string[]
  cmd: string[]
}

/**
 * Why a registry does not tell of an image: `not-found` it has none of that name; `unauthorized` it wants another sign-in, or hides it; `unreachable` no
 * usable answer, worth another try, and perhaps the cluster gets one; `invalid` what it has is no image that could be run.
 */
export type RegistryErrorKind = 'not-found' | 'unauthorized' | 'unreachable' | 'invalid'

/** The only error that leaves the adapter. Its message is a sentence for people; it never holds credentials or what a registry sent. */
export class RegistryError extends Error {
  constructor(
    readonly kind: RegistryErrorKind,
    message: string,
  ) {
    super(message)
    this.name = 'RegistryError'
  }
}

/** Registries of container images, as the people who deploy name them. */
export abstract class ImageRegistry {
  /**
   * What the registry says of an image now. Takes at most 8 s.
   * @param reference as it is deployed: `iris:1`, `registry.example.org/lab/iris@sha256:…`
   * @param credentials null to ask as anyone
   * @throws RegistryError
   */
  abstract inspect(reference: string, credentials: RegistryCredentials | null): Promise<ImageFacts>
}
