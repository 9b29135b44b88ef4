import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { digest } from '../paths.ts'
import { readText, remove } from '../files.ts'
import { run } from '../exec.ts'
import { toolDir, toolPath, type ToolName } from '../tools.ts'
import { host, registry } from './layout.ts'

/** An image made of one static binary (and the host's certificate authorities, for those that speak to the world). */
export interface StaticImage {
  /** The name without its tag, as the manifests say it. */
  name: string
  tool: ToolName
  binary: string
  entrypoint: string[]
  /** Needs to trust public registries. */
  authorities?: boolean
}

const authoritiesFile = '/etc/ssl/certs/ca-certificates.crt'

export const pauseImage: StaticImage = image('pause', 'pause', 'pause', ['/pause'])
export const probeImage: StaticImage = image('probe', 'pause', 'pause', ['/pause', 'serve'])
export const clusterImages: StaticImage[] = [
  pauseImage,
  image('coredns', 'coredns', 'coredns', ['/coredns']),
  image('traefik', 'traefik', 'traefik', ['/traefik']),
  ...['controller', 'activator', 'autoscaler', 'webhook', 'queue'].map((part) => ({
    ...image(`knative-${part}`, 'knative', part, [`/ko-app/${part}`]),
    // The controller resolves tags at registries on the internet.
    authorities: part === 'controller',
  })),
]

function image(name: string, tool: ToolName, binary: string, entrypoint: string[]): StaticImage {
  return { name: `vitrine.local/${name}`, tool, binary, entrypoint }
}

/** The full reference. The tag follows from the content, so that an upgrade is a different image. */
export function reference(of: StaticImage): string {
  const authorities = of.authorities ? (readText(authoritiesFile) ?? '') : ''
  return `${of.name}:${digest(toolDir(of.tool), of.binary, ...of.entrypoint, authorities)}`
}

/** The reference of the app that proves the cluster: it comes from the registry, like every user's app. */
export function probeReference(): string {
  return reference(probeImage).replace('vitrine.local/', `${registry}/vitrine/`)
}

/** Imports the images that containerd does not have yet, and pins them against the kubelet's image cleaning. */
export async function importImages(scratch: string, images: StaticImage[]): Promise<number> {
  const ctr = (...args: string[]) => run(toolPath('containerd', 'ctr'), ['-a', host.socket, '-n', 'k8s.io', 'images', ...args])
  const present = new Set((await ctr('ls', '-q')).stdout.split('\n'))
  const missing = images.filter((candidate) => !present.has(reference(candidate)))
  for (const candidate of missing) {
    const archive = await writeArchive(scratch, candidate, reference(candidate))
    try {
      await ctr('import', archive)
      await ctr('label', reference(candidate), 'io.cri-containerd.pinned=pinned')
    } finally {
      remove(archive)
    }
  }
  return missing.length
}

/** Pushes the probe app to the registry, once. */
export async function pushProbe(scratch: string): Promise<void> {
  const target = probeReference()
  const [repository, tag] = target.slice(registry.length + 1).split(':')
  const known = await fetch(`http://${registry}/v2/${repository}/manifests/${tag}`, { method: 'HEAD' })
  if (known.ok) return
  const archive = await writeArchive(scratch, probeImage, target)
  try {
    await run(toolPath('crane', 'crane'), ['push', '--insecure', archive, target])
  } finally {
    remove(archive)
  }
}

/** Writes an image as `docker save` would: what both ctr and crane read. Answers the archive's path. */
async function writeArchive(scratch: string, of: StaticImage, name: string): Promise<string> {
  mkdirSync(scratch, { recursive: true })
  const layer = join(scratch, 'layer.tar')
  const archive = join(scratch, `${of.name.split('/').pop()}.tar`)
  const target = of.entrypoint[0] ?? '/'
  const files: TarEntry[] = [
    { name: target.slice(1), mode: 0o755, source: toolPath(of.tool, of.binary) },
    { name: 'tmp/', mode: 0o1777, content: Buffer.alloc(0), folder: true },
  ]
  const authorities = of.authorities ? readText(authoritiesFile) : null
  if (authorities) files.push({ name: authoritiesFile.slice(1), mode: 0o644, content: Buffer.from(authorities) })
  await writeTar(layer, files)
  const layerDigest = await sha256(layer)
  const config = JSON.stringify({
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: { Entrypoint: of.entrypoint, User: '65532:65532', Env: ['PATH=/bin:/usr/bin'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
  })
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`
  const manifest = JSON.stringify([{ Config: configName, RepoTags: [name], Layers: ['layer.tar'] }])
  await writeTar(archive, [
    { name: configName, mode: 0o644, content: Buffer.from(config) },
    { name: 'layer.tar', mode: 0o644, source: layer },
    { name: 'manifest.json', mode: 0o644, content: Buffer.from(manifest) },
  ])
  remove(layer)
  return archive
}

async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

export interface TarEntry {
  name: string
  mode: number
  /** The file to copy in, or … */
  source?: string
  /** … its bytes. */
  content?: Buffer
  folder?: boolean
}

/** The 512 bytes in front of a file in a tar archive (POSIX ustar). Owner root, time 0: the same input, the same digest. */
export function tarHeader(entry: TarEntry, size: number): Buffer {
  const header = Buffer.alloc(512)
  const octal = (value: number, length: number) => value.toString(8).padStart(length - 1, '0') + '\0'
  header.write(entry.name, 0, 100)
  header.write(octal(entry.mode, 8), 100)
  header.write(octal(0, 8), 108)
  header.write(octal(0, 8), 116)
  header.write(octal(size, 12), 124)
  header.write(octal(0, 12), 136)
  header.write(' '.repeat(8), 148)
  header.write(entry.folder ? '5' : '0', 156)
  header.write('ustar\0' + '00', 257)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(sum.toString(8).padStart(6, '0') + '\0 ', 148)
  return header
}

async function writeTar(path: string, entries: TarEntry[]): Promise<void> {
  const file = await open(path, 'w')
  try {
    for (const entry of entries) {
      const size = entry.source ? statSync(entry.source).size : (entry.content?.length ?? 0)
      await file.write(tarHeader(entry, size))
      if (entry.source) {
        for await (const chunk of createReadStream(entry.source, { highWaterMark: 1 << 20 })) await file.write(chunk as Buffer)
      } else if (entry.content) await file.write(entry.content)
      await file.write(Buffer.alloc((512 - (size % 512)) % 512))
    }
    await file.write(Buffer.alloc(1024))
  } finally {
    await file.close()
  }
}
