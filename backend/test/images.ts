import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'

/** A file, or a folder when it has no content, in an image. */
export interface ImageFile {
  path: string
  /** Permissions, as 0o700. */
  mode: number
  /** Owner; 0 unless said. */
  uid?: number
  content?: Buffer
}

/** What is different from the image that is copied. */
export interface ImageVariant {
  /** Fields of the image's configuration, as `User` or `Entrypoint`. */
  config?: Record<string, unknown>
  /** Laid over the files that are there. */
  files?: ImageFile[]
  /** For which machines it says it is, as `arm64`. */
  architecture?: string
  /** Puts it into an index, as the only one there. */
  inIndex?: boolean
}

interface Descriptor {
  mediaType: string
  digest: string
  size: number
  platform?: { architecture: string; os: string }
}
interface Manifest {
  schemaVersion: number
  mediaType?: string
  config: Descriptor
  layers: Descriptor[]
}
interface ImageConfig {
  architecture: string
  config: Record<string, unknown>
  rootfs: { type: string; diff_ids: string[] }
}

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'
const INDEX = 'application/vnd.oci.image.index.v1+json'

/** Changes images of a registry that asks nobody who they are, so that tests get images no tool would build. */
export class ImageShelf {
  private readonly registry: string

  constructor(registry: string) {
    this.registry = registry
  }

  /** Copies `from` (`repository:tag`) to another, changed. @returns the new one's reference @throws Error with what the registry said */
  async vary(from: string, to: string, { config = {}, files = [], architecture, inIndex = false }: ImageVariant): Promise<string> {
    const [source = '', sourceTag = ''] = from.split(':')
    const [target = '', tag = ''] = to.split(':')
    const manifest = (await (await this.ask(`${source}/manifests/${sourceTag}`, { headers: { accept: MANIFEST } })).json()) as Manifest
    const image = (await (await this.ask(`${source}/blobs/${manifest.config.digest}`)).json()) as ImageConfig
    const layers = await Promise.all(
      manifest.layers.map(async ({ digest, mediaType }) => this.blob(target, mediaType, await this.bytes(`${source}/blobs/${digest}`))),
    )
    if (files.length > 0) {
      const tar = tarOf(files)
      layers.push(await this.blob(target, 'application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tar)))
      image.rootfs.diff_ids.push(digestOf(tar))
    }
    Object.assign(image.config, config)
    image.architecture = architecture ?? image.architecture
    const described = await this.blob(target, 'application/vnd.oci.image.config.v1+json', json(image))
    const made = json({ schemaVersion: 2, mediaType: MANIFEST, config: described, layers })
    if (!inIndex) {
      await this.put(target, tag, MANIFEST, made)
      return `${this.registry}/${to}`
    }
    await this.put(target, digestOf(made), MANIFEST, made)
    const platform = { architecture: image.architecture, os: 'linux' }
    const entry: Descriptor = { mediaType: MANIFEST, digest: digestOf(made), size: made.length, platform }
    await this.put(target, tag, INDEX, json({ schemaVersion: 2, mediaType: INDEX, manifests: [entry] }))
    return `${this.registry}/${to}`
  }

  /** The content of a file in the last layer of an image. */
  async file(from: string, path: string): Promise<Buffer> {
    const [source = '', tag = ''] = from.split(':')
    const { layers } = (await (await this.ask(`${source}/manifests/${tag}`, { headers: { accept: MANIFEST } })).json()) as Manifest
    const tar = gunzipSync(await this.bytes(`${source}/blobs/${layers.at(-1)?.digest ?? ''}`))
    for (let at = 0; at < tar.length;) {
      const name = tar.toString('latin1', at, at + 100).replace(/\0.*$/s, '')
      const size = Number.parseInt(tar.toString('latin1', at + 124, at + 136), 8) || 0
      if (name.replace(/^\.?\//, '') === path.replace(/^\//, '')) return tar.subarray(at + 512, at + 512 + size)
      at += 512 + Math.ceil(size / 512) * 512
    }
    throw new Error(`${from} has no file ${path}`)
  }

  private async blob(repository: string, mediaType: string, content: Buffer): Promise<Descriptor> {
    const descriptor = { mediaType, digest: digestOf(content), size: content.length }
    const began = await this.ask(`${repository}/blobs/uploads/`, { method: 'POST' })
    const address = new URL(began.headers.get('location') ?? '', `http://${this.registry}`)
    address.searchParams.set('digest', descriptor.digest)
    await this.send(address, { method: 'PUT', body: new Uint8Array(content), headers: { 'content-type': 'application/octet-stream' } })
    return descriptor
  }

  private async put(repository: string, reference: string, mediaType: string, content: Buffer): Promise<void> {
    const headers = { 'content-type': mediaType }
    await this.ask(`${repository}/manifests/${reference}`, { method: 'PUT', body: new Uint8Array(content), headers })
  }

  private bytes = async (path: string): Promise<Buffer> => Buffer.from(await (await this.ask(path)).arrayBuffer())

  private ask = (path: string, options: RequestInit = {}): Promise<Response> =>
    this.send(new URL(`http://${this.registry}/v2/${path}`), options)

  private async send(address: URL, options: RequestInit): Promise<Response> {
    const answer = await fetch(address, options)
    if (!answer.ok) throw new Error(`${options.method ?? 'GET'} ${address.pathname}: ${answer.status} ${await answer.text()}`)
    return answer
  }
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const digestOf = (content: Buffer): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/** A tar archive (ustar) with times of zero. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06 */
function tarOf(files: ImageFile[]): Buffer {
  const pieces = files.flatMap(({ path, mode, uid = 0, content }) => {
    const head = Buffer.alloc(512)
    const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, '0')}\0`
    head.write(path.replace(/^\//, ''), 0)
    head.write(octal(mode, 8) + octal(uid, 8) + octal(uid, 8) + octal(content?.length ?? 0, 12) + octal(0, 12), 100)
    head.write(`        ${content ? '0' : '5'}`, 148)
    head.write('ustar\x0000', 257)
    const sum = head.reduce((total, byte) => total + byte, 0)
    head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
    const body = content ?? Buffer.alloc(0)
    return [head, body, Buffer.alloc((512 - (body.length % 512)) % 512)]
  })
  return Buffer.concat([...pieces, Buffer.alloc(1024)])
}
