import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

const OCI = 'application/vnd.oci.image'
const digestOf = (content: string): string => `sha256:${createHash('sha256').update(content).digest('hex')}`

/** What a registry was asked. */
export interface RegistryRequest {
  method: string
  path: string
  authorization: string | undefined
  url: URL
}

/** A registry of images on a loopback port that holds what a test puts there, asks for a sign-in if told to, and behaves as badly as it is told to. */
export class FakeRegistry {
  readonly requests: RegistryRequest[] = []
  /** How one signs in: `basic`, `token` as Docker's registry does, or not at all. */
  signIn: 'none' | 'basic' | 'token' = 'none'
  /** Whether those without a name get a token, for this repository only. */
  openRepository: string | null = null
  username = 'ann'
  password = 'secret-of-ann'
  /** Answers a request in its place; false to let it be answered as usual. */
  misbehave: (request: RegistryRequest, answer: ServerResponse) => boolean = () => false
  /** Where tokens are given; the registry itself when not set. */
  realm: string | null = null
  private readonly contents = new Map<string, { body: string; type: string }>()
  private readonly server: Server = createServer((request, answer) => this.answer(request, answer))

  static async start(): Promise<FakeRegistry> {
    const registry = new FakeRegistry()
    await new Promise<void>((resolve) => registry.server.listen(0, '127.0.0.1', resolve))
    return registry
  }

  /** As a reference names it. */
  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections()
    await new Promise((resolve) => this.server.close(resolve))
  }

  /** Keeps an image for one platform. @returns its digest */
  image(
    repository: string,
    tag: string,
    { os = 'linux', architecture = 'amd64', config = {}, layers = [1_000, 24], docker = false } = {},
  ): string {
    const types = docker
      ? { manifest: 'application/vnd.docker.distribution.manifest.v2+json', config: 'application/vnd.docker.container.image.v1+json' }
      : { manifest: `${OCI}.manifest.v1+json`, config: `${OCI}.config.v1+json` }
    const blob = JSON.stringify({ os, architecture, config })
    const blobDigest = this.put(repository, 'blobs', '', blob, 'application/octet-stream')
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: types.manifest,
      config: { mediaType: types.config, digest: blobDigest, size: blob.length },
      layers: layers.map((size) => ({ mediaType: `${OCI}.layer.v1.tar+gzip`, digest: digestOf(String(size)), size })),
    })
    return this.put(repository, 'manifests', tag, manifest, types.manifest)
  }

  /** Keeps an index of what is there already, and of what build tools attest. @returns its digest */
  index(repository: string, tag: string, images: Record<string, string>): string {
    const manifests = Object.entries({ ...images, 'unknown/unknown': digestOf('attested') }).map(([platform, digest]) => {
      const [os, architecture] = platform.split('/')
      return { mediaType: `${OCI}.manifest.v1+json`, digest, size: 1, platform: { os, architecture } }
    })
    return this.put(repository, 'manifests', tag, JSON.stringify({ schemaVersion: 2, manifests }), `${OCI}.index.v1+json`)
  }

  /** Keeps any content under its digest, and under a tag. @returns its digest */
  put(repository: string, folder: 'manifests' | 'blobs', tag: string, body: string, type: string): string {
    const digest = digestOf(body)
    for (const name of [digest, tag]) if (name !== '') this.contents.set(`/v2/${repository}/${folder}/${name}`, { body, type })
    return digest
  }

  private answer({ method = '', url: path = '', headers }: IncomingMessage, answer: ServerResponse): void {
    const url = new URL(path, `http://${this.host}`)
    const request = { method, path: url.pathname, authorization: headers.authorization, url }
    this.requests.push(request)
    if (this.misbehave(request, answer)) return
    if (url.pathname === '/token') return this.giveToken(request, answer)
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1] ?? ''
    if (!this.isIn(request, repository)) {
      const challenge =
        this.signIn === 'basic'
          ? 'Basic realm="fake"'
          : `Bearer realm="${this.realm ?? `http://${this.host}/token`}",service="fake",scope="repository:${repository}:pull,push"`
      answer.writeHead(401, { 'www-authenticate': challenge }).end('{"errors":[]}')
      return
    }
    const found = this.contents.get(url.pathname)
    if (!found) {
      answer.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
      return
    }
    answer.writeHead(200, { 'content-type': found.type, 'docker-content-digest': digestOf(found.body) })
    answer.end(method === 'HEAD' ? undefined : found.body)
  }

  private isIn({ authorization }: RegistryRequest, repository: string): boolean {
    if (this.signIn === 'none') return true
    if (this.signIn === 'basic') return authorization === this.basic
    return authorization === `Bearer token-for-${repository}`
  }

  private giveToken({ authorization, url }: RegistryRequest, answer: ServerResponse): void {
    const repository = /^repository:(.+):pull$/.exec(url.searchParams.get('scope') ?? '')?.[1] ?? ''
    const isKnown = authorization === this.basic || (authorization === undefined && repository === this.openRepository)
    if (isKnown) answer.end(JSON.stringify({ token: `token-for-${repository}` }))
    else answer.writeHead(401).end('{}')
  }

  private get basic(): string {
    return `Basic ${Buffer.from(`${this.username}:${this.password}`).toString('base64')}`
  }
}
