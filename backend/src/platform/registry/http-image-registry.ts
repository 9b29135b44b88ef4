import { Inject, Injectable } from '@nestjs/common'
import { setTimeout as after } from 'node:timers/promises'
import { now } from '../../common/clock.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { Cluster } from '../kubernetes/cluster.js'
import { KubeError } from '../kubernetes/kube-error.js'
import { isForbiddenAddress } from './addresses.js'
import { parseReference } from './image-reference.js'
import { ImageRegistry, RegistryError, type ImageFacts, type RegistryCredentials } from './image-registry.js'
import { DIGEST, digestOf, MANIFEST_TYPES, parseImageConfig, parseManifest, type ImageIndex, type ImageManifest } from './manifest.js'
import { RegistrySession, type RegistryTrust } from './registry-session.js'

const INSPECT_MS = 8_000
const API_MS = 60_000
const API_WAIT_MS = 2_000
const PREFERRED = 'linux/amd64'
const MAX_KNOWN = 500

/** What is asked: the session, or a fake in a test. */
type Asked = Pick<RegistrySession, 'ask'>

/**
 * Registries by OCI Distribution. What is behind a digest never changes, so it is kept: asked again, a registry only says whether the tag still stands for
 * it, which does not count as a pull where pulls are counted.
 */
@Injectable()
export class HttpImageRegistry extends ImageRegistry {
  private readonly known = new Map<string, ImageFacts>()
  private api: { at: number; addresses: readonly string[] } = { at: 0, addresses: [] }

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'insecureRegistries' | 'trustedRegistries'>,
    private readonly cluster: Cluster,
  ) {
    super()
  }

  async inspect(text: string, credentials: RegistryCredentials | null): Promise<ImageFacts> {
    const reference = parseReference(text)
    if (!reference) throw new RegistryError('invalid', 'This is no reference to an image.')
    const signal = AbortSignal.timeout(INSPECT_MS)
    const session = new RegistrySession(reference, credentials, await this.trust(), signal)
    try {
      const digest = await this.resolve(session, reference.version)
      const key = `${reference.registry}/${reference.repository}@${digest}`
      const facts = (digest === null ? undefined : this.known.get(key)) ?? (await read(session, digest ?? reference.version))
      if (digest !== null) this.keep(key, facts)
      return facts
    } finally {
      await session.end()
    }
  }

  /** The digest that a tag stands for; null where the registry does not say. */
  private async resolve(session: Asked, version: string): Promise<string | null> {
    const head = await session.ask('HEAD', `manifests/${version}`, MANIFEST_TYPES)
    const said = head.header('docker-content-digest')
    return DIGEST.test(said) ? said : null
  }

  private keep(key: string, facts: ImageFacts): void {
    this.known.delete(key)
    this.known.set(key, facts)
    const [oldest] = this.known.keys()
    if (this.known.size > MAX_KNOWN && oldest !== undefined) this.known.delete(oldest)
  }

  private async trust(): Promise<RegistryTrust> {
    const { insecureRegistries, trustedRegistries } = this.config
    const api = await this.apiAddresses()
    return {
      isInsecure: (host) => insecureRegistries.includes(host),
      isTrusted: (host) => trustedRegistries.includes(host),
      isForbidden: (address) => isForbiddenAddress(address) || api.includes(address),
    }
  }

  /** Those of the cluster's API server, as last known: while it is away nobody reaches it either. */
  private async apiAddresses(): Promise<readonly string[]> {
    const at = now().getTime()
    if (at - this.api.at < API_MS) return this.api.addresses
    try {
      const addresses = await Promise.race([this.cluster.apiAddresses(), after(API_WAIT_MS, undefined, { ref: false })])
      if (addresses) this.api = { at, addresses }
    } catch (error) {
      if (!(error instanceof KubeError)) throw error
    }
    return this.api.addresses
  }
}

/** Reads an image by its digest, or by its tag where that is all there is. */
async function read(session: Asked, version: string): Promise<ImageFacts> {
  const top = await manifestOf(session, version)
  const chosen = top.manifest.kind === 'index' ? await imageOf(session, top.manifest) : top.manifest
  const config = parseImageConfig(await blobOf(session, chosen.config.digest))
  const { platform, ...rest } = config
  return {
    digest: top.digest,
    mediaType: top.manifest.mediaType,
    platforms: top.manifest.kind === 'index' ? [...new Set(top.manifest.images.map((image) => image.platform))] : [platform],
    compressedBytes: chosen.compressedBytes,
    ...rest,
  }
}

async function imageOf(session: Asked, { images }: ImageIndex): Promise<ImageManifest> {
  const image = images.find(({ platform }) => platform === PREFERRED) ?? images[0]
  const { manifest } = await manifestOf(session, image?.digest ?? '')
  if (manifest.kind === 'index') throw new RegistryError('invalid', 'The index in the registry names another index as an image.')
  return manifest
}

async function manifestOf(session: Asked, version: string): Promise<{ digest: string; manifest: ImageIndex | ImageManifest }> {
  const { body, header } = await session.ask('GET', `manifests/${version}`, MANIFEST_TYPES)
  return { digest: checked(body, version), manifest: parseManifest(body, header('content-type')) }
}

const blobOf = async (session: Asked, digest: string): Promise<Buffer> => {
  const { body } = await session.ask('GET', `blobs/${digest}`, ['*/*'])
  checked(body, digest)
  return body
}

/** The digest of the content. @throws RegistryError when it was asked for by another one */
function checked(content: Buffer, version: string): string {
  const digest = digestOf(content)
  if (DIGEST.test(version) && version !== digest)
    throw new RegistryError('invalid', 'The registry sent something else than what was asked for.')
  return digest
}
