import { createHash } from 'node:crypto'
import { RegistryError } from './image-registry.js'

const INDEXES: readonly string[] = ['application/vnd.oci.image.index.v1+json', 'application/vnd.docker.distribution.manifest.list.v2+json']
const IMAGES: readonly string[] = ['application/vnd.oci.image.manifest.v1+json', 'application/vnd.docker.distribution.manifest.v2+json']
const CONFIGS: readonly string[] = ['application/vnd.oci.image.config.v1+json', 'application/vnd.docker.container.image.v1+json']

/** The media types of manifests that are understood. */
export const MANIFEST_TYPES: readonly string[] = [...INDEXES, ...IMAGES]

/** What a registry keeps under a digest. */
export interface Descriptor {
  digest: string
  size: number
}

/** An index: the same image for several platforms. */
export interface ImageIndex {
  kind: 'index'
  mediaType: string
  images: { platform: string; digest: string }[]
}

/** An image for one platform. */
export interface ImageManifest {
  kind: 'image'
  mediaType: string
  config: Descriptor
  compressedBytes: number
}

/** What the configuration of an image says. */
export interface ImageConfig {
  platform: string
  user: string | null
  exposedPorts: number[]
  entrypoint: string[]
  cmd: string[]
}

// Real images have far less; what a hostile one says is kept in memory, and must not fill it.
const MAX_PLATFORMS = 50
const MAX_LAYERS = 1_000
const MAX_ENTRIES = 50
const MAX_TEXT = 500

export const DIGEST = /^sha256:[a-f0-9]{64}$/

/** The digest of some content. */
export const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/**
 * Reads a manifest; where the registry does not say what it is, the content does.
 * @param contentType the header, as it came
 * @throws RegistryError `invalid`
 */
export function parseManifest(content: Buffer, contentType: string): ImageIndex | ImageManifest {
  const manifest = parseObject(content)
  if (manifest['schemaVersion'] === 1)
    throw new RegistryError('invalid', 'The image is in the format of Docker before 1.10. Push it again with a newer tool.')
  const [said = ''] = contentType.split(';')
  const own = manifest['mediaType']
  const mediaType = MANIFEST_TYPES.find((each) => each === said.trim()) ?? MANIFEST_TYPES.find((each) => each === own)
  const [isIndex, isImage] = [Array.isArray(manifest['manifests']), isObject(manifest['config'])]
  if (isIndex === isImage) throw notAnImage()
  const guessed = (isIndex ? INDEXES : IMAGES)[0] ?? ''
  if (mediaType !== undefined && INDEXES.includes(mediaType) !== isIndex) throw notAnImage()
  return isIndex ? readIndex(manifest, mediaType ?? guessed) : readImage(manifest, mediaType ?? guessed)
}

/** Reads the configuration of an image. @throws RegistryError `invalid` */
export function parseImageConfig(content: Buffer): ImageConfig {
  const document = parseObject(content)
  const config = isObject(document['config']) ? document['config'] : {}
  const platform = platformOf(document)
  if (platform === null) throw new RegistryError('invalid', 'The image does not say which platform it is for.')
  const user = config['User']
  const ports = isObject(config['ExposedPorts']) ? Object.keys(config['ExposedPorts']) : []
  return {
    platform,
    user: isText(user) && user !== '' ? user : null,
    exposedPorts: ports
      .filter((port) => /^\d{1,5}(\/tcp)?$/.test(port))
      .map((port) => Number.parseInt(port, 10))
      .filter((port) => port > 0 && port < 65_536)
      .slice(0, MAX_ENTRIES),
    entrypoint: textsOf(config['Entrypoint']),
    cmd: textsOf(config['Cmd']),
  }
}

function readIndex(manifest: Record<string, unknown>, mediaType: string): ImageIndex {
  const entries: unknown[] = Array.isArray(manifest['manifests']) ? manifest['manifests'] : []
  const images = entries.flatMap((entry) => {
    if (!isObject(entry) || !isObject(entry['platform'])) return []
    const platform = platformOf(entry['platform'])
    const digest = entry['digest']
    const isImage = entry['mediaType'] === undefined || IMAGES.some((each) => each === entry['mediaType'])
    // Build tools put what they attest beside the images, for the platform "unknown/unknown".
    const isKnown = platform !== null && !platform.startsWith('unknown/')
    return isKnown && isImage && typeof digest === 'string' && DIGEST.test(digest) ? [{ platform, digest }] : []
  })
  if (images.length === 0) throw new RegistryError('invalid', 'The index in the registry names no image.')
  return { kind: 'index', mediaType, images: images.slice(0, MAX_PLATFORMS) }
}

function readImage(manifest: Record<string, unknown>, mediaType: string): ImageManifest {
  const config = manifest['config']
  const layers: unknown = manifest['layers']
  // Charts and other things are kept in registries too, as an "image" with a configuration of their own type.
  if (!isObject(config) || !CONFIGS.some((each) => each === config['mediaType'])) throw notAnImage()
  if (!Array.isArray(layers) || layers.length > MAX_LAYERS) throw notAnImage()
  const described = [config, ...(layers as unknown[])].map(descriptorOf)
  const [first] = described
  if (!first) throw notAnImage()
  return { kind: 'image', mediaType, config: first, compressedBytes: described.reduce((sum, { size }) => sum + size, 0) }
}

function descriptorOf(value: unknown): Descriptor {
  if (!isObject(value)) throw notAnImage()
  const { digest, size } = value
  if (typeof digest !== 'string' || !DIGEST.test(digest)) throw notAnImage()
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) throw notAnImage()
  return { digest, size }
}

/** As in `linux/arm64`; the variant is told only where it tells something. */
function platformOf(value: Record<string, unknown>): string | null {
  const { os, architecture, variant } = value
  const isName = (name: unknown): name is string => typeof name === 'string' && /^[a-z0-9][a-z0-9._-]{0,31}$/.test(name)
  if (!isName(os) || !isName(architecture)) return null
  const isUsual = architecture === 'arm64' && variant === 'v8'
  return isName(variant) && !isUsual ? `${os}/${architecture}/${variant}` : `${os}/${architecture}`
}

function textsOf(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  return (value as unknown[]).filter(isText).slice(0, MAX_ENTRIES)
}

// Left out rather than cut: a piece of a text keeps all of it in memory.
const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= MAX_TEXT

/** Reads an object as JSON. @throws RegistryError `invalid` */
export function parseObject(content: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(content.toString('utf8'))
    if (isObject(value)) return value
  } catch (error) {
    // A message of the parser would repeat what the registry sent.
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error
  }
  throw new RegistryError('invalid', 'What the registry sent cannot be read. Is it a registry of container images?')
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const notAnImage = (): RegistryError => new RegistryError('invalid', 'What the registry has under this name is no container image.')
