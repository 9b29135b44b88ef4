import { createReadStream, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createGunzip } from 'node:zlib'

interface Descriptor {
  digest: string
  size: number
}

interface Manifest {
  config: Descriptor
  layers: Descriptor[]
}

export interface LayoutSummary {
  /** Of the manifest: what a registry and a cluster call the image's digest. */
  digest: string
  /** What is pulled, in bytes. */
  compressedBytes: number
}

function blob(folder: string, digest: string): string {
  return join(folder, 'blobs', digest.replace(':', '/'))
}

/** Reads an OCI layout folder that holds one image. */
function readManifest(folder: string): { digest: string; manifest: Manifest } {
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as { manifests: Descriptor[] }
  const digest = index.manifests[0]?.digest
  if (digest === undefined) throw new Error(`No image in ${folder}`)
  return { digest, manifest: JSON.parse(readFileSync(blob(folder, digest), 'utf8')) as Manifest }
}

export function summarise(folder: string): LayoutSummary {
  const { digest, manifest } = readManifest(folder)
  return { digest, compressedBytes: manifest.layers.reduce((sum, layer) => sum + layer.size, 0) }
}

/** Paths that hold a host's own configuration, and have no business in an image that we make. */
const hostFiles = /(^|\/)(pip\.conf|root\/\.config\/|root\/ca\.pem|etc\/apt\/auth\.conf\.d\/.)/

/**
 * Looks through every byte of an image's configuration and layers for pieces of the host's own configuration.
 * Answers what was found, in words; empty when the image is clean.
 */
export async function findLeaks(folder: string, secrets: string[]): Promise<string[]> {
  const { manifest } = readManifest(folder)
  const needles = secrets.map((secret) => Buffer.from(secret))
  const found = new Set<string>()
  const search = (chunk: Buffer, where: string) => {
    for (const needle of needles) if (chunk.includes(needle)) found.add(`${describe(needle)} in ${where}`)
    // Names of files stand in the tar headers, at the start of a block.
    for (const name of tarNames(chunk)) if (hostFiles.test(name)) found.add(`the file ${name} in ${where}`)
  }
  search(readFileSync(blob(folder, manifest.config.digest)), 'the configuration')
  const overlap = Math.max(0, ...needles.map((needle) => needle.length - 1))
  for (const [index, layer] of manifest.layers.entries()) {
    const where = `layer ${index + 1}`
    let rest: Buffer = Buffer.alloc(0)
    for await (const piece of createReadStream(blob(folder, layer.digest)).pipe(createGunzip({ chunkSize: 1 << 20 }))) {
      const chunk = Buffer.concat([rest, piece as Buffer])
      search(chunk, where)
      rest = chunk.subarray(Math.max(0, chunk.length - overlap))
    }
  }
  return [...found]
}

function describe(needle: Buffer): string {
  return needle.length >= 60 ? 'a certificate of this host' : `the host name ${needle.toString()}`
}

/** Names in the tar headers of a piece of a layer, found by the format's mark "ustar" at byte 257 of a header. */
function* tarNames(chunk: Buffer): Generator<string> {
  for (let at = chunk.indexOf('ustar'); at !== -1; at = chunk.indexOf('ustar', at + 1)) {
    if (at < 257) continue
    const end = chunk.indexOf(0, at - 257)
    yield chunk.toString('latin1', at - 257, Math.min(end === -1 ? at - 157 : end, at - 157))
  }
}
